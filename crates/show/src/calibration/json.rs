//! A calibration as JSON: what the text says, in full precision. What is not known is `null`.

use serde_json::{Value, json as object};
use wearout_core::analysis::predictive;

use super::{Counted, Page, method_word};

/// The page as JSON.
pub fn json(page: &Page) -> Value {
    let settings = page.calibration.settings();
    let targets = page.problem.targets;
    let parameters: Vec<Value> = targets
        .tuned
        .iter()
        .enumerate()
        .zip(&page.learned.quantities)
        .map(|((i, tuned), learned)| {
            object!({
                "name": tuned.name, "low": tuned.low, "high": tuned.high,
                "best": page.outcome.best.as_ref().map(|best| best[i]),
                "mean": learned.mean, "sd": learned.sd, "quantiles": learned.quantiles,
                "contraction": learned.contraction, "source": learned.source(),
            })
        })
        .collect();
    let scored: Vec<Value> = page.scored().zip(&page.outcome.predicted).map(|((target, score), predicted)| {
        let (low, high) = target.reading.range();
        let interval = score.figure.and_then(|figure| figure.interval(0.95));
        object!({
            "name": target.name, "reading": target.reading.word(), "low": low, "high": high, "held_out": target.held_out,
            "simulated": score.figure.map(|figure| figure.mean),
            "interval": interval.map(|interval| [interval.low, interval.high]),
            "predicted": predictive(predicted),
            "implausibility": score.implausibility, "off_by": score.off,
            "verdict": score.nearness().map(wearout_core::study::Nearness::words),
        })
    }).collect();
    let name = |i: usize| &targets.tuned[i].name;
    let ridges: Vec<Value> = page
        .learned
        .ridges
        .iter()
        .map(|ridge| object!({ "one": name(ridge.one), "other": name(ridge.other), "correlation": ridge.correlation }))
        .collect();
    object!({
        "targets": targets.name,
        "method": method_word(settings.method),
        "called": page.called(),
        "seed": settings.seed,
        "replicates": settings.replicates,
        "simulations": page.calibration.simulations(),
        "generations": page.calibration.generations(),
        "ended": page.ended.words(),
        "points": page.outcome.points.len(),
        "effective": page.outcome.effective,
        "loss": page.outcome.loss,
        "fitted": counted(page.counted(false)),
        "held_out": counted(page.counted(true)),
        "scores": scored,
        "parameters": parameters,
        "ridges": ridges,
    })
}

fn counted(counted: Counted) -> Value {
    object!({
        "all": counted.all, "inside": counted.inside, "within_12_percent": counted.close, "within_25_percent": counted.near,
    })
}
