use std::time::Instant;
use wearout::diagnostic::Source;
use wearout::engine::{Engine, Instructions, simulate};
use wearout::tally::Outcome;
use wearout::{plan, scenario};
fn main() {
    let only = std::env::args().nth(1);
    let set = std::env::args().nth(2);
    let reps: u32 = 200;
    for (case, calendar) in [
        ("one", "per_day = 1\nkinds = [\"hard\", \"reminder\", \"useful\", \"hard\", \"preview\"]"),
        ("five", "per_day = 5\nkinds = [\"hard\", \"reminder\", \"useful\", \"hard\", \"preview\"]"),
        ("quiet", "days = [1]"),
        ("same", "contents = 1"),
        ("rot5", "contents = 5"),
    ] {
        if only.as_deref().is_some_and(|o| o != case && o != "all") {
            continue;
        }
        let groups = std::env::var("GROUPS").unwrap_or("groups = 4\nsize = 250".into());
        let text = format!(
            "days = 30\nplatform = \"article-2025\"\n[audience.people]\nchannel = \"group\"\n{groups}\nfit = 0.8\n[plan.plan]\n{calendar}\n"
        );
        let e = plan::compile(&scenario::parse("bench", Source { name: case.into(), text }, &[]), 1)
            .unwrap_or_else(|f| panic!("{f}"));
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let n = e.audiences[0].members() as f64 * 30.0 * reps as f64;
        for i in Instructions::available() {
            if set.as_deref().is_some_and(|s| s != i.name()) {
                continue;
            }
            let mut times = vec![];
            let mut lived = 0;
            for _ in 0..7 {
                let t = Instant::now();
                let r = pool.install(|| simulate(&e, 0..reps, &Engine::on(i)));
                times.push(t.elapsed().as_secs_f64());
                lived = r.iter().map(|p| p.plans[0].total(Outcome::MemberDays)).sum::<u64>();
            }
            times.sort_by(f64::total_cmp);
            println!(
                "{case:6} {:9} {:6.1} M/s (best {:6.1})  lived {:.2}",
                i.name(),
                n / times[3] / 1e6,
                n / times[0] / 1e6,
                lived as f64 / n
            );
        }
    }
}
