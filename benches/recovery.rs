#![allow(clippy::all, missing_docs)]
#[path = "../tests/recovery/mod.rs"]
mod recovery;
use recovery::*;
use std::time::Instant;
use wearout::engine::Engine;
fn main() {
    let engine = Engine::default();
    for n in 0..4 {
        let t = Instant::now();
        let case = Case::new(n, &engine);
        let a: Vec<f64> = logs(50, &case.truth, 64, &engine);
        println!("truth {:?} {:?}", case.truth, t.elapsed());
        let many: Vec<Vec<f64>> = (0..20).map(|s| logs(100 + s, &case.truth, REPLICATES, &engine)).collect();
        for j in 0..8 {
            let m = many.iter().map(|x| x[j]).sum::<f64>() / 20.0;
            let v = many.iter().map(|x| (x[j] - m).powi(2)).sum::<f64>() / 19.0;
            println!("  {:?} {:.4} sd of log {:.3}", KNOWN[j], a[j].exp(), v.sqrt());
        }
        let t = Instant::now();
        let linear = case.linear(2000, &engine);
        println!("linear {:?}", t.elapsed());
        let linear: Vec<(Vec<f64>, f64)> = linear.into_iter().map(|p| (p, 1.0 / 2000.0)).collect();
        for particles in [200, 500] {
            let t = Instant::now();
            let (sample, sims) = case.posterior(particles, 20_000, &engine);
            println!("posterior {particles} {sims} ess {:.0} {:?}", effective(&sample), t.elapsed());
            for i in 0..4 {
                let (l, h) = interval(&sample, i);
                let (a, b) = interval(&linear, i);
                println!(
                    "   {} truth {:.3}: {l:.3} {h:.3}; linear {a:.3} {b:.3}; ratio {:.2}; of prior {:.2}",
                    TUNED[i].0,
                    case.truth[i],
                    (h - l) / (b - a),
                    (h - l) / (TUNED[i].2 - TUNED[i].1)
                );
            }
        }
    }
}
