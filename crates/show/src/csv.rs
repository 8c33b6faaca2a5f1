//! The tables of a run as CSV, one function a file, each returning its bytes.
//!
//! Comes in: a comparison. Goes out: UTF-8 with a header line. Numbers are in their shortest form that reads back to the same bits;
//! what has no base is a blank cell, never 0 and never NaN. Where the bytes go is decided elsewhere.

use csv::Writer;
use wearout_core::analysis::{Band, Between, Comparison, Decomposition, Deviation, set_of};
use wearout_core::tally::{METRICS, Outcome};
use wearout_stats::Interval;

/// `summary.csv`: a row per plan and metric.
pub fn summary(comparison: &Comparison) -> Vec<u8> {
    let header = ["plan", "metric", "unit", "mean", "low", "high", "mcse", "q05", "q50", "q95", "replicates"];
    let rows = comparison.plans.iter().flat_map(|plan| {
        METRICS.iter().zip(&plan.estimates).map(|(metric, estimate)| {
            let quantile = |i: usize| cell(estimate.quantiles.map(|quantiles| quantiles[i]));
            vec![
                plan.name.clone(),
                metric.key.into(),
                metric.unit.key().into(),
                cell(estimate.mean),
                cell(estimate.low),
                cell(estimate.high),
                cell(estimate.mcse),
                quantile(0),
                quantile(1),
                quantile(2),
                estimate.replicates.to_string(),
            ]
        })
    });
    write(&header, rows)
}

/// `differences.csv`: a row per metric and plan other than the baseline.
pub fn differences(comparison: &Comparison) -> Vec<u8> {
    let header = ["plan", "baseline", "metric", "unit", "difference", "low", "high", "variance_ratio", "replicates"];
    let rows = comparison.differences.iter().map(|difference| {
        vec![
            comparison.plans[difference.plan].name.clone(),
            comparison.plans[comparison.baseline].name.clone(),
            difference.metric.key.into(),
            difference.metric.unit.key().into(),
            cell(difference.difference),
            cell(difference.low),
            cell(difference.high),
            cell(difference.variance_ratio),
            difference.replicates.to_string(),
        ]
    });
    write(&header, rows)
}

/// `uncertainty.csv`: a row per plan and metric, then one per metric and plan other than the baseline.
pub fn uncertainty(comparison: &Comparison) -> Vec<u8> {
    let header = [
        "plan",
        "baseline",
        "metric",
        "unit",
        "mean",
        "mcse",
        "chance_sd",
        "chance_low",
        "chance_high",
        "parameters_sd",
        "parameters_low",
        "parameters_high",
        "parameters",
        "sets_low",
        "sets_high",
        "sign_share",
        "sign_low",
        "sign_high",
    ];
    let row = |names: [&str; 4], mean: Option<f64>, mcse: Option<f64>, of: Option<&Decomposition>| {
        let names = names.into_iter().map(str::to_owned);
        names.chain([cell(mean), cell(mcse)]).chain(sources(of)).collect::<Vec<String>>()
    };
    let levels = comparison.plans.iter().flat_map(|plan| {
        METRICS.iter().zip(&plan.estimates).map(|(metric, of)| {
            row([&plan.name, "", metric.key, metric.unit.key()], of.mean, of.mcse, of.decomposition.as_ref())
        })
    });
    let baseline = &comparison.plans[comparison.baseline].name;
    let differences = comparison.differences.iter().map(|of| {
        let names = [&comparison.plans[of.plan].name, baseline, of.metric.key, of.metric.unit.key()];
        row(names, of.difference, of.mcse, of.decomposition.as_ref())
    });
    write(&header, levels.chain(differences))
}

/// The cells from `chance_sd` on.
fn sources(of: Option<&Decomposition>) -> impl Iterator<Item = String> {
    let known = |deviation: Deviation| [deviation.estimate, deviation.low, deviation.high].map(Some);
    let chance = of.map_or([None; 3], |of| known(of.chance));
    let (parameters, word) = match of.and_then(|of| of.parameters) {
        Some(Between::Seen(deviation)) => (known(deviation), if deviation.low > 0.0 { "seen" } else { "may be 0" }),
        Some(Between::TooSmall { most }) => ([None, Some(0.0), Some(most)], "too small to see"),
        None => ([None; 3], ""),
    };
    let over_sets = of.and_then(|of| of.over_sets).map_or([None; 2], |of| [of.low, of.high].map(Some));
    let sign = of.and_then(|of| of.sign);
    let sign = sign.map_or([None; 3], |of| [of.estimate, of.interval.low, of.interval.high].map(Some));
    let cells = |values: Vec<Option<f64>>| values.into_iter().map(cell);
    let before = cells([chance, parameters].concat());
    before.chain([word.to_owned()]).chain(cells(over_sets.into_iter().chain(sign).collect()))
}

/// `daily.csv`: a row per plan, day and series, the open rate last.
pub fn daily(comparison: &Comparison) -> Vec<u8> {
    let header = ["plan", "day", "series", "mean", "q05", "q95"];
    let rows = comparison.plans.iter().flat_map(|plan| {
        plan.days.iter().zip(&plan.open_by_day).enumerate().flat_map(move |(i, (bands, open))| {
            let counted = Outcome::ALL.iter().zip(bands).map(|((_, series), band)| (*series, band));
            counted.chain([("open_rate", open)]).map(move |(series, band)| daily_row(&plan.name, i + 1, series, band))
        })
    });
    write(&header, rows)
}

fn daily_row(plan: &str, day: usize, series: &str, band: &Band) -> Vec<String> {
    vec![plan.into(), day.to_string(), series.into(), cell(band.mean), cell(band.q05), cell(band.q95)]
}

/// `replicates.csv`: a row per replicate and plan, a column per metric; only the replicates whose values were kept.
pub fn replicates(comparison: &Comparison) -> Vec<u8> {
    let header: Vec<&str> =
        ["replicate", "set", "plan"].into_iter().chain(METRICS.iter().map(|metric| metric.key)).collect();
    let n_kept = comparison.plans.iter().flat_map(|plan| &plan.values).map(Vec::len).min().unwrap_or(0);
    let rows = (0..n_kept).flat_map(|i| {
        comparison.plans.iter().map(move |plan| {
            let replicate = u64::from(comparison.first_replicate) + i as u64;
            let set = set_of(replicate as u32, comparison.n_sets);
            let values = plan.values.iter().map(|values| cell(values[i]));
            [replicate.to_string(), set.to_string(), plan.name.clone()].into_iter().chain(values).collect()
        })
    });
    write(&header, rows)
}

/// `reads_by_repeat.csv`: a row per plan and number of earlier reads of the same content; the last row is that many or more.
pub fn reads_by_repeat(comparison: &Comparison) -> Vec<u8> {
    let header = ["plan", "earlier_reads", "reads", "clicks", "left", "blocked", "muted", "reports"];
    let rows = comparison.plans.iter().flat_map(|plan| {
        plan.repeats.iter().enumerate().map(|(earlier_reads, repeat)| {
            let counts = [repeat.reads, repeat.clicks, repeat.left, repeat.blocked, repeat.muted, repeat.reports];
            let row = [plan.name.clone(), earlier_reads.to_string()].into_iter();
            row.chain(counts.iter().map(u64::to_string)).collect()
        })
    });
    write(&header, rows)
}

/// Both ends of an interval; blank where there is none.
pub(super) fn ends(interval: Option<Interval>) -> [String; 2] {
    [cell(interval.map(|interval| interval.low)), cell(interval.map(|interval| interval.high))]
}

pub(super) fn cell(value: Option<f64>) -> String {
    match value {
        Some(value) => {
            assert!(value.is_finite(), "a figure that is not a number reached a file: {value}");
            // Adding 0 turns -0 into 0.
            (value + 0.0).to_string()
        }
        None => String::new(),
    }
}

/// A cell that no spreadsheet takes for a formula: text that begins as one gets an apostrophe before it, which spreadsheets don't show.
fn guarded(cell: String) -> String {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<f64>().is_err();
    if is_formula { format!("'{cell}") } else { cell }
}

pub(super) fn write(header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Vec<u8> {
    let mut writer = Writer::from_writer(Vec::new());
    writer.write_record(header).expect("memory takes every byte");
    for row in rows {
        writer
            .write_record(row.into_iter().map(guarded))
            .expect("memory takes every byte and every row is as long as the header");
    }
    writer.into_inner().expect("memory takes every byte")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_a_formula_and_numbers_stay_numbers() {
        let cells = ["=1+1", "@now", "-x", "+7 999", "-0.5", "+3", "1e-7", "a=b", ""];
        let bytes = write(&["a"; 9], std::iter::once(cells.map(str::to_owned).to_vec()));
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(text.lines().nth(1), Some("'=1+1,'@now,'-x,'+7 999,-0.5,+3,1e-7,a=b,"));
    }

    #[test]
    fn numbers_read_back_to_the_same_bits_and_blanks_stay_blank() {
        for value in [0.1 + 0.2, 1e-7, 1.0 / 3.0, 1e21, -2.5] {
            assert_eq!(cell(Some(value)).parse::<f64>().unwrap().to_bits(), value.to_bits());
        }
        assert_eq!((cell(Some(-0.0)), cell(Some(3.0)), cell(None)), ("0".into(), "3".into(), String::new()));
    }
}
