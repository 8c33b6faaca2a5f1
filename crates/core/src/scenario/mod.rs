//! A scenario as its author wrote it: audiences, topics, money, a platform and one or more plans.
//!
//! Comes in: a TOML text and `--set` overrides. Goes out: a [`Draft`], the [`Scenario`] as far as it could be read together with
//! every fault found. What a plan means day by day is not here: see `plan`.

mod calendar;
mod contents;
mod plans;
mod render;
mod schema;
mod sections;
mod shipped;
mod trials;
mod vary;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::diagnostic::{At, Diagnostic, Source};
use crate::document::reader::Reader;
use crate::document::tree;
use crate::units::{Channel, Flags, Hours, Kind, Privacy, Switches, Trigger, Weekday};

pub use contents::{Content, Medium, OBJECTIVES, Objective, Recovery, Rotation};
pub use shipped::{CONTENTS, DESIGNS, FINDINGS, PATTERNS, SHIPPED, shipped};
pub use vary::Variation;

/// Reads a scenario with its overrides (`KEY=VALUE`), and every fault in either.
///
/// ```
/// use wearout_core::diagnostic::Source;
/// use wearout_core::scenario::parse;
///
/// let text = "[audience.club]\n[plan.daily]\n[plan.spaced]\nevery = \"24h\"\n";
/// let source = Source { name: "club.toml".into(), text: text.into() };
/// let draft = parse("club", source, &["plan.spaced.every=48h".into()]);
/// assert!(draft.faults.is_empty());
/// assert_eq!(draft.scenario.plans.len(), 2);
/// ```
pub fn parse(name: &str, source: Source, overrides: &[String]) -> Draft {
    let source = source.without_mark();
    let document = tree::document(&source.text);
    read(name, vec![source], document, &Variation::typed(overrides)).draft
}

/// A scenario that was read under a variation.
struct Varied {
    draft: Draft,
    /// The changes that could be made.
    edits: Vec<vary::Edit>,
    /// Numbers of the sources whose value was taken as text, although it is TOML for something else.
    worded: Vec<usize>,
}

/// Reads a document of which these are the sources so far.
fn read(name: &str, mut sources: Vec<Source>, mut document: tree::Document, variation: &Variation) -> Varied {
    let first = sources.len();
    sources.extend(variation.sources());
    let faults = std::mem::take(&mut document.faults);
    let mut reader = Reader::new(&sources, faults, document.lossy, schema::TOP_KEYS);
    let edits = variation.apply(&mut reader, &mut document.root, first);
    document.faults.clone_from(&reader.faults);
    let scenario = schema::read(&mut reader, &document.root, name);
    let Reader { faults, worded, .. } = reader;
    Varied { draft: Draft { scenario, sources, faults, document: Arc::new(document) }, edits, worded }
}

/// A scenario as it is given: its text, and overrides of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// What it is called; names the folder of its results.
    pub name: String,
    /// Its text.
    pub source: Source,
    /// Overrides, `KEY=VALUE`.
    pub set: Vec<String>,
}

impl Input {
    /// Reads it.
    pub fn draft(&self) -> Draft {
        parse(&self.name, self.source.clone(), &self.set)
    }
}

/// Everything a scenario file says, with defaults filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// File stem; names the output folder.
    pub name: String,
    /// The question the scenario answers, a sentence.
    pub question: String,
    /// Horizon in days.
    pub days: u32,
    /// Weekday of day 1.
    pub starts: Weekday,
    /// Key of the platform profile.
    pub platform: String,
    /// Rules of the platform that do not act.
    pub rules_off: Vec<String>,
    /// What reporters are counted for; `None`: as the parameters were fitted.
    pub report_trigger: Option<Trigger>,
    /// Name of the plan the others are compared with.
    pub baseline: String,
    /// Keys of the metrics the verdict speaks of.
    pub headline: Vec<String>,
    /// Ids of the claims the scenario replays.
    pub evidence: Vec<String>,
    /// What counts as practically equal.
    pub equality: Equality,
    /// Who can be addressed, in the order of the file.
    pub audiences: Vec<Audience>,
    /// What posts are about, in the order of the file.
    pub topics: Vec<Topic>,
    /// Currency and margin.
    pub money: Money,
    /// Parameters that differ from the catalogue: key and value.
    pub behaviour: Vec<(String, f64)>,
    /// Optional mechanisms.
    pub switches: Switches,
    /// The plans, in the order of the file; none only where there are contents.
    pub plans: Vec<Plan>,
    /// The tests, in the order of the file.
    pub trials: Vec<Trial>,
    /// Contents among which each post of a calendar chooses.
    pub rotation: Option<Rotation>,
}

/// Zone of practical equality for the verdict.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Equality {
    /// Absolute half-width for shares and probabilities (default 0.01: one point).
    pub points: f64,
    /// Relative half-width for shares below `below` and for everything that is not a share (default 0.10).
    pub relative: f64,
    /// Shares below this use `relative` (default 0.05).
    pub below: f64,
}

impl Equality {
    /// Where nothing else is said (assumption).
    pub const USUAL: Equality = Equality { points: 0.01, relative: 0.10, below: 0.05 };
}

/// A set of groups or a contact list.
#[derive(Debug, Clone, PartialEq)]
pub struct Audience {
    /// Its name in the file.
    pub name: String,
    /// Groups with admins, or one direct list.
    pub channel: Channel,
    /// Number of groups (1 for a direct list).
    pub groups: u32,
    /// Members in each group.
    pub size: u32,
    /// What its groups are about; `None`: every topic has relevance 1.
    pub theme: Option<String>,
    /// Mean fit of members with what is sold, 0..1.
    pub fit: f64,
    /// Standard deviation of logit fit between groups.
    pub fit_spread: f64,
    /// Standard deviation of logit fit between accounts (replicates).
    pub account_spread: f64,
    /// 0 cold contacts, 1 opted in.
    pub relation: f64,
    /// Name of the audience whose people these are, under other circumstances: same luck, member by member.
    pub twin: Option<String>,
}

/// What a post is about, and how relevant that is per theme.
#[derive(Debug, Clone, PartialEq)]
pub struct Topic {
    /// Its name in the file.
    pub name: String,
    /// Theme and relevance, 0..1; a theme that is not listed is a fault, an audience without theme has relevance 1.
    pub relevance: Vec<(String, f64)>,
}

/// What purchases are worth.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Money {
    /// Shown beside amounts.
    pub currency: String,
    /// Margin per purchase; without it revenue, profit and ROI stay blank.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub margin: Option<f64>,
    /// Cost of one post in one group, whatever its size; beside the cost of each delivered send.
    pub cost_per_post: f64,
}

/// A sending plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Its name in the file.
    pub name: String,
    /// Where the name stands.
    pub at: At,
    /// The plan it copies, and the keys in which it differs from it (dotted, in the order of the format).
    pub like: Option<(String, Vec<String>)>,
    /// Names of the audiences addressed.
    pub to: Vec<String>,
    /// Who of them is addressed.
    pub select: Select,
    /// When posts go out and what they are.
    pub calendar: Calendar,
    /// Default topic; `None`: relevance 1.
    pub topic: Option<String>,
    /// Mean reply delay; `None`: never.
    pub reply: Option<Hours>,
    /// Share of questions answered at all.
    pub answered: f64,
    /// What happens to members' data.
    pub privacy: Privacy,
    /// Share of the audience each post reaches, drawn for each member and post.
    pub reach: f64,
    /// Cost of one delivered send; `None`: the article's figure for same or rotated content.
    pub cost: Option<f64>,
}

/// A test: plans as arms beside each other on one account, each with its own share of one audience.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// Its name in the file.
    pub name: String,
    /// Where the name stands.
    pub at: At,
    /// Names of the plans, the control first.
    pub arms: Vec<String>,
    /// Name of the audience that is dealt to the arms.
    pub audience: String,
    /// Groups, or members of a direct list, that each arm gets; at least 2.
    pub units_per_arm: u32,
    /// How long it runs, days from day 1.
    pub days: u32,
    /// Key of the metric it decides by.
    pub metric: String,
    /// Smallest difference worth detecting, in the metric's unit; `None`: the zone of practical equality.
    pub detect: Option<f64>,
    /// By how much other metrics may be worse, in their own units.
    pub guardrails: Vec<(String, f64)>,
}

/// Which members a plan addresses.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Select {
    /// Share kept, above 0 and at most 1.
    pub keep: f64,
    /// Correlation of the signal with the normal score of fit, -1..1; 0: a random share.
    pub signal: f64,
}

/// When posts go out and what they are.
#[derive(Debug, Clone, PartialEq)]
pub enum Calendar {
    /// A rule that repeats.
    Rule {
        /// Which days.
        days: Days,
        /// Hours of the day of each day's posts, in order, 0..24.
        at: Vec<f64>,
        /// Kinds, dealt over the posts.
        kinds: Kinds,
        /// Contents in rotation; `None`: always a new one.
        contents: Option<u32>,
        /// Share of each post that carries an offer link; `None`: by kind.
        offer: Option<f64>,
        /// Marks on every post.
        flags: Flags,
    },
    /// An exact list; an empty one is a plan that sends nothing.
    Posts(Vec<PostLine>),
}

/// On which days a rule posts.
#[derive(Debug, Clone, PartialEq)]
pub enum Days {
    /// Every so many days, from day 1.
    Every(u32),
    /// On these weekdays.
    On(Vec<Weekday>),
    /// On these days, counted from 1, in order.
    Exactly(Vec<u32>),
}

/// How kinds are dealt over posts.
#[derive(Debug, Clone, PartialEq)]
pub enum Kinds {
    /// In turn.
    Turn(Vec<Kind>),
    /// In exact shares (kind, share; shares sum to 1).
    Mix(Vec<(Kind, f64)>),
}

/// One post of an exact list.
#[derive(Debug, Clone, PartialEq)]
pub struct PostLine {
    /// Day, from 1.
    pub day: u32,
    /// Hour of the day, 0..24.
    pub at: f64,
    /// Its kind.
    pub kind: Kind,
    /// Name of its content; `None`: new.
    pub content: Option<String>,
    /// Its topic; `None`: the plan's.
    pub topic: Option<String>,
    /// Share that carries an offer link; `None`: by kind.
    pub offer: Option<f64>,
    /// Its marks.
    pub flags: Flags,
    /// Where it stands.
    pub place: At,
}

/// A scenario as far as it could be read, and every fault found in reading it.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The scenario; where a fault stood, the default stands.
    pub scenario: Scenario,
    /// The texts that faults point into.
    pub sources: Vec<Source>,
    /// What is wrong; `plan::compile` adds what only a calendar shows.
    pub faults: Vec<Diagnostic>,
    /// What was read, with what was varied, so that more can be without parsing again.
    document: Arc<tree::Document>,
}
