//! The documents say what the code says: their generated parts are recomputed here, and what the code knows is looked for in them.
//!
//! A generated part stands between `<!-- generated: NAME -->` and `<!-- end -->`. Everything else in a document is written by hand.

use std::fmt::Write;
use std::sync::LazyLock;
use std::{env, fs};

use wearout_core::diagnostic::Source;
use wearout_core::engine::Engine;
use wearout_core::evidence::{self, Claim, Finding, Pattern, Use};
use wearout_core::finding::{self, SensitivityJob};
use wearout_core::job::{self, Job};
use wearout_core::parameter::{self, Basis, Parameter};
use wearout_core::platform::{self, Profile};
use wearout_core::scenario::{self, Input, SHIPPED};
use wearout_core::study::sensitivity::{Measured, Request, Size};
use wearout_core::study::{self, Nearness, PatternScore, Scored, Search, Shown};
use wearout_core::tally::{Better, METRICS, Metric, Outcome};
use wearout_core::targets;
use wearout_show as report;
use wearout_show::evidence::{band, figure, figures, heading, verdict};

const COMMAND: &str = "WEAROUT_REGENERATE=1 cargo test --test documents";

/// A generated part: the document, its name there, and what it must say.
struct Part(&'static str, &'static str, fn() -> String);

const PARTS: &[Part] = &[
    Part("docs/model.md", "parameters", parameters),
    Part("docs/model.md", "platforms", platforms),
    Part("docs/metrics.md", "metrics", metrics),
    Part("docs/scenarios.md", "shipped", shipped),
    Part("docs/evidence.md", "totals", totals),
    Part("docs/evidence.md", "facts", facts),
    Part("docs/evidence.md", "claims", claims),
    Part("docs/evidence.md", "contradictions", contradictions),
    Part("docs/evidence.md", "field", field_totals),
    Part("docs/evidence.md", "patterns", pattern_rows),
    Part("docs/evidence.md", "further", further_rows),
    Part("docs/evidence.md", "against", against),
    Part("docs/evidence.md", "findings", findings),
];

/// Rewrites the generated parts once when asked to, before any test reads a document.
static REWRITTEN: LazyLock<()> = LazyLock::new(|| {
    if env::var("WEAROUT_REGENERATE").as_deref() != Ok("1") {
        return;
    }
    for Part(file, name, text) in PARTS {
        let path = path(file);
        let old = fs::read_to_string(&path).expect("the document exists");
        let (start, end) = place(&old, file, name);
        let new = format!("{}{}{}", &old[..start], text(), &old[end..]);
        fs::write(&path, new).expect("the document can be written");
    }
});

fn path(file: &str) -> String {
    format!("{}/{file}", env!("CARGO_MANIFEST_DIR"))
}

fn document(file: &str) -> String {
    LazyLock::force(&REWRITTEN);
    fs::read_to_string(path(file)).unwrap_or_else(|cause| panic!("{file}: {cause}")).replace("\r\n", "\n")
}

/// Where a generated part begins and ends.
fn place(text: &str, file: &str, name: &str) -> (usize, usize) {
    let marker = format!("<!-- generated: {name} -->\n");
    let start = text.find(&marker).unwrap_or_else(|| panic!("{file} lacks {marker}")) + marker.len();
    let end = text[start..].find("<!-- end -->").unwrap_or_else(|| panic!("{file}: `{name}` has no end"));
    (start, start + end)
}

#[test]
fn every_generated_part_says_what_the_code_says() {
    for Part(file, name, text) in PARTS {
        let document = document(file);
        let (start, end) = place(&document, file, name);
        let (found, wanted) = (&document[start..end], text());
        let differing = found.lines().zip(wanted.lines()).find(|(found, wanted)| found != wanted);
        assert!(
            *found == wanted,
            "`{name}` in {file} is out of date; run: {COMMAND}\nfirst difference, found and wanted: {differing:#?}"
        );
    }
}

/// The parameters in the order and under the headings of their file.
fn parameters() -> String {
    let mut text = String::new();
    for line in include_str!("../crates/core/src/parameter/parameters.toml").lines() {
        if let Some(heading) = line.strip_prefix("# --- ").and_then(|rest| rest.strip_suffix(" ---")) {
            let header =
                "| key | default | unit | plausible | what it is | evidence | basis |\n|---|---|---|---|---|---|---|";
            let _ = writeln!(text, "\n### {heading}\n\n{header}");
        }
        if let Some(key) = line.strip_prefix("key = \"").and_then(|rest| rest.strip_suffix('"')) {
            text += &parameter_row(parameter::find(key).expect("a key of the catalogue"));
        }
    }
    text + "\n"
}

fn parameter_row(parameter: &Parameter) -> String {
    let Parameter { key, value, unit, low, high, meaning, evidence, basis, domain: _ } = parameter;
    let basis = match basis {
        Basis::Fitted => "fitted",
        Basis::Claim => "claim",
        Basis::Literature => "literature",
        Basis::Assumption => "**assumption**",
    };
    let plausible =
        if low < high { format!("{} to {}", short(*low), short(*high)) } else { "no range given".to_owned() };
    format!("| `{key}` | {} | {unit} | {plausible} | {meaning} | {} | {basis} |\n", short(*value), ids(evidence))
}

/// A number to four significant digits, as far as it has them.
fn short(value: f64) -> String {
    let scientific = format!("{value:.3e}");
    let exponent = scientific.split_once('e').and_then(|(_, exponent)| exponent.parse::<i32>().ok());
    let decimals = (3 - exponent.unwrap_or(0)).max(0) as usize;
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

fn ids<T: AsRef<str>>(ids: &[T]) -> String {
    if ids.is_empty() {
        return "-".to_owned();
    }
    ids.iter().map(|id| format!("`{}`", id.as_ref())).collect::<Vec<_>>().join(" ")
}

fn platforms() -> String {
    platform::catalog().iter().fold(String::new(), |text, profile| text + &platform(profile)) + "\n"
}

fn platform(profile: &Profile) -> String {
    let Profile { key, title, source, checked, rules } = profile;
    let mut text = format!("\n### `{key}`: {title}\n\nSource: {source}. Checked {checked}.\n\n");
    if rules.is_empty() {
        return text + "No rule.\n";
    }
    text += "| rule | what it does | claims | confidence | note |\n|---|---|---|---|---|\n";
    for rule in rules.describe() {
        let claims = ids(&rule.evidence);
        let _ = writeln!(text, "| `{}` | {} | {claims} | {} | {} |", rule.key, rule.text, rule.confidence, rule.note);
    }
    text
}

fn metrics() -> String {
    let header = "\n| key | label | unit | better | definition | claims |\n|---|---|---|---|---|---|\n";
    METRICS.iter().fold(header.to_owned(), |text, metric| text + &metric_row(metric)) + "\n"
}

fn metric_row(metric: &Metric) -> String {
    let better = match metric.better {
        Better::Higher => "higher",
        Better::Lower => "lower",
        Better::Neither => "-",
    };
    let measured: Vec<&str> =
        evidence::ledger().iter().filter(|claim| measures(claim, metric)).map(|claim| claim.id.as_str()).collect();
    let (key, unit) = (metric.key, metric.unit.key());
    format!("| `{key}` | {} | {unit} | {better} | {} | {} |\n", metric.label, metric.meaning, ids(&measured))
}

/// Whether a claim gives a figure for a metric, perhaps by a certain day (`unsubscribe@day4`, `p_limited_30d`).
fn measures(claim: &Claim, metric: &Metric) -> bool {
    if claim.unit == "fraction of readers" {
        return metric.key == "click_per_read";
    }
    let observable = claim.observable.split('@').next().unwrap_or_default();
    let observable = observable.strip_suffix("_30d").filter(|_| observable.starts_with("p_")).unwrap_or(observable);
    observable == metric.key || metric.also.contains(&observable)
}

fn shipped() -> String {
    let mut text = "\n| name | question | plans | claims |\n|---|---|---|---|\n".to_owned();
    for (name, scenario) in SHIPPED {
        let document: toml::Table = scenario.parse().expect("a shipped scenario is TOML");
        let claims: Vec<String> = document["evidence"].clone().try_into().expect("a shipped scenario cites claims");
        let question = document["question"].as_str().expect("a shipped scenario asks something");
        let plans: Vec<&String> = document["plan"].as_table().expect("a shipped scenario has plans").keys().collect();
        let _ = writeln!(text, "| `{name}` | {question} | {} | {} |", ids(&plans), ids(&claims));
    }
    text + "\n"
}

/// Replicates of each design behind the figures of docs/evidence.md: few, so that this test takes seconds.
const REPLICATES: u32 = 50;

/// The fits that docs/evidence.md sets side by side.
const FITS: [&str; 2] = ["prediction", "feasibility"];

/// Replicates of each pattern's scenario behind the figures of docs/evidence.md.
const PATTERN_REPLICATES: u32 = 4;

/// The evidence under each fit; patterns under the first alone.
static SCORED: LazyLock<[finding::Evidence; 2]> = LazyLock::new(|| FITS.map(scored));

fn scored(name: &str) -> finding::Evidence {
    let fit = parameter::find_fit(name).expect("a fit that is shipped");
    let card = study::scorecard(&fit.parameters(), REPLICATES, 1, &Engine::default());
    let sought: Vec<&Pattern> =
        evidence::patterns().iter().chain(evidence::further()).filter(|_| name == FITS[0]).collect();
    let search = Search { patterns: &sought, replicates: PATTERN_REPLICATES, seed: 1 << 32, members: None, set: &[] };
    let scores = study::shows(&fit.parameters(), &search, &Engine::default());
    let (card, scores) = card.zip(scores).expect("nobody stops the engine");
    finding::Evidence::of(fit, card, scores, search.seed)
}

fn totals() -> String {
    let mut text = "\n".to_owned();
    for evidence in &*SCORED {
        let _ = writeln!(text, "* {}", report::evidence::totals(evidence).join("\n  "));
    }
    text + "\n"
}

fn facts() -> String {
    let header = "\n| fact | claim | design | observable | use | article | prediction | | feasibility | |\n|---|---|---|---|---|---|---|---|---|---|\n";
    let [prediction, feasibility] = &*SCORED;
    let rows = prediction.card.facts().zip(feasibility.card.facts());
    rows.fold(header.to_owned(), |text, (prediction, feasibility)| text + &fact_row(prediction, feasibility)) + "\n"
}

fn fact_row(prediction: &Scored, feasibility: &Scored) -> String {
    let replay = prediction.replay;
    let design = match (&replay.design, &replay.over) {
        (Some(design), Some(over)) => format!("{design} / {over}"),
        (Some(design), None) => design.clone(),
        (None, _) => "closed form".to_owned(),
    };
    let name = replay.fact.as_deref().unwrap_or_default();
    let (claim, observable, used) = (&replay.claim, replay.observable.as_deref().unwrap_or("-"), replay.used.word());
    let [article, first] = figures(prediction);
    let [_, second] = figures(feasibility);
    let verdicts = [prediction, feasibility].map(|row| row.nearness.map_or("", Nearness::words));
    format!(
        "| {name} | `{claim}` | {design} | `{observable}` | {used} | {article} | {first} | {} | {second} | {} |\n",
        verdicts[0], verdicts[1]
    )
}

fn claims() -> String {
    let mut text = String::new();
    for used in Use::ALL {
        let header = "| claim | it says | article | compared with | verdict | definition, or why nothing is measured |\n|---|---|---|---|---|---|";
        let _ = writeln!(text, "\n### {}\n\n{header}", heading(used));
        SCORED[0].card.claims().filter(|row| row.replay.used == used).for_each(|row| text += &claim_row(row));
    }
    text + "\n"
}

fn claim_row(row: &Scored) -> String {
    let claim = evidence::claim(&row.replay.claim).expect("every replay has a claim");
    let [article, _] = figures(row);
    let measured = row.replay.observable.as_ref().map_or("-".to_owned(), |observable| format!("`{observable}`"));
    let verdict = row.nearness.map_or("-", Nearness::words);
    let article = if row.figure.is_some() { article } else { figure_of(claim) };
    format!(
        "| `{}` | {} | {article} | {measured} | {verdict} | {} |\n",
        claim.id, claim.statement, row.replay.definition
    )
}

/// The figure of a claim that is compared with nothing, in its own unit.
fn figure_of(claim: &Claim) -> String {
    match claim.low.zip(claim.high) {
        Some((low, high)) if low == high => format!("{} {}", short(low), claim.unit),
        Some((low, high)) => format!("{} to {} {}", short(low), short(high), claim.unit),
        None => "-".to_owned(),
    }
}

fn contradictions() -> String {
    let mut text =
        "\n| | finding | what is set against what | arithmetic | here | claims |\n|---|---|---|---|---|---|\n"
            .to_owned();
    for check in &SCORED[0].contradictions {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} |",
            check.id,
            check.finding.words(),
            check.statement,
            check.arithmetic,
            check.treatment,
            ids(&check.claims)
        );
    }
    text + "\n"
}

fn field_totals() -> String {
    let [patterns, unseen] =
        [report::evidence::patterns_shown, report::evidence::unseen_shown].map(|shown| shown(&SCORED[0]));
    format!("\n* Patterns of field studies: {patterns}\n* Further findings, each checked on its own. {unseen}\n\n")
}

fn pattern_rows() -> String {
    let header = "\n| | pattern | findings | verdict | used | figure | band | simulated | |\n|---|---|---|---|---|---|---|---|---|\n";
    SCORED[0].patterns.iter().fold(header.to_owned(), |text, score| text + &score_rows(score)) + "\n"
}

fn further_rows() -> String {
    let header = "\n| finding | says | verdict | figure | band | simulated | |\n|---|---|---|---|---|---|---|\n";
    SCORED[0].further.iter().fold(header.to_owned(), |text, score| text + &score_rows(score)) + "\n"
}

/// A row for each figure; what is said of the whole stands in the first.
fn score_rows(score: &PatternScore) -> String {
    let Pattern { key, title, findings, used, lacking, .. } = score.pattern;
    let shown = match score.shown {
        Shown::CannotBeExpressed => format!("cannot be expressed: {lacking}"),
        shown => shown.words().to_owned(),
    };
    let whole = if score.pattern.is_a_finding() {
        vec![format!("`{key}`"), title.clone(), shown]
    } else {
        vec![key.clone(), title.clone(), ids(findings), shown, used.words().to_owned()]
    };
    let mut text = String::new();
    for (index, checked) in score.checks.iter().enumerate() {
        let start = if index == 0 { whole.clone() } else { vec![String::new(); whole.len()] };
        let own = [checked.check.name.clone(), band(checked.check), figure(checked), verdict(checked).to_owned()];
        let _ = writeln!(text, "| {} |", [start, own.into()].concat().join(" | "));
    }
    text
}

fn against() -> String {
    let header = "\n| finding | pulls against | how sure |\n|---|---|---|\n";
    let row = |text: String, row: &evidence::Against| {
        let sure = evidence::finding(&row.finding).map(Finding::sureness).unwrap_or_default();
        text + &format!("| `{}` | {} | {sure} |\n", row.finding, row.against)
    };
    evidence::against().iter().fold(header.to_owned(), row) + "\n"
}

fn findings() -> String {
    let header = "\n| finding | study | it found | how sure | used for |\n|---|---|---|---|---|\n";
    evidence::findings().iter().fold(header.to_owned(), |text, finding| text + &finding_row(finding)) + "\n"
}

fn finding_row(finding: &Finding) -> String {
    let Finding { id, citation, kind, channel, n, numbers, .. } = finding;
    let parameters =
        parameter::catalogue().iter().filter(|it| it.evidence.contains(id)).map(|it| format!("`{}`", it.key));
    let patterns = evidence::patterns().iter().filter(|it| it.findings.contains(id)).map(|it| it.key.clone());
    let further = evidence::further().iter().filter(|it| it.key == *id).map(|_| "checked on its own".to_owned());
    let against = evidence::against().iter().filter(|it| it.finding == *id).map(|_| "pulls the other way".to_owned());
    let is_target = targets::shipped("joint").is_some_and(|list| list.contains(&format!("claim = \"{id}\"")));
    let fitted = is_target.then(|| "fitted".to_owned()).into_iter();
    let used: Vec<String> = fitted.chain(patterns).chain(further).chain(against).chain(parameters).collect();
    let used = if used.is_empty() { "-".to_owned() } else { used.join(", ") };
    format!(
        "| `{id}` | {citation}. {kind}; {channel}; {n} | {}: {numbers} | {} | {used} |\n",
        finding.says(),
        finding.sureness()
    )
}

/// A miss is only shown with its cause: whatever is off under either fit is spoken of in the section on misses.
#[test]
fn every_fact_that_is_off_has_its_cause_named() {
    let page = document("docs/evidence.md");
    let causes = page.split("\n## What misses").nth(1).and_then(|rest| rest.split("\n## ").next()).unwrap();
    for evidence in &*SCORED {
        for row in evidence.card.rows.iter().filter(|row| row.nearness == Some(Nearness::Off)) {
            let claim = &row.replay.claim;
            assert!(causes.contains(&format!("`{claim}`")), "docs/evidence.md does not say why `{claim}` is off");
        }
    }
}

#[test]
fn every_mechanism_section_of_the_model_names_its_parameters() {
    let model = document("docs/model.md");
    let submodels = model.split("\n## 7 ").nth(1).and_then(|rest| rest.split("\n## 8 ").next()).unwrap();
    for key in parameter::Parameters::KEYS {
        assert!(submodels.contains(&format!("`{key}`")), "docs/model.md, section 7, does not speak of `{key}`");
    }
}

#[test]
fn every_key_of_a_scenario_is_explained() {
    let text = "zzz = 1\n[equality]\nzzz = 1\n[audience.a]\nzzz = 1\n[topic.t]\nzzz = 1\n[money]\nzzz = 1\n[switch]\nzzz = 1\n\
                [plan.p]\nzzz = 1\nselect = { zzz = 1 }\n[plan.q]\nposts = [{ day = 1, zzz = 1 }]\n";
    let source = Source { name: "keys.toml".into(), text: text.into() };
    let faults = scenario::parse("keys", source, &[]).faults;
    let scenarios = document("docs/scenarios.md");
    let known: Vec<String> = faults
        .iter()
        .filter_map(|fault| fault.help.as_ref()?.strip_prefix("known here: ").map(str::to_owned))
        .collect();
    assert_eq!(known.len(), 9, "one list of keys for each table: {faults:#?}");
    for key in known.iter().flat_map(|list| list.split(", ")) {
        assert!(scenarios.contains(&format!("| {key} |")), "docs/scenarios.md has no row for {key}");
    }
}

#[test]
fn every_series_and_chart_is_explained() {
    let output = document("output/README.md");
    for (_, series) in Outcome::ALL {
        assert!(output.contains(&format!("| `{series}` |")), "output/README.md has no row for `{series}`");
    }
    for chart in wearout_show::chart::CHARTS {
        assert!(
            output.contains(&format!("| `{}` |", chart.key)),
            "output/README.md has no row for chart `{}`",
            chart.key
        );
    }
}

#[test]
fn every_column_of_a_sensitivity_analysis_is_explained() {
    let output = document("output/README.md");
    let text = "[audience.club]\nsize = 20\n[plan.daily]\n[plan.spaced]\nevery = \"48h\"\n";
    let source = Source { name: "club.toml".into(), text: text.into() };
    let scenario = Input { name: "club".into(), source, set: Vec::new() };
    let options = Request {
        metric: None,
        plan: None,
        figure: Measured::Difference,
        over: vec!["read_base".into()],
        size: Size::Quick,
        factors: Some(1),
        rows: Some(8),
        streams: 4,
        replicates: Some(2),
    };
    let job = Job::Sensitivity(SensitivityJob { scenario, seed: 1, options });
    let finding = job::run(&job, &Engine::default()).unwrap();
    for report::File { name, bytes } in report::files(&finding) {
        if let Some(chart) = name.strip_suffix(".svg") {
            assert!(output.contains(&format!("| `{chart}` |")), "output/README.md has no row for `{chart}`");
        }
        if std::path::Path::new(&name).extension().is_none_or(|extension| extension != "csv") {
            continue;
        }
        let file = name;
        assert!(output.contains(&format!("| `{file}` |")), "output/README.md has no row for `{file}`");
        let table = String::from_utf8(bytes).unwrap();
        for column in table.lines().next().unwrap().split(',') {
            assert!(output.contains(&format!("`{column}`")), "output/README.md does not explain `{column}` of {file}");
        }
    }
}

/// Ids of claims have a hyphen and stand in backticks; so do names of profiles, scenarios and plans, and nothing else.
#[test]
fn every_claim_a_document_cites_is_in_the_ledger() {
    for file in ["docs/model.md", "docs/metrics.md", "docs/scenarios.md", "docs/evidence.md"] {
        let document = document(file);
        let is_id = |word: &&str| {
            word.contains('-')
                && word.starts_with(|c: char| c.is_ascii_lowercase())
                && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        };
        for word in document.split('`').skip(1).step_by(2).filter(is_id) {
            let is_plan =
                || SHIPPED.iter().any(|(name, text)| *name == word || text.contains(&format!("[plan.{word}]")));
            let is_fit = || parameter::find_fit(word).is_some();
            let exists = evidence::find(word).is_some() || platform::find(word).is_some() || is_plan() || is_fit();
            assert!(exists, "{file} cites `{word}`, which is no claim, finding, profile, scenario, plan or fit");
        }
    }
}

#[test]
fn the_map_of_the_code_is_short_and_names_every_module() {
    let architecture = document("ARCHITECTURE.md");
    assert!(architecture.lines().count() <= 150, "{} lines, at most 150", architecture.lines().count());
    for entry in fs::read_dir(path("crates/core/src")).unwrap() {
        let name = entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned();
        if name == "lib" {
            continue;
        }
        assert!(architecture.contains(&format!("`{name}")), "ARCHITECTURE.md does not name `{name}`");
    }
}
