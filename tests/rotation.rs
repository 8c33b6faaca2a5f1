//! Rotations replayed: a chooser that keeps to a calendar is that calendar, and who chooses sees what a sender would see.

#[allow(dead_code, reason = "each test file uses a part")]
mod experiment;

use std::sync::Mutex;

use wearout_core::diagnostic::Source;
use wearout_core::engine::{Chooser, Engine, Replayed, replay, simulate};
use wearout_core::parameter::Parameters;
use wearout_core::plan::rotation::{self, Rotation};
use wearout_core::scenario::parse;
use wearout_core::study::ab::rotate::{MEASURES, Policy, Question, Ran, Rotated, rotate};
use wearout_core::tally::PostRecord;

/// Contents of every sort, in a club that the platform watches and whose members forget. Without needs, of which a content that is chosen
/// on the way suits others than one that a plan sends at the same time.
const CONTENTS: &str = r#"
days = 21
[audience.club]
groups = 4
size = 150
theme = "beauty"
[topic.serum]
relevance = { beauty = 0.9 }
[topic.cars]
relevance = { beauty = 0.1 }
[switch]
needs = false
repeat_memory = true
contagion = true
[rotation]
every = "24h"
at = ["09:00", "18:30"]
reply = "5h"
[content.tip]
kind = "useful"
topic = "serum"
offer = 0.5
[content.sale]
topic = "serum"
[content.cars]
topic = "cars"
kind = "reminder"
[content.story]
kind = "testimonial"
"#;

fn compiled(text: &str) -> Rotation {
    let draft = parse("test", Source { name: "test.toml".into(), text: text.into() }, &[]);
    rotation::compile(&draft, experiment::SEED, &Parameters::best(), &[]).unwrap_or_else(|faults| panic!("{faults}"))
}

/// The calendar in which the n-th post is content `n^2 + n/3` of four, some more often than others and one only once.
fn calendar(n_posts: usize) -> Vec<usize> {
    (0..n_posts).map(|n| if n == 5 { 3 } else { (n * n + n / 3) % 3 }).collect()
}

fn keeping_to(calendar: &[usize]) -> Vec<Box<Chooser<'_>>> {
    vec![Box::new(|before: &[PostRecord], _: &PostRecord| calendar[before.len()])]
}

#[test]
fn a_chooser_that_keeps_to_a_calendar_is_the_plan_with_those_posts_to_the_bit() {
    let rotation = compiled(CONTENTS);
    let names = ["tip", "sale", "cars", "story"];
    let more = [
        "kind = \"useful\", topic = \"serum\", offer = 0.5",
        "kind = \"hard\", topic = \"serum\"",
        "kind = \"reminder\", topic = \"cars\"",
        "kind = \"testimonial\"",
    ];
    let calendar = calendar(rotation.plan().posts.len());
    let line = |(n, &content): (usize, &usize)| {
        let at = ["09:00", "18:30"][n % 2];
        format!("{{ day = {}, at = \"{at}\", content = \"{}\", {} }}", n / 2 + 1, names[content], more[content])
    };
    let posts: Vec<String> = calendar.iter().enumerate().map(line).collect();
    let head = &CONTENTS[..CONTENTS.find("[rotation]").unwrap()];
    let plan = format!("{head}[plan.exact]\nreply = \"5h\"\nposts = [{}]\n", posts.join(", "));
    let engine = Engine::default();
    let simulated = simulate(&experiment::experiment(&plan), 0..6, &engine);
    let replayed = replay(&rotation, |_| keeping_to(&calendar), 0..6, &engine);
    for (simulated, replayed) in simulated.iter().zip(&replayed) {
        assert_eq!(simulated.plans[0], replayed[0].tally, "replicate {}", simulated.replicate);
    }
    let in_turn: Vec<usize> = (0..calendar.len()).map(|n| n % 4).collect();
    let replayed = replay(&rotation, |_| keeping_to(&in_turn), 0..3, &engine);
    for (simulated, replayed) in simulate(&rotation.experiment, 0..3, &engine).iter().zip(&replayed) {
        assert_eq!(simulated.plans[0], replayed[0].tally, "the plan of the rotation is the contents in turn");
    }
}

#[test]
fn a_replicate_in_flight_ends_before_its_next_day_when_the_engine_is_stopped() {
    let rotation = compiled(CONTENTS);
    let engine = Engine::default();
    let seen: Mutex<Vec<u32>> = Mutex::default();
    let stopping = |_| -> Vec<Box<Chooser<'_>>> {
        vec![Box::new(|_: &[PostRecord], post: &PostRecord| {
            seen.lock().unwrap().push(post.day);
            if post.day == 2 {
                engine.stop();
            }
            0
        })]
    };
    assert!(replay(&rotation, stopping, 0..1, &engine).is_empty(), "it is dropped whole");
    assert_eq!(seen.lock().unwrap().last(), Some(&2));
    assert_eq!(engine.replicates(), 0);
}

#[test]
fn replicates_are_begun_in_order_on_any_number_of_threads() {
    let rotation = compiled(CONTENTS);
    let engine = Engine::default();
    let begun: Mutex<Vec<u32>> = Mutex::default();
    let stopping = |number| -> Vec<Box<Chooser<'_>>> {
        begun.lock().unwrap().push(number);
        if begun.lock().unwrap().len() == 12 {
            engine.stop();
        }
        keeping_to(&[0; 42])
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
    let complete = pool.install(|| replay(&rotation, stopping, 5..200, &engine)).len();
    let mut begun = begun.into_inner().unwrap();
    begun.sort_unstable();
    assert_eq!(begun, (5..5 + begun.len() as u32).collect::<Vec<_>>());
    assert!(complete < begun.len(), "those in flight are dropped");
}

#[test]
fn appeal_multiplies_clicks_and_nothing_else() {
    let text = |appeal: &str| {
        format!(
            "days = 9\nplatform = \"none\"\n[audience.club]\nsize = 4000\n[content.a]\n{appeal}\n[content.b]\n{appeal}\n"
        )
    };
    let run = |appeal| {
        let rotation = compiled(&text(appeal));
        replay(&rotation, |_| keeping_to(&[0, 1, 0, 1, 0]), 0..4, &Engine::default())
    };
    let (usual, half) = (run(""), run("appeal = 0.5"));
    let sum = |runs: &[Vec<Replayed>], of: fn(&PostRecord) -> u32| -> f64 {
        runs.iter().flatten().flat_map(|run| &run.posts).map(|post| f64::from(of(post))).sum()
    };
    assert_eq!(sum(&usual, |post| post.reads).to_bits(), sum(&half, |post| post.reads).to_bits());
    let clicks = (sum(&half, |post| post.clicks), sum(&usual, |post| post.clicks));
    // Nested draws: of the usual clicks each stays with chance 1/2.
    let error = 0.5 / clicks.1.sqrt();
    assert!(error < 0.01 && (clicks.0 / clicks.1 - 0.5).abs() < 4.0 * error, "{clicks:?}");
}

#[test]
fn whoever_chooses_sees_the_posts_before_with_what_became_of_them() {
    let rotation = compiled(CONTENTS);
    let seen: Mutex<Vec<Vec<PostRecord>>> = Mutex::default();
    let watching = |_| -> Vec<Box<Chooser<'_>>> {
        vec![Box::new(|before: &[PostRecord], post: &PostRecord| {
            assert!(before.iter().all(|earlier| (earlier.day, earlier.slot) < (post.day, post.slot)));
            seen.lock().unwrap().push(before.to_vec());
            (before.len() / 2) % 4
        })]
    };
    let replayed = replay(&rotation, watching, 0..1, &Engine::default());
    let seen = seen.into_inner().unwrap();
    assert_eq!(seen.len(), rotation.plan().posts.len());
    for (n, before) in seen.iter().enumerate() {
        assert_eq!(before.len(), n);
        for (earlier, post) in before.iter().enumerate() {
            assert_eq!(post.content, earlier / 2 % 4);
            // Two days later nobody reads a post any more.
            if earlier + 6 < n {
                assert_eq!(post.reads, replayed[0][0].posts[earlier].reads);
            }
        }
        let today = before.iter().rev().take(n % 2);
        assert!(today.into_iter().all(|post| post.delivered == 0), "what goes out today has been delivered to nobody");
    }
    assert!(seen[10][..8].iter().all(|post| post.reads > 0));
}

fn question(text: &str, sets: &[Parameters], replicates: u32) -> Question {
    let draft = parse("test", Source { name: "test.toml".into(), text: text.into() }, &[]);
    Question::read(&draft, experiment::SEED, sets, replicates).unwrap_or_else(|faults| panic!("{faults}"))
}

fn on_threads(question: &Question, threads: usize) -> Rotated {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a few threads can be had");
    pool.install(|| rotate(question, &Engine::default())).expect("nobody stopped it")
}

#[test]
fn what_is_found_does_not_depend_on_threads() {
    let sets = [Parameters::best(), Parameters { click_given_read: 0.3, ..Parameters::best() }];
    for sets in [&sets[..1], &sets[..]] {
        let question = question(CONTENTS, sets, 6);
        let (one, two) = (on_threads(&question, 1), on_threads(&question, 2));
        assert_eq!(format!("{one:?}"), format!("{two:?}"));
    }
}

#[test]
fn the_same_question_has_the_same_answer_with_every_policy_at_every_step() {
    let question = |replicates| question(CONTENTS, &[Parameters::best()], replicates);
    let found = on_threads(&question(4), 2);
    let again = on_threads(&question(4), 2);
    assert_eq!(format!("{found:?}"), format!("{again:?}"));
    assert_eq!((found.replicates, found.partial), (4, false));
    for ran in &found.policies {
        assert!(ran.sent.iter().all(|times| times.iter().sum::<u32>() <= 4), "{}", ran.name);
        assert_eq!(ran.regret.len(), found.steps.len());
    }
    assert_eq!(found.steps.last().map(|step| (step.posts, step.days)), Some((42, 21)));
}

#[test]
fn whoever_is_not_kept_costs_the_same_whether_lost_or_cut_off_by_a_ban() {
    let text =
        CONTENTS.replace("[rotation]\n", "[rotation]\nobjective = \"buyers-less-losses\"\nlost_member_costs = 0.25\n");
    let strict = Parameters { enforce_prob: 1.0, ..Parameters::best() };
    let found = on_threads(&question(&text, &[strict], 6), 2);
    let members = 600.0;
    let figure = |ran: &Ran, key: &str| {
        let row = MEASURES.iter().position(|figure| figure.key == key).unwrap();
        ran.figures[row].unwrap().mean
    };
    assert!(found.policies.iter().any(|ran| figure(ran, "kept") < 0.9 - figure(ran, "loss")), "nobody is cut off");
    for ran in &found.policies {
        let worth = members * (figure(ran, "conversion") - 0.25 * (1.0 - figure(ran, "kept")));
        let objective = ran.objective.unwrap().mean;
        assert!((objective - worth).abs() < 1e-9, "{}: {objective} is not {worth}", ran.name);
        let last = ran.regret.last().unwrap().unwrap().mean;
        assert!((found.policies[found.best].objective.unwrap().mean - objective - last).abs() < 1e-9, "{}", ran.name);
    }
}

/// Three alike and one that draws half: nobody quits, so what repeating costs is clicks alone.
const HALF: &str = "days = 24\nplatform = \"none\"\n[audience.club]\nsize = 1500\n[behaviour]\nirritation_base = -80.0\n\
    distrust_base = -80.0\nover_patience_hazard = 0.0\nleak_exit = 0.0\n[content.a]\n[content.b]\n[content.c]\n\
    [content.weak]\nappeal = 0.5\n";

#[test]
fn the_plan_leaves_out_what_draws_little_and_spreads_the_rest_and_that_earns_more() {
    let question = question(HALF, &[Parameters::best()], 40);
    let found = on_threads(&question, 2);
    assert!(found.surrogate.foretold.unwrap() > 0.9, "{:?}", found.surrogate.foretold);
    let base = |content: usize| found.surrogate.beliefs[content].base;
    assert!((base(3) / base(0) - 0.5).abs() < 0.1, "{:?}", found.surrogate.beliefs);
    assert_eq!((base(0).to_bits(), base(1).to_bits()), (base(1).to_bits(), base(2).to_bits()), "they are alike");
    let times = |content: usize| found.planned.calendar.iter().filter(|&&other| other == content).count();
    assert!((0..3).all(|content| times(content) >= 3) && times(3) <= 2, "{:?}", found.planned);
    let gain = found.of(Policy::Planned).gain.unwrap();
    assert!(gain.interval.unwrap().low > 0.0, "{gain:?}");
    let regret = |policy| found.of(policy).regret.last().unwrap().unwrap().mean;
    assert!(regret(Policy::BestSingle) > regret(Policy::RoundRobin), "one content wears out");
}
