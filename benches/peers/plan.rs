//! The compiled plan that every side reads: what wearout makes of a few lines of scenario, as one JSON file.
//!
//! Comes in: nothing but the crate's own catalogue and compiler. Goes out: parameters, posts, people and rules, so that no
//! number is typed twice. The peers are written from docs/model.md and read this file; they never see the engine.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use wearout_core::diagnostic::Source;
use wearout_core::parameter;
use wearout_core::plan::Experiment;
use wearout_core::units::Privacy;
use wearout_core::{plan, scenario};

const MEMBERS: u32 = 1000;
const DAYS: u32 = 30;
const FIT: f64 = 0.8;

/// Each case: its name, whether it is timed or only compared, and its calendar.
const CASES: [(&str, bool, &str); 4] = [
    ("quiet", true, "days = [1]\n"),
    ("one post a day", true, ""),
    ("five posts a day", true, "per_day = 5\nreply = \"never\"\n"),
    ("five contents in turn", false, "contents = 5\n"),
];

/// Kinds in turn.
const KINDS: &str = "kinds = [\"hard\", \"reminder\", \"useful\", \"hard\", \"preview\"]\n";

/// What a side must know.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct File {
    /// Every parameter by name, at its default.
    pub(crate) parameters: BTreeMap<String, f64>,
    /// In the order of the table.
    pub(crate) cases: Vec<Case>,
}

/// One plan on one direct list.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Case {
    pub(crate) name: String,
    /// Whether it stands in the table; otherwise results are compared and nothing is timed.
    pub(crate) timed: bool,
    pub(crate) days: u32,
    pub(crate) members: u32,
    /// Mean fit.
    pub(crate) fit: f64,
    /// 0 cold, 1 opted in.
    pub(crate) relation: f64,
    /// Mean reply; `None`: never.
    pub(crate) reply_hours: Option<f64>,
    /// Share of questions answered at all.
    pub(crate) answered: f64,
    /// Share of askers whom the practice satisfies: what service reputation moves to.
    pub(crate) service: f64,
    pub(crate) leaks_per_month: f64,
    pub(crate) complaints_per_month: f64,
    /// Added to the hazard of distrust.
    pub(crate) privacy_hazard: f64,
    /// Factor on service in what trust drifts to.
    pub(crate) trust_ceiling: f64,
    /// In order of sending.
    pub(crate) posts: Vec<Post>,
    /// Contents that go out more than once.
    pub(crate) repeated_contents: usize,
    /// The rules of the platform, as its profile has them.
    pub(crate) rules: Value,
}

/// A post.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Post {
    /// From 0.
    pub(crate) day: u32,
    pub(crate) hour: f64,
    /// What its kind is worth to someone it does not fit.
    pub(crate) value: f64,
    /// Share that carries an offer link.
    pub(crate) offer: f64,
    pub(crate) relevance: f64,
    /// Its number among the repeated contents; `None`: sent once.
    pub(crate) content: Option<usize>,
}

/// The experiment of a case, and its relation, which is not kept in it.
pub(crate) fn experiment(name: &str, seed: u64) -> (Experiment, f64) {
    let (_, _, calendar) =
        CASES.into_iter().find(|(case, ..)| *case == name).expect("the driver names cases of the file");
    let audience = format!("[audience.people]\nchannel = \"direct\"\nsize = {MEMBERS}\nfit = {FIT}");
    let text = format!("days = {DAYS}\nplatform = \"reference\"\n{audience}\n[plan.plan]\n{KINDS}{calendar}\n");
    let draft = scenario::parse("peers", Source { name: name.into(), text }, &[]);
    let relation = draft.scenario.audiences[0].relation;
    (plan::compile(&draft, seed).unwrap_or_else(|faults| panic!("{faults}")), relation)
}

/// Everything, compiled.
pub(crate) fn file() -> File {
    let parameters = parameter::catalogue().iter().map(|row| (row.key.clone(), row.value)).collect();
    File { parameters, cases: CASES.map(|(name, timed, _)| case(name, timed)).into() }
}

fn case(name: &str, timed: bool) -> Case {
    let (experiment, relation) = experiment(name, 1);
    let (plan, p) = (&experiment.plans[0], &experiment.parameters);
    let post = |post: &plan::Post| Post {
        day: post.record.day,
        hour: post.record.hour,
        value: f64::from(post.value),
        offer: f64::from(post.offer),
        relevance: plan.topics[post.record.topic].mean,
        content: post.repeated,
    };
    Case {
        name: name.to_owned(),
        timed,
        days: experiment.days,
        members: plan.members as u32,
        fit: FIT,
        relation,
        reply_hours: Some(plan.reply.mean_hours).filter(|hours| hours.is_finite()),
        answered: plan.reply.answered,
        service: plan.service,
        leaks_per_month: plan.practice.leaks_per_month,
        complaints_per_month: plan.practice.complaints_per_month,
        privacy_hazard: if plan.privacy == Privacy::Ignored { p.privacy_hazard } else { 0.0 },
        trust_ceiling: if plan.privacy == Privacy::Ignored { 1.0 - p.privacy_trust_cut } else { 1.0 },
        posts: plan.posts.iter().map(post).collect(),
        repeated_contents: plan.repeated_contents,
        rules: serde_json::to_value(&experiment.profile.rules).expect("a profile is plain data"),
    }
}
