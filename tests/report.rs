//! What is written and printed of small campaigns.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod campaign;
#[allow(dead_code, reason = "each test file uses a part")]
mod experiment;
mod found;

use std::path::Path;
use std::{env, fs};

use campaign::{Campaign, plans, replicates};
use found::{found, is_in_the_finding, shown};
use wearout_core::analysis::{Accumulator, Caution, Comparison, Zone, cautions, headline as headline_of, verdict};
use wearout_core::engine::Engine;
use wearout_core::finding::{Enforcement, Note};
use wearout_core::plan::Experiment;
use wearout_core::study::{Target, compare as compare_plans};
use wearout_core::tally::{METRICS, Metric, Outcome, REPEATS, find};
use wearout_show::chart::{CHARTS, Caption, Subject, render};
use wearout_show::notes::{About, sentence};
use wearout_show::text::text;
use wearout_show::{csv, json, page};

const ZONE: Zone = Zone { points: 0.01, relative: 0.10, below: 0.05 };

fn headline() -> Vec<&'static Metric> {
    ["conversion", "loss", "p_limited"].iter().map(|key| find(key).unwrap()).collect()
}

fn house(i: u64) -> Campaign {
    Campaign {
        delivered: 150,
        reads: 20 + i * 7 % 5,
        buyers: 10 + i % 3,
        left: 30 + i * 3 % 7,
        limited: u64::from(i.is_multiple_of(5)),
    }
}

fn yours(i: u64) -> Campaign {
    Campaign { delivered: 150, reads: 40 + i * 5 % 7, buyers: 8 + i % 4, left: 22 + i * 3 % 7, limited: 0 }
}

fn compare(names: &[&str], n: u64, plan: &[&dyn Fn(u64) -> Campaign]) -> Comparison {
    let campaigns: Vec<Vec<Campaign>> = (0..n).map(|i| plan.iter().map(|plan| plan(i)).collect()).collect();
    let mut accumulator = Accumulator::new(&plans(names), 0, 2);
    accumulator.accumulate(&replicates(3, &campaigns));
    accumulator.finish()
}

/// The same campaigns under so many sets of parameters in turn.
fn compare_over(n_sets: usize, names: &[&str], n: u64, plan: &[&dyn Fn(u64) -> Campaign]) -> Comparison {
    let campaigns: Vec<Vec<Campaign>> = (0..n).map(|i| plan.iter().map(|plan| plan(i)).collect()).collect();
    let plans = plans(names);
    let stakes = vec![plans.iter().map(|plan| plan.stakes).collect(); n_sets];
    let mut accumulator = Accumulator::new(&plans, 0, 2).over_sets(&stakes);
    accumulator.accumulate(&replicates(0, &campaigns));
    accumulator.finish()
}

fn print(comparison: &Comparison, enforcement: Option<Enforcement>, notes: &[Note]) -> String {
    let verdict = verdict(comparison, &headline(), ZONE);
    text(&page(&found(comparison.clone(), verdict, enforcement, notes.to_vec())), 120)
}

/// The page must be the one that is kept; `WEAROUT_REGENERATE=1` writes it anew and fails.
#[track_caller]
fn reads(text: &str, kept: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(kept);
    if env::var_os("WEAROUT_REGENERATE").is_some() {
        fs::write(&path, text).unwrap();
        panic!("{kept} is written anew");
    }
    assert_eq!(text, fs::read_to_string(&path).unwrap(), "\n{text}");
}

fn lines(bytes: Vec<u8>) -> Vec<String> {
    String::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn the_page_reads_as_follows() {
    let comparison = compare(&["house", "yours"], 400, &[&house, &yours]);
    let enforcement = Enforcement { here: 0.22, low: 0.02, high: 0.65 };
    let text = print(&comparison, Some(enforcement), &[Note::NoMargin]);
    reads(&text, "page.txt");
}

#[test]
fn the_page_over_sets_reads_as_follows() {
    let set = |i: u64| i % 50;
    let house = |i: u64| Campaign {
        left: 25 + set(i) * 7 % 13 + i * 3 % 7,
        limited: u64::from(set(i) % 9 < i / 50),
        ..house(i)
    };
    let yours = |i: u64| Campaign { buyers: 8 + set(i) % 5, left: house(i).left - 2 - i % 2, ..yours(i) };
    let comparison = compare_over(50, &["house", "yours"], 100, &[&house, &yours]);
    let text = print(&comparison, None, &[]);
    reads(&text, "page_over_sets.txt");
}

#[test]
fn sets_on_both_sides_are_said_to_disagree_with_how_many_lie_on_each() {
    let yours = |i: u64| Campaign { left: house(i).left + i % 50 % 13 - 6, ..house(i) };
    let text = print(&compare_over(50, &["house", "yours"], 100, &[&house, &yours]), None, &[]);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("yours: the plausible sets disagree on churn (left, blocked or muted)"), "{text}");
    let line = text.split("the plausible sets disagree; higher by enough to matter in ").nth(1).unwrap();
    assert!(line.contains("% of the plausible sets (") && line.contains("), lower in "), "{line}");
    // Nothing else in the headline moved.
    assert!(text.contains("conversion: 0.0 points (0.0 to 0.0), practically equal"), "{text}");
}

#[test]
fn no_line_is_wider_than_a_terminal_whatever_the_number_of_plans() {
    let names: Vec<String> = (1..=9).map(|i| format!("plan-number-{i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let n_plans = names.len();
    let comparison = compare(&names, 40, &vec![&house as &dyn Fn(u64) -> Campaign; n_plans]);
    let text = print(&comparison, None, &[]);
    let over_sets = compare_over(5, &names, 40, &vec![&house as &dyn Fn(u64) -> Campaign; n_plans]);
    for line in text.lines().chain(print(&over_sets, None, &[]).lines()) {
        assert!(line.chars().count() <= 120, "{line}");
    }
    for name in names {
        assert!(text.contains(name), "{name}");
    }
}

#[test]
fn different_people_are_said_above_everything() {
    let comparison = compare(&["house", "yours"], 40, &[&house, &yours]);
    let text = print(&comparison, None, &[Note::DifferentPeople { plans: vec!["yours".into()] }]);
    assert!(
        text.starts_with("Note: different people (yours): some of the difference is whom you write to, not how\n"),
        "{text}"
    );
    assert!(!print(&comparison, None, &[]).contains("different people"));
}

#[test]
fn identical_plans_are_printed_as_equal() {
    let text = print(&compare(&["house", "yours"], 400, &[&house, &house]), None, &[]);
    assert!(text.contains("yours is practically equal to house in all of them"), "{text}");
    assert!(text.contains("0.0 [0.0, 0.0]"));
    assert!(!text.contains("-0.0") && !text.contains("-0 "), "{text}");
}

fn sentences(cautions: &[Caution], comparison: &Comparison) -> Vec<String> {
    let about = About { comparison: Some(comparison), currency: "CNY" };
    cautions.iter().map(|caution| sentence(&Note::Caution(caution.clone()), about)).collect()
}

/// The notes on a scenario, as sentences.
fn cautions_of(text: &str, headline: &[&'static Metric]) -> Vec<String> {
    let experiment = experiment::experiment(text);
    let target = Target::Replicates(40);
    let comparison = compare_plans(&experiment, headline, &target, false, &Engine::default()).unwrap().comparison;
    sentences(&cautions(&comparison, &experiment, headline, ZONE), &comparison)
}

#[test]
fn posts_without_an_offer_are_said_to_sell_nothing() {
    let club = "days = 10\n[audience.club]\nsize = 60\n[plan.ads]\n";
    let useful = format!("{club}[plan.mixed]\nmix = {{ useful = 0.8, hard = 0.2 }}\n");
    let said = cautions_of(&useful, &headline());
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].starts_with("8 of the 10 posts of mixed carry no offer that works"), "{said:?}");
    let none = cautions_of(&format!("{club}[plan.letters]\nkinds = [\"useful\"]\n"), &headline());
    assert!(none[0].starts_with("no post of letters carries an offer that works"), "{none:?}");
    let all = cautions_of(&format!("{club}[plan.spaced]\nevery = \"72h\"\n"), &headline());
    assert!(all.iter().all(|line| !line.contains("offer")), "{all:?}");
}

#[test]
fn a_limit_that_comes_of_a_long_list_is_said_to() {
    let list = |size: u32| {
        format!(
            "days = 12\nreport_trigger = \"last-read\"\n[audience.list]\nchannel = \"direct\"\nsize = {size}\nfit = 0.8\n[plan.ads]\n"
        )
    };
    let is_of_length =
        |said: &[String]| said.iter().any(|line| line.starts_with("ads is limited because its list is long"));
    let often = list(30_000).replacen("[plan.ads]", "[behaviour]\nenforce_prob = 0.25\n[plan.ads]", 1);
    assert!(is_of_length(&cautions_of(&often, &headline())));
    assert!(!is_of_length(&cautions_of(&list(60), &headline())));
}

#[test]
fn fewer_reports_a_post_because_there_are_more_posts_are_said_to_be() {
    let campaign = |delivered: u64, i: u64| Campaign { delivered, reads: 20, left: i % 3, ..Campaign::default() };
    let mut replicates = replicates(0, &(0..40).map(|i| vec![campaign(100, i), campaign(400, i)]).collect::<Vec<_>>());
    for (tally, reports) in replicates.iter_mut().flat_map(|paired| paired.plans.iter_mut().zip([10, 12])) {
        tally.days[0].set(Outcome::Reports, reports);
        tally.close();
    }
    let mut accumulator = Accumulator::new(&plans(&["rare", "often"]), 0, 2);
    accumulator.accumulate(&replicates);
    let comparison = accumulator.finish();
    let experiment =
        experiment::experiment("days = 2\n[audience.club]\nsize = 100\n[plan.rare]\n[plan.often]\nper_day = 2\n");
    let headline = [find("reports_per_1000").unwrap()];
    let said = sentences(&cautions(&comparison, &experiment, &headline, ZONE), &comparison);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].ends_with("of 1,000 members it is reported 120.0 times, rare 100.0 times"), "{said:?}");
}

/// Silence, a post a week and one a day, on the same people.
fn frequencies(money: &str, cost: &str) -> Experiment {
    let plans = format!(
        "[plan.silent]\nposts = []\n[plan.weekly]\non = [\"mon\"]\n{cost}\n[plan.daily]\nlike = \"weekly\"\nevery = \"24h\"\n"
    );
    experiment::experiment(&format!("days = 35\n[audience.club]\nsize = 200\nfit = 0.8\n{money}\n{plans}"))
}

fn compared(experiment: &Experiment, headline: &[&'static Metric]) -> Comparison {
    compare_plans(experiment, headline, &Target::Replicates(20), false, &Engine::default()).unwrap().comparison
}

#[test]
fn silence_is_a_plan_and_what_others_are_judged_against() {
    let experiment = frequencies("[money]\nmargin = 60", "");
    let headline = headline_of(&experiment, &[find("buyers").unwrap()]);
    let comparison = compared(&experiment, &headline);
    let mean = |plan: usize, key: &str| comparison.estimate(plan, key).unwrap().mean;
    for key in ["open_rate", "click_rate", "click_per_read", "interaction_rate", "reports_per_1000", "dwell_s"] {
        assert_eq!(mean(0, key), None, "{key} of a plan that sends nothing has no base");
    }
    for key in ["buyers", "purchases", "delivered", "profit_posts", "unwanted_reads"] {
        assert_eq!(mean(0, key), Some(0.0), "{key}");
    }
    let verdict = verdict(&comparison, &headline, ZONE);
    let text = shown(&found(comparison.clone(), verdict.clone(), None, Vec::new()));
    let tables = [csv::summary, csv::differences, csv::uncertainty, csv::daily, csv::replicates, csv::reads_by_repeat];
    let text = tables.iter().fold(text, |text, table| text + &String::from_utf8(table(&comparison)).unwrap());
    assert!(!text.contains("NaN") && !text.contains("inf,"), "{text}");
    assert!(text.contains("silent (baseline)") && text.contains("profit of posts, CNY"), "{text}");
    let caption = Caption {
        scenario: "often",
        question: "How often?".into(),
        currency: "CNY",
        seed: 1,
        replicates: 20,
        partial: false,
    };
    for chart in CHARTS {
        let drawn = render(chart, Subject::Run(&comparison, &verdict), &caption);
        assert!(drawn.is_none_or(|drawn| !drawn.svg.contains("NaN")), "{}", chart.key);
    }
}

#[test]
fn plans_of_different_frequency_are_never_told_apart_by_sales_alone() {
    let keys = |experiment: &Experiment, chosen: &[&str]| -> Vec<&str> {
        let chosen: Vec<&'static Metric> = chosen.iter().map(|key| find(key).unwrap()).collect();
        headline_of(experiment, &chosen).iter().map(|metric| metric.key).collect()
    };
    let (priced, unpriced) = (frequencies("[money]\nmargin = 60", ""), frequencies("", ""));
    assert_eq!(keys(&priced, &["buyers"]), ["buyers", "profit", "kept"]);
    assert_eq!(keys(&unpriced, &["buyers"]), ["buyers", "kept"]);
    assert_eq!(keys(&priced, &["kept", "conversion"]), ["kept", "conversion", "profit"]);
    assert_eq!(keys(&priced, &["loss", "p_banned"]), ["loss", "p_banned"], "nothing is said of sales");
    let alike = experiment::experiment("[audience.club]\n[money]\nmargin = 60\n[plan.a]\n[plan.b]\nreply = \"1h\"\n");
    assert_eq!(keys(&alike, &["buyers"]), ["buyers"], "plans that send as often");
}

#[test]
fn where_no_plan_pays_for_itself_the_costs_are_named_before_silence_is_advised() {
    let said = |cost: &str| -> Vec<String> {
        let experiment = frequencies("[money]\nmargin = 60", cost);
        let comparison = compared(&experiment, &headline());
        sentences(&cautions(&comparison, &experiment, &headline(), ZONE), &comparison)
    };
    let dear = said("");
    let note = dear.iter().find(|line| line.contains("no plan's posts pay for themselves")).unwrap();
    assert!(note.starts_with("at 0.30 CNY a delivered message no plan's posts"), "{note}");
    assert!(note.contains("CNY (weekly) to ") && note.contains("`cost_per_post`"), "{note}");
    assert!(said("cost = 0").iter().all(|line| !line.contains("pay for themselves")));
}

#[test]
fn one_plan_and_one_replicate_are_printed_without_a_claim() {
    let alone = print(&compare(&["house"], 40, &[&house]), None, &[]);
    assert!(alone.contains("One plan alone") && !alone.contains("Difference from"), "{alone}");
    let once = print(&compare(&["house", "yours"], 1, &[&house, &yours]), None, &[]);
    assert!(!once.contains('±') && once.contains("not known after 1 replicate:"), "{once}");
    assert!(!once.contains("NaN") && !once.contains("inf"), "{once}");
}

#[test]
fn a_base_that_some_replicates_lack_is_said() {
    let sometimes = |i: u64| Campaign { delivered: i % 2 * 150, ..yours(i) };
    let text = print(&compare(&["house", "yours"], 40, &[&house, &sometimes]), None, &[]);
    assert!(text.contains("open rate, yours: 20 of 40 replicates have a base"), "{text}");
}

#[test]
fn the_price_is_named_size_by_size() {
    let text = print(&compare(&["house", "yours"], 400, &[&house, &|i| Campaign { buyers: 5, ..yours(i) }]), None, &[]);
    assert!(text.contains("yours has a price: loses 8.0 points fewer members"), "{text}");
    assert!(text.contains("sells 6.00 points less"), "{text}");
}

#[test]
fn summary_has_a_row_per_plan_and_metric_and_blank_quantiles_for_chances() {
    let lines = lines(csv::summary(&compare(&["house", "yours"], 4, &[&house, &yours])));
    assert_eq!(lines[0], "plan,metric,unit,mean,low,high,mcse,q05,q50,q95,replicates");
    assert_eq!(lines.len(), 1 + 2 * METRICS.len());
    let row = |start: &str| lines.iter().find(|line| line.starts_with(start)).unwrap().as_str();
    assert!(row("yours,p_limited,").ends_with(",0,,,,4"), "{}", row("yours,p_limited,"));
    assert_eq!(row("house,roi,"), "house,roi,ratio,,,,,,,,0");
    assert!(row("house,buyers,").starts_with("house,buyers,count,10.75,"), "{}", row("house,buyers,"));
}

#[test]
fn differences_have_a_row_per_metric_and_no_row_for_the_baseline() {
    let lines = lines(csv::differences(&compare(&["house", "yours"], 4, &[&house, &yours])));
    assert_eq!(lines[0], "plan,baseline,metric,unit,difference,low,high,variance_ratio,replicates");
    assert_eq!(lines.len(), 1 + METRICS.len());
    assert!(lines[1..].iter().all(|line| line.starts_with("yours,house,")));
    let same = compare(&["house", "yours"], 4, &[&house, &house]);
    let row = lines_of(&csv::differences(&same), "yours,house,loss,");
    assert_eq!(row, "yours,house,loss,share,0,0,0,,4");
}

fn lines_of(bytes: &[u8], start: &str) -> String {
    lines(bytes.to_vec()).into_iter().find(|line| line.starts_with(start)).unwrap()
}

#[test]
fn uncertainty_tells_levels_from_differences_and_what_is_not_seen_from_nothing() {
    let lines = lines(csv::uncertainty(&compare_over(2, &["house", "yours"], 8, &[&house, &yours])));
    assert!(lines[0].starts_with("plan,baseline,metric,unit,mean,mcse,chance_sd,"), "{}", lines[0]);
    assert_eq!(lines.len(), 1 + 3 * METRICS.len());
    assert_eq!(lines[1..].iter().filter(|line| line.starts_with("yours,house,")).count(), METRICS.len());
    let row = |start: &str| lines.iter().find(|line| line.starts_with(start)).unwrap();
    assert!(row("house,,unreachable,").contains(",,0,0,too small to see,"), "{}", row("house,,unreachable,"));
    assert_eq!(row("house,,roi,"), "house,,roi,ratio,,,,,,,,,,,,,,");
    let alone = csv::uncertainty(&compare(&["house", "yours"], 4, &[&house, &yours]));
    let loss = lines_of(&alone, "house,,loss,");
    assert!(loss.ends_with(",,,,,,,,,") && !loss.contains("too small"), "one set says nothing of others: {loss}");
}

#[test]
fn daily_has_every_series_of_every_day_and_blanks_where_nothing_was_sent() {
    let lines = lines(csv::daily(&compare(&["house", "yours"], 4, &[&house, &yours])));
    assert_eq!(lines[0], "plan,day,series,mean,q05,q95");
    assert_eq!(lines.len(), 1 + 2 * 2 * (Outcome::ALL.len() + 1));
    assert!(lines.contains(&"house,1,delivered,150,150,150".into()));
    assert!(lines.contains(&"house,2,open_rate,,,".into()));
    assert!(lines.contains(&"house,2,limited,0.25,,".into()));
}

#[test]
fn replicates_have_a_row_per_replicate_and_plan_in_that_order() {
    let lines = lines(csv::replicates(&compare(&["house", "yours"], 3, &[&house, &yours])));
    assert!(lines[0].starts_with("replicate,set,plan,buyers,purchases,purchases_per_1000,"));
    let starts: Vec<&str> = lines[1..].iter().map(|line| &line[..10]).collect();
    assert_eq!(starts, ["3,0,house,", "3,0,yours,", "4,0,house,", "4,0,yours,", "5,0,house,", "5,0,yours,"]);
    assert!(lines.iter().all(|line| line.split(',').count() == METRICS.len() + 3));
}

#[test]
fn reads_by_repeat_are_pooled_counts() {
    let lines = lines(csv::reads_by_repeat(&compare(&["house"], 2, &[&house])));
    assert_eq!(lines[0], "plan,earlier_reads,reads,clicks,left,blocked,muted,reports");
    assert_eq!(lines[1], "house,0,42,0,0,0,0,0");
    assert_eq!(lines.len(), 1 + REPEATS);
}

#[test]
fn no_file_holds_a_number_that_is_none() {
    for n in [0, 1, 2] {
        let comparison = compare(&["house", "yours"], n, &[&house, &yours]);
        for bytes in [
            csv::summary(&comparison),
            csv::differences(&comparison),
            csv::uncertainty(&comparison),
            csv::daily(&comparison),
            csv::replicates(&comparison),
            csv::reads_by_repeat(&comparison),
        ] {
            let text = String::from_utf8(bytes).unwrap();
            for word in ["NaN", "inf", ",-0,", ",-0\n"] {
                assert!(!text.contains(word), "{word} in {text}");
            }
        }
    }
}

#[test]
fn json_says_what_the_page_says() {
    let comparison = compare(&["house", "yours"], 40, &[&house, &yours]);
    let verdict = verdict(&comparison, &headline(), ZONE);
    let enforcement = Enforcement { here: 0.22, low: 0.02, high: 0.65 };
    let finding = found(comparison, verdict, Some(enforcement), vec![Note::NoMargin]);
    let value = json(&finding);
    let study = &value["study"];
    assert_eq!(value["provenance"]["replicates"], 40);
    assert_eq!(study["enforcement"]["high"], 0.65);
    assert_eq!(study["comparison"]["plans"][0]["metrics"]["p_limited"]["mean"], 0.2);
    assert!(study["comparison"]["plans"][1]["metrics"]["roi"]["mean"].is_null());
    assert_eq!(study["comparison"]["differences"].as_array().unwrap().len(), METRICS.len());
    assert_eq!(study["verdict"]["plans"][0]["metrics"][1]["call"], "better");
    assert_eq!(study["notes"][0], "no-margin");
    is_in_the_finding(&finding);
}
