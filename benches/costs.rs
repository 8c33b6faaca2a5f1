//! The cost model in numbers: what a member-day costs, mechanism by mechanism, how that grows, and what the rest costs beside it.
//!
//! `cargo bench --bench costs` prints the tables; `WEAROUT_REGENERATE=1 cargo bench --bench costs` writes them into docs/performance.md,
//! which says how to read them. Every figure is the shortest of many short repetitions, in turn with all others of its table, and
//! their median: on a busy machine the shortest still tells what the work itself takes.

mod campaign;

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::process::{Command, Stdio};
use std::thread::available_parallelism;
use std::time::Instant;
use std::{env, fs};

use campaign::{Campaign, FIVE_A_DAY, MIXED, REFERENCE, member_days, shipped, threads};
use rayon::ThreadPool;
use wearout_core::analysis::{Accumulator, PlanInfo};
use wearout_core::engine::{Engine, Instructions, simulate};
use wearout_core::plan::Experiment;
use wearout_core::study::{Target, compare};
use wearout_core::tally::Outcome;

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/performance.md");

/// Nominal member-days of one repetition, at least; some milliseconds.
const MEMBER_DAYS: u64 = 600_000;

/// Repetitions of each job: as many of these as fit into the seconds.
const REPETITIONS: usize = 60;
const SECONDS: f64 = 0.8;

/// The scenario to start with and its replicates by default.
const SHIPPED: (&str, u32) = ("targeted-vs-spray", 400);

/// A part of the document: its name and what measures it.
type Part = (&'static str, fn() -> String);

const PARTS: [Part; 5] =
    [("machine", machine), ("aims", aims), ("mechanisms", mechanisms), ("growth", growth), ("parts", parts)];

fn main() {
    // `cargo test --benches` starts benches without this word.
    if !env::args().any(|argument| argument == "--bench") {
        return;
    }
    let regenerate = env::var("WEAROUT_REGENERATE").as_deref() == Ok("1");
    for (name, measure) in PARTS {
        let text = measure();
        writeln!(io::stdout(), "<!-- generated: {name} -->\n{text}<!-- end -->\n").expect("somebody listens");
        if regenerate {
            put_into_document(name, &text);
        }
    }
}

fn put_into_document(name: &str, text: &str) {
    let old = fs::read_to_string(DOCUMENT).expect("the document exists");
    let marker = format!("<!-- generated: {name} -->\n");
    let start = old.find(&marker).expect("the document has the part") + marker.len();
    let end = start + old[start..].find("<!-- end -->").expect("the part has an end");
    let new = format!("{}{text}{}", &old[..start], &old[end..]);
    fs::write(DOCUMENT, new).expect("the document can be written");
}

/// Something to time, and what it took.
struct Job<'a> {
    work: Box<dyn Fn() + 'a>,
    /// By what a repetition is divided: member-days, members, replicates.
    units: f64,
    seconds: Vec<f64>,
}

impl<'a> Job<'a> {
    fn new(units: u64, work: impl Fn() + 'a) -> Job<'a> {
        Job { work: Box::new(work), units: units as f64, seconds: Vec::new() }
    }

    /// Nanoseconds a unit: the shortest repetition.
    fn shortest(&self) -> f64 {
        1e9 * self.seconds.iter().copied().fold(f64::INFINITY, f64::min) / self.units
    }

    /// Nanoseconds a unit: the median repetition.
    fn median(&self) -> f64 {
        let mut sorted = self.seconds.clone();
        sorted.sort_by(f64::total_cmp);
        1e9 * sorted[sorted.len() / 2] / self.units
    }

    /// Shortest and median, as two cells of a table.
    fn cells(&self) -> String {
        format!("{} | {}", figure(self.shortest()), figure(self.median()))
    }
}

/// A number to three digits or so.
fn figure(value: f64) -> String {
    let decimals = if value.abs() < 9.95 { 2 } else { usize::from(value.abs() < 99.5) };
    format!("{value:.decimals$}")
}

/// Repeats all jobs in turn; the first repetition of each is not counted.
fn time(jobs: &mut [Job<'_>]) {
    for repetition in 0..=REPETITIONS {
        for job in jobs.iter_mut() {
            let spent: f64 = job.seconds.iter().sum();
            if repetition > 3 && spent > SECONDS {
                continue;
            }
            let started = Instant::now();
            (job.work)();
            if repetition > 0 {
                job.seconds.push(started.elapsed().as_secs_f64());
            }
        }
    }
}

/// Replicates that make a repetition long enough to time.
fn replicates(experiment: &Experiment) -> u32 {
    MEMBER_DAYS.div_ceil(member_days(experiment)) as u32
}

/// Simulates enough replicates of an experiment.
fn simulation<'a>(experiment: &'a Experiment, instructions: Instructions, pool: &'a ThreadPool) -> Job<'a> {
    let replicates = replicates(experiment);
    Job::new(u64::from(replicates) * member_days(experiment), move || {
        pool.install(|| simulate(experiment, 0..replicates, &Engine::on(instructions)));
    })
}

/// The fastest instruction set, and the one that every machine has.
fn sets() -> Vec<Instructions> {
    let available = Instructions::available();
    let (best, baseline) = (available[available.len() - 1], available[0]);
    if best == baseline { vec![best] } else { vec![best, baseline] }
}

fn headings(before: &str, per_set: &[&str], after: &[&str]) -> String {
    let mut titles = vec![before.to_owned()];
    titles.extend(sets().iter().flat_map(|set| per_set.iter().map(|title| format!("{} {title}", set.name()))));
    titles.extend(after.iter().map(|&title| title.to_owned()));
    format!("| {} |\n|---{}|\n", titles.join(" | "), "|--:".repeat(titles.len() - 1))
}

/// Member-days really lived, as a share of the nominal ones.
fn lived(experiment: &Experiment) -> f64 {
    let replicates = replicates(experiment);
    let tallies = simulate(experiment, 0..replicates, &Engine::default());
    let days: u64 = tallies.iter().flat_map(|paired| &paired.plans).map(|t| t.total(Outcome::MemberDays)).sum();
    days as f64 / (u64::from(replicates) * member_days(experiment)) as f64
}

/// What the figures were measured on.
fn machine() -> String {
    let model = fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| {
        let line = text.lines().find(|line| line.starts_with("model name"))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    });
    let names: Vec<&str> = Instructions::available().into_iter().map(Instructions::name).collect();
    let cores = available_parallelism().map_or(1, usize::from);
    let model = model.unwrap_or_else(|| format!("a CPU ({})", env::consts::ARCH));
    format!("Measured on {model}, {cores} cores, with {}.\n", names.join(", "))
}

/// An instruction set, and the million nominal member-days a second to aim at and to reach at least.
type Aim = (&'static str, f64, f64);

/// Name and plan of a case, and what is aimed at.
const AIMS: [(&str, &str, [Aim; 3]); 3] = [
    ("one post a day", MIXED, [("avx512", 90.0, 70.0), ("avx2", 65.0, 50.0), ("baseline", 35.0, 25.0)]),
    (
        "five posts a day, mixed kinds",
        FIVE_A_DAY,
        [("avx512", 33.0, 25.0), ("avx2", 22.0, 16.0), ("baseline", 11.0, 9.0)],
    ),
    ("quiet days", "days = [1]", [("avx512", 180.0, 140.0), ("avx2", 145.0, 110.0), ("baseline", 85.0, 65.0)]),
];

/// What was aimed at, and whether it is reached here.
fn aims() -> String {
    let pool = threads(1);
    let cases: Vec<(&str, Experiment, Instructions, f64, f64)> = AIMS
        .into_iter()
        .flat_map(|(name, plan, by_set)| {
            let experiment = Campaign { plan, ..REFERENCE }.compile();
            by_set.into_iter().filter_map(move |(set, aim, least)| {
                Some((name, experiment.clone(), Instructions::find(set)?, aim, least))
            })
        })
        .collect();
    let mut jobs: Vec<Job<'_>> = cases.iter().map(|(_, e, set, ..)| simulation(e, *set, &pool)).collect();
    time(&mut jobs);
    let mut text = String::from(
        "| million nominal member-days a second | | fastest | median | aim | at least | |\n|---|---|--:|--:|--:|--:|---|\n",
    );
    for ((name, _, set, aim, least), job) in cases.iter().zip(&jobs) {
        let (fastest, median) = (1e3 / job.shortest(), 1e3 / job.median());
        let verdict = if fastest >= *aim {
            "reached"
        } else if fastest >= *least {
            "at least"
        } else {
            "not reached"
        };
        let set = set.name();
        let _ = writeln!(text, "| {name} | {set} | {fastest:.0} | {median:.0} | {aim} | {least} | {verdict} |");
    }
    text + "\n" + &other_aims()
}

fn other_aims() -> String {
    let mut text = String::from("| | fastest | aim | |\n|---|--:|--:|---|\n");
    let mut row = |what: &str, found: String, aim: &str, reached: bool| {
        let verdict = if reached { "reached" } else { "not reached" };
        let _ = writeln!(text, "| {what} | {found} | {aim} | {verdict} |");
    };
    let best = Instructions::best();
    let few = REFERENCE.compile();
    // Without a platform: many members report more, and a sender who is limited posts less.
    let free = |size| Campaign { groups: (4, size), platform: "none", ..REFERENCE }.compile();
    let (some, many) = (free(250), free(25_000));
    let (one, two) = (threads(1), threads(2));
    let replicates = 10 * replicates(&few);
    let on = |pool| {
        let few = &few;
        Job::new(1, move || ThreadPool::install(pool, || drop(simulate(few, 0..replicates, &Engine::on(best)))))
    };
    let mut jobs = [simulation(&some, best, &one), simulation(&many, best, &one), on(&one), on(&two)];
    time(&mut jobs);
    let [some_ns, many_ns, one_ns, two_ns] = jobs.each_ref().map(Job::shortest);
    row("speed of two threads over one", format!("{:.2}", one_ns / two_ns), "1.8", one_ns / two_ns >= 1.8);
    let growth = many_ns / some_ns - 1.0;
    row(
        "a member-day of 100,000 members over one of 1,000",
        format!("{:+.0} %", 100.0 * growth),
        "+15 %",
        growth <= 0.15,
    );
    let draw = Draw::of(&few, best).member;
    row("drawing the people, nanoseconds a member", figure(draw), "12", draw <= 12.0);
    let folder = concat!(env!("CARGO_TARGET_TMPDIR"), "/costs");
    let run = || {
        let status = Command::new(env!("CARGO_BIN_EXE_wearout"))
            .args(["run", SHIPPED.0, "--out", folder])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        assert!(status.is_ok_and(|status| status.success()), "the program runs");
    };
    let mut job = [Job::new(1, run)];
    time(&mut job);
    let seconds = job[0].shortest() / 1e9;
    fs::remove_dir_all(folder).expect("the runs were written there");
    row("the main job at its defaults, seconds", figure(seconds), "2", seconds < 2.0);
    text
}

/// A mechanism: its name, the campaign with it changed, and the name of what it is compared with.
type Change = (&'static str, Campaign, &'static str);

/// What each mechanism costs: switched on or off, one at a time.
fn mechanisms() -> String {
    const R: Campaign = REFERENCE;
    const FIVE_CONTENTS: &str = "five contents in rotation";
    let contents = "contents = 5\nkinds = [\"hard\", \"reminder\", \"useful\", \"hard\", \"preview\"]";
    let same = "contents = 1\nkinds = [\"hard\", \"reminder\", \"useful\", \"hard\", \"preview\"]";
    let nobody_quits = "irritation_base = -80\nirritation_slope = 0\ndistrust_base = -80\ntrust_protection = 0\n\
                        over_patience_hazard = 0\nleak_exit = 0";
    let all_on = "repeat_memory = true\ncontagion = true\nwear_in = true\nexpectation_learning = true";
    let half_reached = "reach = 0.5\nkinds = [\"hard\", \"reminder\", \"useful\", \"hard\", \"preview\"]";
    let half_kept =
        "select = { keep = 0.5, signal = 0.5 }\nkinds = [\"hard\", \"reminder\", \"useful\", \"hard\", \"preview\"]";
    let ignored = "privacy = \"ignored\"\nkinds = [\"hard\", \"reminder\", \"useful\", \"hard\", \"preview\"]";
    let silent = "reply = \"never\"\nkinds = [\"hard\", \"reminder\", \"useful\", \"hard\", \"preview\"]";
    let changes: Vec<Change> = vec![
        ("one post a day", R, ""),
        ("no post after the first", Campaign { plan: "days = [1]", ..R }, ""),
        ("nobody looks in", Campaign { behaviour: "presence_mean = 0.0001", ..R }, ""),
        ("nobody reads", Campaign { behaviour: "read_base = -50", ..R }, ""),
        ("nobody asks", Campaign { behaviour: "question_rate = 0", ..R }, ""),
        ("nobody quits", Campaign { behaviour: nobody_quits, ..R }, ""),
        ("platform `none`", Campaign { platform: "none", ..R }, ""),
        ("platform `reference`", Campaign { platform: "reference", ..R }, ""),
        ("hard ads only", Campaign { plan: "kinds = [\"hard\"]", ..R }, ""),
        ("useful posts only", Campaign { plan: "kinds = [\"useful\"]", ..R }, ""),
        (FIVE_CONTENTS, Campaign { plan: contents, ..R }, ""),
        ("the same content each day", Campaign { plan: same, ..R }, ""),
        ("each post reaches half", Campaign { plan: half_reached, ..R }, ""),
        ("half of twice as many selected", Campaign { groups: (8, 250), plan: half_kept, ..R }, ""),
        ("privacy ignored", Campaign { plan: ignored, ..R }, ""),
        ("never answering", Campaign { plan: silent, ..R }, ""),
        ("switch `contagion`", Campaign { switch: "contagion = true", ..R }, ""),
        ("switch `wear_in`", Campaign { switch: "wear_in = true", ..R }, ""),
        ("switch `expectation_learning`", Campaign { switch: "expectation_learning = true", ..R }, ""),
        (
            "switch `repeat_memory`, five contents",
            Campaign { plan: contents, switch: "repeat_memory = true", ..R },
            FIVE_CONTENTS,
        ),
        ("all four switches, five contents", Campaign { plan: contents, switch: all_on, ..R }, FIVE_CONTENTS),
    ];
    let (pool, sets) = (threads(1), sets());
    let experiments: Vec<Experiment> = changes.iter().map(|(_, campaign, _)| campaign.compile()).collect();
    let mut jobs: Vec<Job<'_>> =
        experiments.iter().flat_map(|experiment| sets.iter().map(|&set| simulation(experiment, set, &pool))).collect();
    time(&mut jobs);
    let mut text = headings("ns a nominal member-day", &["shortest", "median", "difference"], &["lived"]);
    for (row, (name, _, against)) in changes.iter().enumerate() {
        let base = changes.iter().position(|(name, ..)| name == against).unwrap_or(0);
        let _ = write!(text, "| {name} ");
        for set in 0..sets.len() {
            let (job, base) = (&jobs[row * sets.len() + set], &jobs[base * sets.len() + set]);
            let difference = if row == 0 { String::new() } else { format!("{:+.2}", job.shortest() - base.shortest()) };
            let _ = write!(text, "| {} | {difference} ", job.cells());
        }
        let _ = writeln!(text, "| {:.0} % |", 100.0 * lived(&experiments[row]));
    }
    text
}

/// How a member-day's cost grows with everything a scenario can make larger.
fn growth() -> String {
    const R: Campaign = REFERENCE;
    let sized = |groups, size| Campaign { groups: (groups, size), platform: "none", ..R };
    let lasting = |days| Campaign { days, ..R };
    let posting = |plan| Campaign { plan, ..R };
    let rows: Vec<(&str, &str, Campaign)> = vec![
        ("members, no platform", "100", sized(4, 25)),
        ("members, no platform", "1,000", sized(4, 250)),
        ("members, no platform", "10,000", sized(4, 2500)),
        ("members, no platform", "100,000", sized(4, 25_000)),
        ("groups of 1,000 members in all", "1", Campaign { groups: (1, 1000), ..R }),
        ("groups of 1,000 members in all", "4", R),
        ("groups of 1,000 members in all", "20", Campaign { groups: (20, 50), ..R }),
        ("groups of 1,000 members in all", "100", Campaign { groups: (100, 10), ..R }),
        ("days", "7", lasting(7)),
        ("days", "30", R),
        ("days", "90", lasting(90)),
        ("days", "180", lasting(180)),
        ("posts a day", "one in all", posting("days = [1]")),
        ("posts a day", "one a week", posting("every = \"7d\"")),
        ("posts a day", "1", posting("per_day = 1")),
        ("posts a day", "2", posting("per_day = 2")),
        ("posts a day", "5", posting("per_day = 5")),
        ("posts a day", "10", posting("per_day = 10")),
        ("contents", "always new", posting("per_day = 1")),
        ("contents", "1", posting("contents = 1")),
        ("contents", "5", posting("contents = 5")),
        ("contents", "20", posting("contents = 20")),
        ("plans", "1", R),
        ("plans", "2", Campaign { plans: 2, ..R }),
        ("plans", "5", Campaign { plans: 5, ..R }),
    ];
    let (pool, sets) = (threads(1), sets());
    let experiments: Vec<Experiment> = rows.iter().map(|(.., campaign)| campaign.compile()).collect();
    let (reference, pools) = (R.compile(), [threads(1), threads(2)]);
    let few = sized(1, 250).compile();
    let mut labels: Vec<[String; 2]> = rows.iter().map(|(what, value, _)| [(*what).into(), (*value).into()]).collect();
    let mut jobs: Vec<Job<'_>> =
        experiments.iter().flat_map(|experiment| sets.iter().map(|&set| simulation(experiment, set, &pool))).collect();
    for number in [10, 100, 1000, 2000] {
        labels.push(["replicates of 250 members, compared".into(), number.to_string()]);
        let simulated = u64::from(number);
        let (few, pool) = (&few, &pool);
        jobs.extend(sets.iter().map(|&set| {
            Job::new(simulated * member_days(few), move || {
                pool.install(|| compare(few, &[], &Target::Replicates(number), false, &Engine::on(set)));
            })
        }));
    }
    for (pool, number) in pools.iter().zip(["1", "2"]) {
        labels.push(["threads".into(), number.into()]);
        let (reference, replicates) = (&reference, 10 * replicates(&reference));
        jobs.extend(sets.iter().map(|&set| {
            Job::new(u64::from(replicates) * member_days(reference), move || {
                pool.install(|| simulate(reference, 0..replicates, &Engine::on(set)));
            })
        }));
    }
    time(&mut jobs);
    let mut text =
        headings("ns a nominal member-day | ", &["shortest", "median"], &["lived"]).replacen("|---|", "|---|---|", 1);
    for (row, ([what, value], jobs)) in labels.iter().zip(jobs.chunks(sets.len())).enumerate() {
        let cells: Vec<String> = jobs.iter().map(Job::cells).collect();
        let lived =
            experiments.get(row).map_or(String::new(), |experiment| format!("{:.0} %", 100.0 * lived(experiment)));
        let _ = writeln!(text, "| {what} | {value} | {} | {lived} |", cells.join(" | "));
    }
    text
}

/// What comes before the first day, in nanoseconds a member.
struct Draw {
    /// Drawing the people.
    member: f64,
    /// A campaign of one day without a post: laying people out in blocks, the day and the horizon.
    shortest_campaign: f64,
}

impl Draw {
    /// People are drawn once for all plans, so twice the plans cost twice the campaigns and one draw.
    fn of(experiment: &Experiment, instructions: Instructions) -> Draw {
        let pool = threads(1);
        let mut once = experiment.clone();
        once.days = 1;
        once.plans.iter_mut().for_each(|plan| plan.posts.clear());
        let mut twice = once.clone();
        twice.plans.extend(once.plans.clone());
        let members: u64 = once.plans.iter().map(|plan| plan.members).sum();
        let job = |experiment| {
            let pool = &pool;
            Job::new(50 * members, move || {
                pool.install(|| drop(simulate(experiment, 0..50, &Engine::on(instructions))));
            })
        };
        let mut jobs = [job(&once), job(&twice)];
        time(&mut jobs);
        let [once, twice] = jobs.each_ref().map(Job::shortest);
        Draw { member: 2.0 * once - twice, shortest_campaign: twice - once }
    }
}

/// What stands around the kernel, on one thread: in the scenario to start with, and in a campaign in groups that differ.
fn parts() -> String {
    let compile_shipped: fn() -> Experiment = || shipped(SHIPPED.0);
    let compile_reference: fn() -> Experiment = || REFERENCE.compile();
    let mut text = String::from("| | | | ms in a run | of the simulation |\n|---|---|--:|--:|--:|\n");
    for set in sets() {
        for (name, compile) in [(SHIPPED.0, compile_shipped), ("four groups", compile_reference)] {
            for (part, time, ms, share) in parts_of(compile, set) {
                let (ms, share, set) = (figure(ms), 100.0 * share, set.name());
                let _ = writeln!(text, "| {name}, {set} | {part} | {time} | {ms} | {share:.1} % |");
            }
        }
    }
    text
}

/// A part's name, what it takes by its own measure, its milliseconds in a run, and those as a share of the simulation's.
type PartOfRun = (&'static str, String, f64, f64);

fn parts_of(compile: fn() -> Experiment, set: Instructions) -> Vec<PartOfRun> {
    let (experiment, pool) = (compile(), threads(1));
    let replicates = SHIPPED.1;
    let members: u64 = experiment.plans.iter().map(|plan| plan.members).sum();
    let chunk = simulate(&experiment, 0..40, &Engine::on(set));
    let info = |plan: &wearout_core::plan::Plan| PlanInfo {
        name: plan.name.clone(),
        members: plan.members,
        posts_per_week: experiment.posts_per_week(plan),
        stakes: plan.stakes,
    };
    let infos: Vec<PlanInfo> = experiment.plans.iter().map(info).collect();
    let empty = Accumulator::new(&infos, experiment.baseline, experiment.days);
    let mut jobs = [
        Job::new(1, || drop(compile())),
        Job::new(40, || drop(pool.install(|| simulate(&experiment, 0..40, &Engine::on(set))))),
        Job::new(40, || empty.clone().accumulate(&chunk)),
    ];
    time(&mut jobs);
    let [compile, replicate, merge] = jobs.each_ref().map(Job::shortest);
    let draw = Draw::of(&experiment, set);
    let in_run = |nanoseconds: f64| nanoseconds * f64::from(replicates) / 1e6;
    let simulation = in_run(replicate);
    let part = |name, time: String, ms: f64| (name, time, ms, ms / simulation);
    let a_member = |nanoseconds: f64| format!("{} ns a member", figure(nanoseconds));
    let a_replicate = |nanoseconds: f64| format!("{} µs a replicate", figure(nanoseconds / 1e3));
    vec![
        part("reading and compiling the scenario", "once".into(), compile / 1e6),
        part("the simulation, all of it", a_replicate(replicate), simulation),
        part("of it drawing the people", a_member(draw.member), in_run(draw.member * members as f64)),
        part(
            "of it laying them out, one day without a post, the horizon",
            a_member(draw.shortest_campaign),
            in_run(draw.shortest_campaign * members as f64),
        ),
        part("merging", a_replicate(merge), in_run(merge)),
    ]
}
