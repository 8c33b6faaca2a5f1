//! Every chart of many made-up comparisons: legible, whole, the same each time.
//!
//! To look at them: `WEAROUT_GALLERY=<folder> cargo test gallery` writes the pictures there.

use std::borrow::Cow;

use wearout_core::analysis::{Band, Comparison, Verdict, Zone, verdict};
use wearout_core::diagnostic::Source;
use wearout_core::engine::Engine;
use wearout_core::evidence::{Pattern, patterns};
use wearout_core::finding::{DesignJob, DesignOptions, ParameterSource, PowerJob, PowerOptions, Study};
use wearout_core::job::{self, Job};
use wearout_core::parameter;
use wearout_core::scenario::{self, Input};
use wearout_core::study::ab::{Method, Which};
use wearout_core::study::select::{Beside, Dropped, End, Raced, Selection, Standing, ZoneFrom};
use wearout_core::study::{self, Nearness, Search, Shown};
use wearout_core::tally::{METRICS, Metric, Outcome, find};
use wearout_stats::Interval;

use super::canvas::{Canvas, Place, Shape, Text};
use super::fake::{Kind, comparison};
use super::style::SMALL;
use super::{CHARTS, Caption, Scene, Subject, render};

pub(super) const CAPTION: Caption = Caption {
    scenario: "targeted-vs-spray",
    question: Cow::Borrowed("Does writing to those who fit pay, compared with writing to everybody?"),
    currency: "CNY",
    seed: 1,
    replicates: 400,
    partial: false,
};

/// What is decided of a made-up comparison.
fn judged(comparison: &Comparison) -> Verdict {
    let zone = Zone { points: 0.01, relative: 0.1, below: 0.05 };
    verdict(comparison, &["conversion", "kept", "p_limited"].map(|key| find(key).unwrap()), zone)
}

/// A name and a comparison for every shape of result.
fn shapes() -> Vec<(String, Comparison)> {
    let mut shapes = Vec::new();
    for (plans, days, replicates) in [
        (2, 30, 400),
        (1, 30, 400),
        (3, 14, 200),
        (4, 7, 50),
        (5, 30, 400),
        (8, 60, 100),
        (12, 365, 100),
        (12, 1, 30),
        (2, 1, 1),
        (2, 365, 400),
        (3, 2, 2),
    ] {
        shapes.push((Kind::Rich, plans, days, replicates));
    }
    for kind in [Kind::Zero, Kind::Equal, Kind::Bare] {
        shapes.extend([(kind, 2, 30, 400), (kind, 12, 30, 20), (kind, 1, 1, 1)]);
    }
    let named = |(kind, plans, days, replicates)| {
        (format!("{kind:?}-{plans}-plans-{days}-days").to_lowercase(), comparison(kind, plans, days, replicates))
    };
    shapes.into_iter().map(named).collect()
}

fn texts(canvas: &Canvas) -> Vec<&Text> {
    canvas.shapes.iter().filter_map(Shape::text).filter(|text| !text.words.is_empty()).collect()
}

fn meet((a0, a1): (Place, Place), (b0, b1): (Place, Place)) -> bool {
    a0.0 < b1.0 && b0.0 < a1.0 && a0.1 < b1.1 && b0.1 < a1.1
}

/// What is wrong with the texts of a chart, in words.
pub(super) fn complaints(canvas: &Canvas) -> Vec<String> {
    let texts = texts(canvas);
    let mut found = Vec::new();
    for (i, text) in texts.iter().enumerate() {
        let (low, high) = text.bounds();
        if low.0 < 2.0
            || low.1 < 2.0
            || high.0 > f64::from(canvas.width) - 2.0
            || high.1 > f64::from(canvas.height) - 2.0
        {
            found.push(format!("clipped: {:?}", text.words));
        }
        if text.size < SMALL {
            found.push(format!("too small: {:?}", text.words));
        }
        for other in &texts[..i] {
            if meet(text.bounds(), other.bounds()) {
                found.push(format!("overlap: {:?} and {:?}", other.words, text.words));
            }
        }
    }
    found
}

#[test]
fn no_text_is_clipped_or_overlaps_another() {
    let mut found = Vec::new();
    for (name, comparison) in shapes() {
        for chart in CHARTS {
            if let Some(canvas) = chart.canvas(Subject::Run(&comparison, &judged(&comparison)), &CAPTION) {
                found.extend(complaints(&canvas).into_iter().map(|text| format!("{name} {}: {text}", chart.key)));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn nothing_is_drawn_outside_the_canvas() {
    for (name, comparison) in shapes() {
        for chart in CHARTS {
            let Some(canvas) = chart.canvas(Subject::Run(&comparison, &judged(&comparison)), &CAPTION) else {
                continue;
            };
            let (width, height) = (f64::from(canvas.width), f64::from(canvas.height));
            for shape in &canvas.shapes {
                let places = match shape {
                    Shape::Area { ring, .. } => ring.clone(),
                    Shape::Line { path, .. } => path.clone(),
                    Shape::Disc { centre, .. } => vec![*centre],
                    Shape::Text(_) => Vec::new(),
                };
                let outside = places.iter().find(|(x, y)| !(0.0..=width).contains(x) || !(0.0..=height).contains(y));
                assert_eq!(outside, None, "{name} {}: {shape:?}", chart.key);
            }
        }
    }
}

#[test]
fn every_chart_of_the_gallery_is_a_picture() {
    let folder = std::env::var_os("WEAROUT_GALLERY").map(std::path::PathBuf::from);
    for (name, comparison) in shapes() {
        for chart in CHARTS {
            let caption = Caption { partial: name.contains("bare"), replicates: comparison.replicates, ..CAPTION };
            let Some(rendered) = render(chart, Subject::Run(&comparison, &judged(&comparison)), &caption) else {
                continue;
            };
            if let Some(folder) = &folder {
                std::fs::create_dir_all(folder).unwrap();
                std::fs::write(folder.join(format!("{name}-{}.png", chart.key)), &rendered.png).unwrap();
                std::fs::write(folder.join(format!("{name}-{}.svg", chart.key)), &rendered.svg).unwrap();
            }
            assert!(!rendered.svg.contains("<text"), "{name} {}", chart.key);
            assert!(!rendered.svg.contains("NaN") && !rendered.svg.contains("inf"), "{name} {}", chart.key);
            let mut reader = png::Decoder::new(std::io::Cursor::new(&rendered.png)).read_info().unwrap();
            let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
            let info = reader.next_frame(&mut pixels).unwrap();
            let inked = pixels.chunks(3).filter(|pixel| pixel != &[255, 255, 255]).count();
            assert_eq!(info.width, 1600);
            assert!(inked > 5000, "{name} {}: {inked} pixels", chart.key);
        }
    }
}

#[test]
fn the_chart_of_evidence_is_legible_fits_a_screen_and_has_a_row_for_every_claim_that_is_off() {
    let fit = &parameter::fits()[0];
    let card = study::scorecard(&fit.parameters(), 2, 1, &Engine::default()).unwrap();
    let canvas = super::evidence::draw(&card, fit, &CAPTION).unwrap();
    assert_eq!(complaints(&canvas), Vec::<String>::new());
    assert!(canvas.height < 800, "{}", canvas.height);
    let words: Vec<&str> = texts(&canvas).iter().map(|text| text.words.as_str()).collect();
    for row in card.claims() {
        let claim = row.replay.claim.as_str();
        assert!(words.contains(&claim) || row.nearness.is_none_or(|nearness| nearness < Nearness::Off), "{claim}");
    }
}

#[test]
fn the_chart_of_patterns_is_legible_fits_a_screen_and_begins_with_what_is_not_shown() {
    let fit = &parameter::fits()[0];
    let sought: Vec<&Pattern> = patterns().iter().filter(|pattern| pattern.times == 1).collect();
    let search = Search { patterns: &sought, replicates: 2, seed: 1, members: Some(300), set: &[] };
    let scores = study::shows(&fit.parameters(), &search, &Engine::default()).unwrap();
    let canvas = super::patterns::draw(&scores, fit, &CAPTION).unwrap();
    assert_eq!(complaints(&canvas), Vec::<String>::new());
    let words: Vec<&str> = texts(&canvas).iter().map(|text| text.words.as_str()).collect();
    assert!(canvas.height < 860, "{}", canvas.height);
    let heads = |score: &study::PatternScore| {
        words.iter().any(|text| text.starts_with(&format!("{} {}", score.pattern.key, score.shown.words())))
    };
    let (first, last): (Vec<_>, Vec<_>) = scores.iter().partition(|score| score.shown != Shown::Shown);
    assert!(first.iter().all(|score| heads(score)) || !last.iter().any(|score| heads(score)));
}

#[test]
fn the_charts_of_a_test_are_legible() {
    let folder = std::env::var_os("WEAROUT_GALLERY").map(std::path::PathBuf::from);
    let same = ["plan.cycle.kinds=['hard']"];
    let short = ["test.launch.days=2", "test.launch.groups_per_arm=2"];
    let repeated = ["plan.ads.contents=1", "plan.ads.every=24h", "test.launch.metric=loss"];
    let which = Which { test: None, metric: None, arm: None, method: Method::Means };
    let parameters = ParameterSource::Named("best".into());
    let options = DesignOptions { which: which.clone(), alpha: 0.05, tests: 40 };
    let (groups, effects) = (vec![2, 4, 6, 10, 12, 60], vec![-0.5, 0.0, 0.05, 0.1, 1.0]);
    let of_power = PowerOptions { which, alpha: 0.05, tests: 40, groups, effects, sets: 0 };
    let found = |job| job::run(&job, &Engine::default()).unwrap().study;
    for (name, overrides) in [("launch", &[][..]), ("same", &same), ("short", &short), ("repeated", &repeated)] {
        let source = Source { name: "launch-test.toml".into(), text: scenario::shipped("launch-test").unwrap().into() };
        let set = overrides.iter().map(|&text| text.to_owned()).collect();
        let scenario = Input { name: "test".into(), source, set };
        let (parameters, seed) = (|| parameters.clone(), 1);
        let design = DesignJob { scenario: scenario.clone(), parameters: parameters(), seed, options: options.clone() };
        let power = PowerJob { scenario, parameters: parameters(), seed, options: of_power.clone() };
        let (Study::Design(design), Study::Power(power)) = (found(Job::Design(design)), found(Job::Power(power)))
        else {
            panic!("each study finds its own");
        };
        for (key, canvas) in [
            ("power", super::power::draw(&power, &CAPTION).unwrap()),
            ("effect", super::effect::draw(&design, &CAPTION).unwrap()),
            ("tradeoff", super::tradeoff::draw(&design, &CAPTION).unwrap()),
        ] {
            if let Some(folder) = &folder {
                std::fs::create_dir_all(folder).unwrap();
                std::fs::write(folder.join(format!("{name}-{key}.png")), super::raster::png(&canvas)).unwrap();
            }
            assert_eq!(complaints(&canvas), Vec::<String>::new(), "{name} {key}");
        }
    }
}

/// A race of so many plans in which the first leads by `gap` from plan to plan and the last is dropped first.
fn race_of(plans: usize, gap: f64) -> Selection {
    let at = |plan: usize| 20 * (plans - plan).max(1) as u64;
    let standing = |replicates: u64| Standing {
        replicates,
        means: (0..plans).map(|plan| (at(plan) >= replicates).then_some(0.4 - gap * plan as f64)).collect(),
    };
    let raced = |plan: usize| Raced {
        name: format!("a plan with quite a long name, number {plan}"),
        replicates: at(plan),
        mean: 0.4 - gap * plan as f64,
        beside: vec![
            Beside { metric: find("kept").unwrap(), mean: 0.5, interval: Interval { low: 0.4, high: 0.6 } };
            3
        ],
        end: if plan > 0 { End::Dropped } else { End::Selected },
        dropped: (plan > 0).then(|| Dropped { at: at(plan), by: 0, difference: -gap * plan as f64 }),
    };
    Selection {
        metric: find("conversion").unwrap(),
        ranked: (0..plans).collect(),
        zone: 0.01,
        zone_from: ZoneFrom::Asked,
        plans: (0..plans).map(raced).collect(),
        baseline: 1,
        selected: Some(0),
        leader: 0,
        keeps_more: None,
        replicates: at(0),
        campaigns: (0..plans).map(at).sum(),
        campaigns_if_equal: 1_000_000,
        standings: (1..=plans as u64).map(|look| standing(20 * look)).collect(),
        partial: false,
    }
}

#[test]
fn the_chart_of_a_race_is_legible_with_two_and_with_fifty_plans_equal_or_far_apart() {
    for (plans, gap) in [(2, 0.0), (2, 0.3), (12, 0.001), (50, 0.008), (50, 1e-9)] {
        let found = race_of(plans, gap);
        let canvas = super::race::draw(&found, &CAPTION).unwrap();
        assert_eq!(complaints(&canvas), Vec::<String>::new(), "{plans} {gap}");
        let rows = texts(&canvas).iter().filter(|text| text.words.starts_with("a plan with")).count();
        assert!(rows >= plans, "{rows} of {plans}");
    }
}

#[test]
fn charts_are_the_same_to_the_byte_on_repetition() {
    let comparison = comparison(Kind::Rich, 5, 30, 100);
    for chart in CHARTS {
        let once = render(chart, Subject::Run(&comparison, &judged(&comparison)), &CAPTION);
        assert_eq!(once, render(chart, Subject::Run(&comparison, &judged(&comparison)), &CAPTION), "{}", chart.key);
        assert_eq!(once.is_some(), chart.command() == "run", "{}", chart.key);
    }
}

#[test]
fn a_chart_without_anything_to_show_is_not_drawn() {
    let nothing = comparison(Kind::Empty, 2, 30, 10);
    for chart in CHARTS {
        assert_eq!(render(chart, Subject::Run(&nothing, &judged(&nothing)), &CAPTION), None, "{}", chart.key);
    }
    let single = comparison(Kind::Rich, 1, 30, 10);
    let forest = CHARTS.iter().find(|chart| chart.key == "forest").unwrap();
    assert_eq!(
        render(forest, Subject::Run(&single, &judged(&single)), &CAPTION),
        None,
        "one plan differs from nothing"
    );
}

fn words_of(canvas: &Canvas) -> String {
    texts(canvas).iter().map(|text| text.words.replace('\u{a0}', " ")).collect::<Vec<_>>().join(" ")
}

fn row(key: &str) -> usize {
    METRICS.iter().position(|metric| metric.key == key).unwrap()
}

fn surfaces(canvas: &Canvas) -> usize {
    canvas.shapes.iter().filter(|shape| matches!(shape, Shape::Area { .. })).count()
}

#[test]
fn a_chance_by_day_is_drawn_where_something_happened_with_the_band_of_the_sets() {
    let draw = |comparison: &Comparison| {
        let scene = Scene { comparison, verdict: &judged(comparison), caption: &CAPTION };
        super::ban_by_day::draw(&scene)
    };
    let rich = comparison(Kind::Rich, 2, 30, 400);
    let both = draw(&rich).unwrap();
    assert!(words_of(&both).contains("where 95 % of the plausible sets lie"), "{}", words_of(&both));
    let mut never_banned = rich.clone();
    for day in never_banned.plans.iter_mut().flat_map(|plan| &mut plan.days) {
        day[Outcome::Banned as usize] = Band { mean: Some(0.0), q05: None, q95: None, over_sets: None };
    }
    let limited = draw(&never_banned).unwrap();
    assert!(words_of(&limited).contains("in no replicate: banned"), "{}", words_of(&limited));
    assert!(surfaces(&limited) < surfaces(&both) && limited.height < both.height);
    assert!(draw(&comparison(Kind::Zero, 2, 30, 400)).is_none(), "nothing happened");
}

#[test]
fn a_baseline_that_sends_nothing_is_not_said_to_be_opened_like_others() {
    let mut silent = comparison(Kind::Rich, 3, 365, 400);
    let baseline = silent.baseline;
    silent.plans[baseline].estimates[row("open_rate")].mean = None;
    silent.plans[baseline].open_by_week.clear();
    let scene = Scene { comparison: &silent, verdict: &judged(&silent), caption: &CAPTION };
    let words = words_of(&super::open_by_day::draw(&scene).unwrap());
    assert!(words.contains("has no open rate that others could be compared with"), "{words}");
    assert!(words.contains("a last one that is not whole"), "{words}");
}

#[test]
fn frequencies_are_drawn_where_plans_differ_in_them_and_told_to_be_best_where_that_is_known() {
    let draw = |comparison: &Comparison| {
        let scene = Scene { comparison, verdict: &judged(comparison), caption: &CAPTION };
        super::frequency::draw(&scene)
    };
    let eight = comparison(Kind::Rich, 8, 180, 400);
    let words = words_of(&draw(&eight).unwrap());
    let posts = eight.plans.iter().max_by(|a, b| {
        let profit = |plan: &wearout_core::analysis::PlanSummary| plan.estimates[row("profit")].mean;
        profit(a).partial_cmp(&profit(b)).unwrap()
    });
    let best = format!("Profit is highest at {} a week", posts.unwrap().posts_per_week);
    assert!(words.contains(&best), "{best}: {words}");
    assert!(words.contains("broken line: without posts"), "{words}");
    let unknown = words_of(&draw(&comparison(Kind::Bare, 8, 180, 400)).unwrap());
    assert!(unknown.contains("Which frequency brings the highest profit is not known"), "{unknown}");
    let mut alike = eight.clone();
    alike.plans[3].posts_per_week = alike.plans[1].posts_per_week;
    assert!(draw(&alike).is_none(), "two plans post as often");
    let mut others = eight.clone();
    others.plans[3].members += 1;
    assert!(draw(&others).is_none(), "one plan writes to others");
    assert!(draw(&comparison(Kind::Rich, 3, 180, 400)).is_none(), "three frequencies make no curve");
}

#[test]
fn the_label_of_people_by_day_is_where_its_area_ends() {
    let mut comparison = comparison(Kind::Rich, 1, 30, 400);
    let mut draw = |kept: f64| {
        for (key, share) in
            [("kept", kept), ("unreachable", 1.0 - kept), ("muted", 0.0), ("unsubscribe", 0.0), ("blocked", 0.0)]
        {
            comparison.plans[0].estimates[row(key)].mean = Some(share);
        }
        let scene = Scene { comparison: &comparison, verdict: &judged(&comparison), caption: &CAPTION };
        super::people_by_day::draw(&scene).unwrap()
    };
    let canvas = draw(0.005);
    let words = words_of(&canvas);
    assert!(words.contains("0.5 % active") && words.contains("after the closing midnight"), "{words}");
    // The area of those active comes first; its upper edge ends as low as the label says.
    let Some(Shape::Area { ring, .. }) =
        canvas.shapes.iter().find(|shape| matches!(shape, Shape::Area { ring, .. } if ring.len() > 60))
    else {
        panic!("an area of those active")
    };
    let (lowest, highest) =
        ring.iter().fold((0.0_f64, f64::MAX), |(low, high), place| (low.max(place.1), high.min(place.1)));
    let end = ring.iter().filter(|place| place.0 > ring.iter().fold(0.0, |most: f64, place| most.max(place.0)) - 0.5);
    let top = end.map(|place| place.1).fold(f64::MAX, f64::min);
    assert!(lowest - top < 0.02 * (lowest - highest), "{lowest} {top} {highest}");
}

#[test]
fn titles_claim_a_direction_only_where_the_interval_leaves_zero_out() {
    let directed = ["times as", "more ", "less ", "fewer", "clearly"];
    let equal = comparison(Kind::Equal, 2, 30, 100);
    for chart in
        CHARTS.iter().filter(|chart| ["forest", "open_by_day", "people_by_day", "ban_by_day"].contains(&chart.key))
    {
        let canvas = chart.canvas(Subject::Run(&equal, &judged(&equal)), &CAPTION).unwrap();
        let title: String =
            texts(&canvas).iter().filter(|text| text.size > 20.0).map(|text| text.words.as_str()).collect();
        assert!(!directed.iter().any(|word| title.contains(word)), "{}: {title}", chart.key);
    }
    let rich = comparison(Kind::Rich, 2, 30, 100);
    let scene = Scene { comparison: &rich, verdict: &judged(&rich), caption: &CAPTION };
    let canvas = super::open_by_day::draw(&scene).unwrap();
    assert!(
        texts(&canvas)
            .iter()
            .any(|text| text.words.starts_with("Targeted is opened 2.")
                && text.words.ends_with("times as often as spray"))
    );
}

#[test]
fn every_metric_has_a_row_on_the_forest_when_it_is_a_headline() {
    let comparison = comparison(Kind::Rich, 12, 30, 100);
    let all: Vec<&'static Metric> = METRICS.iter().collect();
    let scene = Scene {
        comparison: &comparison,
        verdict: &Verdict { headline: all, ..judged(&comparison) },
        caption: &CAPTION,
    };
    let canvas = super::forest::draw(&scene).unwrap();
    assert_eq!(complaints(&canvas), Vec::<String>::new());
}
