//! The calibration designs, the observables of section 7b and the published figures, so that any implementation's replicates can
//! be laid beside them: `observables(&replicates_by_design)`, then `compare`.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;
use wearout_core::parameter::Parameters;
use wearout_core::units::{Channel, Flags, Hours, Kind, Privacy, Switches, Trigger};

use super::{Counts, Design, Post, Record, Slot};

const DESIGNS: &str = include_str!("../data/calibration_designs.json");

/// A version of the model: the parameters and mechanisms under which an independent implementation published its figures.
#[derive(Debug, Clone, Copy)]
pub struct Contract {
    fit: &'static str,
    results: &'static str,
    /// Mechanisms that are on.
    pub switches: Switches,
    /// What reporters are counted for.
    pub trigger: Trigger,
}

const OFF: Switches = Switches {
    needs: Some(false),
    every_read: Some(false),
    repeat_memory: false,
    contagion: false,
    wear_in: false,
    expectation_learning: false,
};

/// Sales without needs, the worst read of a visit, reports on the last post read.
pub const FIRST: Contract = Contract {
    fit: include_str!("../data/reference_parameters.json"),
    results: include_str!("../data/reference_results.csv"),
    switches: OFF,
    trigger: Trigger::LastRead,
};

/// Needs, every read, reports on the last five posts delivered.
pub const SECOND: Contract = Contract {
    fit: include_str!("../data/reference_parameters_v2.json"),
    results: include_str!("../data/reference_results_v2.csv"),
    switches: Switches { needs: Some(true), every_read: Some(true), ..OFF },
    trigger: Trigger::Carried,
};

impl Contract {
    /// Values of the parameters that it sets; how many posts a report is carried to is the platform's.
    pub fn values(&self) -> BTreeMap<String, f64> {
        let mut values: BTreeMap<String, f64> = serde_json::from_str(self.fit).unwrap();
        values.remove("report_carries");
        values
    }

    /// The parameters under which the figures were obtained.
    pub fn parameters(&self) -> Parameters {
        let values = self.values();
        Parameters::best().with(values.iter().map(|(key, value)| (key.as_str(), *value)))
    }

    /// The calibration designs by name.
    pub fn designs(&self) -> BTreeMap<String, Design> {
        let file: Value = serde_json::from_str(DESIGNS).unwrap();
        let designs = file["scenarios"].as_object().unwrap().iter();
        designs.map(|(name, design)| (name.clone(), self.read_design(design))).collect()
    }

    /// The published figures by name; a blank standard error is none.
    pub fn published(&self) -> BTreeMap<String, Figure> {
        published(self.results)
    }

    fn read_design(&self, file: &Value) -> Design {
        let number = |key: &str| file[key].as_f64().unwrap_or_else(|| panic!("`{key}` is not a number"));
        let word = |key: &str| file[key].as_str().unwrap_or_else(|| panic!("`{key}` is not a word"));
        let (days, posts_per_day) = (number("days") as u32, number("posts_per_day") as u32);
        let kinds: Vec<Kind> = file["kinds"]
            .as_array()
            .unwrap()
            .iter()
            .map(|kind| Kind::from_key(kind.as_str().unwrap()).unwrap())
            .collect();
        let content = match word("contents") {
            "same" => Some(0),
            "all_different" => None,
            other => panic!("contents = {other}"),
        };
        let posting_days = (1..=days).filter(|day| file["weekday_pattern"][(*day as usize - 1) % 7] == 1);
        let slots = posting_days.flat_map(|day| (0..posts_per_day).map(move |post| Slot { day, post }));
        let post = |(slot, kind): (Slot, &Kind)| Post {
            slot,
            hour: 9.0 + 12.0 * f64::from(slot.post) / f64::from(posts_per_day),
            kind: *kind,
            content,
            offer: file.get("offer").map_or(kind.default_offer(), |offer| offer.as_f64().unwrap()),
            relevance: number("relevance"),
            flags: Flags::default(),
        };
        Design {
            days,
            posts: slots.zip(kinds.iter().cycle()).map(post).collect(),
            members: number("size") as usize,
            groups: 1,
            channel: Channel::Direct,
            select: (1.0, 0.0),
            fit: number("fit"),
            relation: number("relation"),
            reply: (word("reply") != "never").then(|| Hours::parse(word("reply")).unwrap().0),
            answered: 1.0,
            privacy: if word("privacy") == "ignored" { Privacy::Ignored } else { Privacy::Kept },
            reach: number("reach"),
            switches: self.switches,
            trigger: self.trigger,
        }
    }
}

/// Mean over replicates and its standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figure {
    /// Mean.
    pub mean: f64,
    /// Monte Carlo standard error; 0 where the figure has none.
    pub standard_error: f64,
}

impl Figure {
    /// Of the values of replicates.
    pub fn of(values: &[f64]) -> Figure {
        // A replicate without a base (nothing delivered after a ban) is left out.
        let values: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        Figure { mean, standard_error: (squares / (n * (n - 1.0))).sqrt() }
    }

    /// Ratio of two independent means, error to first order.
    fn over(self, other: Figure) -> Figure {
        let mean = self.mean / other.mean;
        let relative = (self.standard_error / self.mean).hypot(other.standard_error / other.mean);
        Figure { mean, standard_error: mean * relative }
    }
}

impl Record {
    /// Sum of a count over days `from..=to`, from 1.
    fn over(&self, from: usize, to: usize, count: fn(&Counts) -> u64) -> f64 {
        self.days[from - 1..to].iter().map(count).sum::<u64>() as f64
    }

    fn total(&self, count: fn(&Counts) -> u64) -> f64 {
        self.over(1, self.days.len(), count)
    }

    fn last(&self) -> &Counts {
        self.days.last().unwrap()
    }

    fn share(&self, members: u64) -> f64 {
        members as f64 / self.members as f64
    }

    fn loss(&self) -> f64 {
        let last = self.last();
        self.share(last.left + last.blocked + last.muted)
    }

    fn gone(&self) -> f64 {
        self.share(self.last().left + self.last().blocked)
    }

    /// Activity of the last two days over that of the first two.
    fn activity_kept(&self) -> f64 {
        let activity = |days: &[Counts]| days.iter().map(|day| day.activity).sum::<f64>();
        activity(&self.days[self.days.len() - 2..]) / activity(&self.days[..2])
    }

    fn activity_drop_weekly(&self) -> f64 {
        1.0 - self.activity_kept().powf(7.0 / (self.days.len() as f64 - 2.0))
    }

    fn expected(&self, sum: f64) -> f64 {
        sum / self.horizon.members as f64
    }
}

fn visit_exits(day: &Counts) -> u64 {
    day.leaves + day.blocks
}

/// The observables of section 7b, in the order of the published figures, from each design's replicates.
pub fn observables(runs: &BTreeMap<String, Vec<Record>>, contract: &Contract) -> Vec<(&'static str, Figure)> {
    let p = &contract.parameters();
    let mean = |design: &str, value: &dyn Fn(&Record) -> f64| {
        Figure::of(&runs[design].iter().map(value).collect::<Vec<f64>>())
    };
    let open = |r: &Record| r.total(|d| d.reads) / r.total(|d| d.delivered);
    let open_over =
        |from, to| move |r: &Record| r.over(from, to, |d| d.reads_of_posts) / r.over(from, to, |d| d.delivered);
    let ctr_over =
        |from, to| move |r: &Record| r.over(from, to, |d| d.clicks_of_posts) / r.over(from, to, |d| d.delivered);
    let interactions = |r: &Record| r.total(|d| d.interactions) / r.total(|d| d.delivered);
    let weekly = |r: &Record| 7.0 * r.total(visit_exits) / r.total(|d| d.member_days);
    let reports = |r: &Record| 1000.0 * r.total(|d| d.reports) / r.total(|d| d.delivered);
    let loss = |r: &Record| r.loss();
    let clicks = |r: &Record| r.total(|d| d.clicks) / r.total(|d| d.reads);
    let exits_by = |day| move |r: &Record| r.over(1, day, visit_exits) / r.members as f64;
    let buyers = |r: &Record| r.total(|d| d.buyers) / r.members as f64;
    let answered = |r: &Record| p.purchase_given_answer * r.total(|d| d.answers) / r.total(|d| d.questions);
    let repurchase = |r: &Record| r.expected(r.horizon.repurchase_expected);
    let complaint = |r: &Record| r.expected(r.horizon.complaint_expected);
    let recommend = |r: &Record| r.expected(r.horizon.recommend_expected);
    let limited = |r: &Record| {
        let crossings = match contract.trigger {
            Trigger::LastRead => r.days.iter().filter(|day| day.reports > 5).count() as f64,
            Trigger::Carried | Trigger::Pooled => r.total(|d| d.crossings),
        };
        1.0 - (1.0 - p.enforce_prob).powf(crossings)
    };
    let questions = |r: &Record| r.total(|d| d.questions) / r.days.len() as f64;
    vec![
        ("open.spray", mean("spray", &open)),
        ("open.target", mean("target", &open)),
        ("inter.spray", mean("spray", &interactions)),
        ("inter.target", mean("target", &interactions)),
        ("wunsub.spray", mean("spray", &weekly)),
        ("wunsub.target", mean("target", &weekly)),
        ("rep1000.spray", mean("spray", &reports)),
        ("rep1000.target", mean("target", &reports)),
        ("loss30.spray", mean("spray", &loss)),
        ("limited.spray", mean("spray", &limited)),
        ("open3d.8000", mean("c8000", &open_over(1, 3))),
        ("unsub/day.8000", mean("c8000", &|r| r.over(5, 12, visit_exits) / 8.0 / r.members as f64)),
        ("blockshare.8000", mean("c8000", &|r| r.total(|d| d.blocks) / r.total(visit_exits))),
        ("open.off.start", mean("offtopic", &open_over(1, 3))),
        ("open.off.end", mean("offtopic", &open_over(24, 30))),
        ("click.in", mean("gz_in", &clicks)),
        ("click.off", mean("gz_off", &clicks)),
        ("unsub1d.off", mean("gz_off", &exits_by(2))),
        ("ctr.wk1", mean("hz", &ctr_over(1, 7))),
        ("ctr.wk3", mean("hz", &ctr_over(15, 21))),
        ("conv.same", mean("convA", &buyers)),
        ("conv.rot", mean("convB", &buyers)),
        ("open.721", mean("r721", &open)),
        ("unsub30.721", mean("r721", &|r| r.gone())),
        ("unsub4d.hard3", mean("hard3", &exits_by(4))),
        ("loss30.silent", mean("silent", &loss)),
        ("loss30.avg", mean("avg", &loss)),
        ("qconv.slow", mean("slowA", &answered)),
        ("qconv.fast", mean("fastB", &answered)),
        ("repurch.slow", mean("slowA", &repurchase)),
        ("repurch.fast", mean("fastB", &repurchase)),
        ("compl.slow", mean("slowA", &complaint)),
        ("compl.fast", mean("fastB", &complaint)),
        ("recom.slow", mean("slowA", &recommend)),
        ("recom.fast", mean("fastB", &recommend)),
        ("activity14d.17h", mean("sz17", &|r| r.activity_kept())),
        ("left.17h", mean("sz17L", &|r| r.gone())),
        ("loss30.privA", mean("privA", &loss)),
        ("loss30.privB", mean("privB", &loss)),
        ("act/wk.privA", mean("privA", &|r| r.activity_drop_weekly())),
        ("act/wk.privB", mean("privB", &|r| r.activity_drop_weekly())),
        ("recom.privA", mean("privA", &recommend)),
        ("recom.privB", mean("privB", &recommend)),
        ("loss same/rot 5d", mean("same5", &loss).over(mean("rot5", &loss))),
        ("question ratio", mean("fastB", &questions).over(mean("slowA", &questions))),
        ("block@3rd", Figure { mean: block_at_third(p), standard_error: 0.0 }),
    ]
}

/// `bx E[1 - exp(-hx k)]`, k = how many of the first three reads exceed tau; tau - 1 is Gamma, and the first read never does.
fn block_at_third(p: &Parameters) -> f64 {
    use statrs::distribution::{ContinuousCDF, Gamma};
    let above_one = Gamma::new(p.patience_shape, p.patience_shape / (p.patience_mean - 1.0)).unwrap();
    let (two, one_or_two) = (above_one.cdf(1.0), above_one.cdf(2.0));
    let quits = |k: f64| 1.0 - (-p.over_patience_hazard * k).exp();
    p.block_when_over_patience * (two * quits(2.0) + (one_or_two - two) * quits(1.0))
}

/// Published figures by name; a blank standard error is none.
pub fn published(results: &str) -> BTreeMap<String, Figure> {
    let mut reader = csv::Reader::from_reader(results.as_bytes());
    let figure = |row: csv::StringRecord| {
        let standard_error = if row[4].is_empty() { 0.0 } else { row[4].parse().unwrap() };
        (row[0].to_owned(), Figure { mean: row[3].parse().unwrap(), standard_error })
    };
    reader.records().map(|row| figure(row.unwrap())).collect()
}

/// One observable beside its published figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Name of the observable.
    pub name: String,
    /// Our figure.
    pub ours: Figure,
    /// Theirs.
    pub theirs: Figure,
}

impl Comparison {
    fn error(&self) -> f64 {
        self.ours.standard_error.hypot(self.theirs.standard_error)
    }

    /// Difference in standard errors; `None` where theirs is unknown.
    pub fn z(&self) -> Option<f64> {
        (self.theirs.standard_error > 0.0).then(|| (self.ours.mean - self.theirs.mean) / self.error())
    }

    /// Within three standard errors and 2 % of theirs.
    pub fn agrees(&self) -> bool {
        (self.ours.mean - self.theirs.mean).abs() <= 3.0 * self.error() + 0.02 * self.theirs.mean.abs()
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (ours, theirs) = (self.ours, self.theirs);
        let off = 100.0 * (ours.mean / theirs.mean - 1.0);
        let z = self.z().map_or(String::new(), |z| format!("{z:.2}"));
        let verdict = if self.agrees() { "" } else { "  MISSES" };
        write!(
            f,
            "{:<17} {:>9.5} ({:.5})  {:>9.5} ({:.5})  {off:>6.2} %  z {z:>6}{verdict}",
            self.name, ours.mean, ours.standard_error, theirs.mean, theirs.standard_error,
        )
    }
}

/// Every observable beside its published figure.
pub fn compare(runs: &BTreeMap<String, Vec<Record>>, contract: &Contract) -> Vec<Comparison> {
    let published = contract.published();
    let row =
        |(name, ours): (&'static str, Figure)| Comparison { name: name.to_owned(), ours, theirs: published[name] };
    observables(runs, contract).into_iter().map(row).collect()
}
