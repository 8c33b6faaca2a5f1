//! Reads a list of targets, TOML or CSV, with the scenarios it names, and every fault in any of them.
//!
//! Comes in: a text, and a way to the files it names. Goes out: [`Targets`], or all faults. What a single target may say is in `read`,
//! what may move in `tune`; lists as CSV are in `table`, a sender's own figures in `figures`.

use crate::diagnostic::{At, Diagnostic, Faults, Source, plain};
use crate::document::reader::{Names, Reader};
use crate::document::tree::{Document, Node, Table, Value, document};
use crate::evidence;
use crate::parameter::{self, Fit, Parameters};
use crate::scenario::{self, Draft};

use super::figures::{self, Figures, OwnFigures};
use super::tune::{self, Given};
use super::{Known, TargetScenario, Targets, read, table};

/// Standard deviation of what the model leaves out, on the log scale (docs/calibration.md).
const DISCREPANCY: f64 = 0.12;

const TOP_KEYS: &[&str] = &["name", "discrepancy", "begin", "patterns", "set", "times", "target", "figures", "tune"];

/// Most replicates of one scenario for each one of the others.
const MOST_TIMES: u32 = 1000;

/// Way to a file that targets name: a scenario, or a sender's figures. An error says why there is none.
pub type Find<'a> = dyn Fn(&str) -> Result<Source, Missing> + 'a;

/// Why a file that was named is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// What is wrong, without the name.
    pub why: String,
    /// What to do.
    pub help: String,
}

/// Reads targets and the scenarios they name. `tuned` are parameters that move instead of those of the file.
///
/// # Errors
/// Every fault of the list, of its figures and of its scenarios, each with its place.
pub fn parse(name: &str, source: Source, tuned: &[String], find: &Find<'_>) -> Result<Targets, Faults> {
    let source = source.without_mark();
    let mut faults = Vec::new();
    let is_table = source.name.to_lowercase().ends_with(".csv");
    let Document { root, faults: unread, lossy } = if is_table {
        let root = table::root(&source.text, &mut faults);
        Document { root, faults: Vec::new(), lossy: !faults.is_empty() }
    } else {
        document(&source.text)
    };
    faults.extend(unread);
    assemble(name, source, Parsed { root, lossy, faults }, tuned, find)
}

/// Reads a sender's own figures as targets.
///
/// # Errors
/// Every fault of the options, of the figures and of the scenario.
pub fn parse_figures(
    name: &str,
    source: Source,
    own: &OwnFigures,
    tuned: &[String],
    find: &Find<'_>,
) -> Result<Targets, Faults> {
    let source = source.without_mark();
    let mut faults = Vec::new();
    let (options, root) = figures::options(&source.name, own, &mut faults);
    let given = |named: &str| if named == source.name { Ok(source.clone()) } else { find(named) };
    assemble(name, options, Parsed { root, lossy: !faults.is_empty(), faults }, tuned, &given)
}

/// A text as a tree.
struct Parsed {
    root: Table,
    /// Whether some of the text was not understood.
    lossy: bool,
    faults: Vec<Diagnostic>,
}

fn assemble(name: &str, source: Source, parsed: Parsed, tuned: &[String], find: &Find<'_>) -> Result<Targets, Faults> {
    let Parsed { root, lossy, mut faults } = parsed;
    let mut sources = vec![source];
    let mut finding = Finding { find, sources: &mut sources, faults: &mut faults };
    let figures = finding.figures(&root);
    let mut scenarios = finding.scenarios(&root);
    let tuned_at = sources.len();
    sources.extend(tuned.iter().map(|key| Source { name: "--parameters-tuned".to_owned(), text: key.clone() }));

    let mut reader = Reader::new(&sources, faults, lossy, TOP_KEYS);
    reader.only_keys(&root, TOP_KEYS);
    let listed = match tables(&mut reader, root.get("target"), "[[target]]") {
        Some(listed) => listed,
        None if root.get("figures").is_none() && !lossy => {
            let help = "a [[target]] for each figure that is known, or [figures] of a campaign of your own";
            reader.fault(&At::default(), "there is no target".to_owned(), help);
            Vec::new()
        }
        None => Vec::new(),
    };
    check_changes(&mut reader, &root, &scenarios);
    times(&mut reader, &root, &mut scenarios);
    let mut targets = read::targets(&mut reader, &listed, &scenarios);
    if let Some((table, figures)) = &figures {
        targets.extend(figures::targets(&mut reader, table, figures, &scenarios));
    }
    read::check_names(&mut reader, &targets);
    let targets: Vec<_> = targets.into_iter().map(|placed| placed.target).collect();
    let moves = tables(&mut reader, root.get("tune"), "[[tune]]").unwrap_or_default();
    let fits: Vec<&str> = parameter::fits().iter().map(|fit| fit.name.as_str()).collect();
    let begin = reader.name(root.get("begin"), Names::new("fit", &fits));
    let begin = begin.as_deref().and_then(parameter::find_fit).map_or_else(Parameters::best, Fit::parameters);
    let tuned = tune::tuned(&mut reader, &moves, (tuned, tuned_at), Given { known: &scenarios, begin: &begin });
    let name = reader.text(root.get("name")).unwrap_or_else(|| name.to_owned());
    if let Some(node) = root.get("name")
        && !name.chars().all(|letter| letter.is_alphanumeric() || letter == '-' || letter == '_')
    {
        reader.must_be(node, "a name of letters, digits, - and _", "it names the folder of the results");
    }
    let discrepancy = read::discrepancy(&mut reader, root.get("discrepancy")).unwrap_or(DISCREPANCY);
    let keys: Vec<&str> = evidence::patterns().iter().map(|pattern| pattern.key.as_str()).collect();
    let patterns = reader.names(root.get("patterns"), Names::new("pattern", &keys), 0).unwrap_or_default();
    let patterns = patterns.iter().filter_map(|key| evidence::pattern(key)).collect();
    let faults = reader.faults;
    if let Some(faults) = Faults::new(sources, faults) {
        return Err(faults);
    }
    let scenarios = scenarios.into_iter().map(|known| known.scenario).collect();
    Ok(Targets { name, discrepancy, begin, scenarios, targets, patterns, tuned })
}

/// How many replicates of a scenario go with each one of the others: `times = { "designs/spray" = 20 }`.
fn times(reader: &mut Reader<'_>, root: &Table, scenarios: &mut [Known]) {
    let Some(table) = reader.table(root.get("times"), "{ \"designs/spray\" = 20 }").cloned() else { return };
    let names: Vec<String> = scenarios.iter().map(|known| known.scenario.name.clone()).collect();
    reader.only_keys(&table, &names.iter().map(String::as_str).collect::<Vec<_>>());
    for known in scenarios {
        if let Some(times) = reader.whole(table.get(&known.scenario.name), 1, MOST_TIMES) {
            known.scenario.times = times;
        }
    }
}

/// What a list says of a scenario in another way than its text: `set = { "patterns/p1-saturation" = ["audience.list.size=1500"] }`.
fn changes(root: &Table, scenario: &str) -> Vec<String> {
    let Some(Value::Table(table)) = root.get("set").map(|node| &node.value) else { return Vec::new() };
    let Some(Value::List(changes)) = table.get(scenario).map(|node| &node.value) else { return Vec::new() };
    let text = |node: &Node| if let Value::Text(text) = &node.value { Some(text.clone()) } else { None };
    changes.iter().filter_map(text).collect()
}

/// Faults what [`changes`] leaves out: other scenarios, and what is no list of texts.
fn check_changes(reader: &mut Reader<'_>, root: &Table, scenarios: &[Known]) {
    let Some(table) = reader.table(root.get("set"), SET).cloned() else { return };
    let names: Vec<&str> = scenarios.iter().map(|known| known.scenario.name.as_str()).collect();
    reader.only_keys(&table, &names);
    for entry in &table.entries {
        for change in reader.list(Some(&entry.node), "changes", 1).unwrap_or_default().to_vec() {
            reader.text(Some(&change));
        }
    }
}

/// How changes of scenarios are said.
const SET: &str = "{ \"designs/spray\" = [\"audience.people.size=500\"] }";

/// The tables of a list of tables, `[[key]]`.
fn tables(reader: &mut Reader<'_>, node: Option<&Node>, example: &str) -> Option<Vec<(Node, Table)>> {
    if let Some(Node { value: Value::Table(_), at, path, .. }) = node {
        reader.fault(at, format!("`{path}` must be a list of tables"), format!("with two brackets: {example}"));
        return Some(Vec::new());
    }
    let nodes = reader.list(node, "tables", 1)?;
    Some(nodes.iter().filter_map(|node| Some((node.clone(), reader.table(Some(node), example)?.clone()))).collect())
}

/// Fetches what a list names.
struct Finding<'a> {
    find: &'a Find<'a>,
    sources: &'a mut Vec<Source>,
    faults: &'a mut Vec<Diagnostic>,
}

impl Finding<'_> {
    fn fetch(&mut self, node: &Node) -> Option<(String, Source)> {
        let Value::Text(named) = &node.value else { return None };
        match (self.find)(named) {
            Ok(source) => Some((named.clone(), source.without_mark())),
            Err(missing) => {
                let message = format!("`{}` names \"{}\": {}", node.path, plain(named), missing.why);
                self.faults.push(Diagnostic { message, at: Some(node.at.clone()), help: Some(missing.help) });
                None
            }
        }
    }

    /// The table of figures and the file it names.
    fn figures(&mut self, root: &Table) -> Option<(Table, Figures)> {
        let Value::Table(table) = &root.get("figures")?.value else { return None };
        let (_, source) = self.fetch(table.get("file")?)?;
        let figures = Figures::read(&source.text, self.sources.len(), self.faults);
        self.sources.push(source);
        Some((table.clone(), figures))
    }

    /// Every scenario that is named, once, in the order of the file.
    fn scenarios(&mut self, root: &Table) -> Vec<Known> {
        let mut known: Vec<Known> = Vec::new();
        let mut missing: Vec<String> = Vec::new();
        for node in scenario_nodes(root) {
            let Value::Text(named) = &node.value else { continue };
            if known.iter().any(|known| known.scenario.name == *named) || missing.contains(named) {
                continue;
            }
            let Some((name, source)) = self.fetch(&node) else {
                missing.push(named.clone());
                continue;
            };
            let stem = name.rsplit(['/', '\\']).next().unwrap_or(&name);
            let changes = changes(root, &name);
            let mut draft = scenario::parse(stem.strip_suffix(".toml").unwrap_or(stem), source, &changes);
            // Changes stand in the list, not on the command line.
            for change in &mut draft.sources[1..] {
                change.name = format!("{}: set", self.sources[0].name);
            }
            self.adopt(&draft);
            let scenario = TargetScenario { name, draft, times: 1 };
            known.push(Known { scenario, at: node.at.clone() });
        }
        known
    }

    /// Takes over the faults of a scenario, with its text.
    fn adopt(&mut self, draft: &Draft) {
        let first = self.sources.len();
        self.sources.extend(draft.sources.iter().cloned());
        for mut fault in draft.faults.iter().cloned() {
            if let Some(at) = &mut fault.at {
                at.source += first;
            }
            self.faults.push(fault);
        }
    }
}

/// Where scenarios are named: by targets, by what they are divided by, and by figures.
fn scenario_nodes(root: &Table) -> Vec<Node> {
    let mut nodes = Vec::new();
    let mut take = |table: &Table| nodes.extend(table.get("scenario").cloned());
    if let Some(Value::List(list)) = root.get("target").map(|node| &node.value) {
        for node in list {
            let Value::Table(table) = &node.value else { continue };
            take(table);
            if let Some(Value::Table(over)) = table.get("over").map(|node| &node.value) {
                take(over);
            }
        }
    }
    if let Some(Value::Table(table)) = root.get("figures").map(|node| &node.value) {
        take(table);
    }
    nodes
}
