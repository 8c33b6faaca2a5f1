//! The three calibrations as state machines over the simulator: what they find, what they may spend, and that nothing but problem and
//! settings decides their bits.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

#[allow(dead_code, reason = "shares the problem of the bench, not all of it")]
mod recovery_case;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use recovery_case::{KNOWN, TUNED};
use wearout_core::engine::Engine;
use wearout_core::evidence;
use wearout_core::parameter::{self, Basis, Parameters};
use wearout_core::study::calibrate::{Calibration, Method, Problem, Reason, Settings};
use wearout_core::targets::{Lever, Reading, Targets, Tuned};
use wearout_stats::history_matching;

const METHODS: [Method; 3] = [Method::Best, Method::Posterior, Method::Plausible];
const REPLICATES: u32 = 2;
const SEED: u64 = 7;

/// Where the figures were simulated that the tests look for.
const TRUTH: [f64; 4] = [-1.1, 0.45, -2.8, -5.9];

/// The problem of `recovery`, with the figures at the truth on the same luck as known.
fn solvable() -> Targets {
    let known = recovery_case::logs(SEED, &TRUTH, REPLICATES, &Engine::default());
    recovery_case::targets(&known.iter().map(|log| libm::exp(*log)).collect::<Vec<f64>>())
}

/// More quantities than a posterior tunes at once.
fn wide() -> Targets {
    let fitted = parameter::catalogue().iter().filter(|p| p.basis == Basis::Fitted).take(9);
    let tuned = |p: &parameter::Parameter| Tuned {
        name: p.key.clone(),
        lever: Lever::Parameter(p.key.clone()),
        low: p.low,
        high: p.high,
        start: p.value,
        plausible_only: false,
    };
    Targets { tuned: fitted.map(tuned).collect(), ..solvable() }
}

fn problem(targets: &Targets) -> Problem<'_> {
    Problem::new(targets, &Parameters::best(), SEED).unwrap()
}

fn settings(method: Method, simulations: u64) -> Settings {
    let points = match method {
        Method::Best => None,
        Method::Posterior => Some(30),
        Method::Plausible => Some(1_000),
    };
    Settings { method, seed: 3, replicates: REPLICATES, simulations, points }
}

fn state(calibration: &Calibration) -> String {
    serde_json::to_string(calibration).unwrap()
}

fn after(steps: usize, targets: &Targets, method: Method) -> String {
    let problem = problem(targets);
    let mut calibration = Calibration::new(&problem, settings(method, 10_000)).unwrap();
    (0..steps).for_each(|_| assert!(calibration.step(&problem, &Engine::default())));
    state(&calibration)
}

#[test]
fn best_finds_the_parameters_that_made_the_targets() {
    let targets = solvable();
    let problem = problem(&targets);
    let engine = Engine::default();
    let mut calibration = Calibration::new(&problem, settings(Method::Best, 1_600)).unwrap();
    while calibration.finished().is_none() {
        assert!(calibration.step(&problem, &engine));
    }
    let outcome = calibration.outcome(&problem, REPLICATES, &engine);
    let found = outcome.best.clone().unwrap();
    let figures = problem.figures(&found, 0..REPLICATES, &engine);
    for (target, figure) in figures.into_iter().enumerate() {
        let missed = problem.score(target, figure).implausibility.unwrap();
        assert!(missed < 0.15, "target {target} is missed by {missed}");
    }
    // Scored on luck on which it was not chosen.
    let scored = problem.figures(&found, REPLICATES..2 * REPLICATES, &engine);
    assert_eq!(outcome.scores.iter().map(|score| score.figure).collect::<Vec<_>>(), scored);
    for ((key, low, high), (found, truth)) in TUNED.iter().zip(outcome.best.unwrap().iter().zip(TRUTH)) {
        assert!((found - truth).abs() < 0.05 * (high - low), "`{key}`: {found} is not {truth}");
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let targets = solvable();
    for method in METHODS {
        let states = [1, 2, 7].map(|threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| after(3, &targets, method))
        });
        assert!(states[0] == states[1] && states[0] == states[2], "{method:?}");
    }
}

#[test]
fn written_down_and_gone_on_with_it_ends_in_the_same_bits() {
    for (targets, method) in METHODS.map(|method| (solvable(), method)).into_iter().chain([(wide(), Method::Posterior)])
    {
        let problem = problem(&targets);
        let engine = Engine::default();
        let mut calibration = Calibration::new(&problem, settings(method, 10_000)).unwrap();
        for _ in 0..3 {
            calibration = serde_json::from_str(&state(&calibration)).unwrap();
            assert!(calibration.step(&problem, &engine));
        }
        assert!(state(&calibration) == after(3, &targets, method), "{method:?}");
    }
}

#[test]
fn no_more_is_simulated_than_is_allowed() {
    for (targets, method) in METHODS.map(|method| (solvable(), method)).into_iter().chain([(wide(), Method::Posterior)])
    {
        let problem = problem(&targets);
        for allowed in [0, 1, 7, 99, 100, 130] {
            let engine = Engine::default();
            let Ok(mut calibration) = Calibration::new(&problem, settings(method, allowed)) else {
                assert!(method == Method::Plausible && allowed == 0, "{method:?} may spend {allowed}");
                continue;
            };
            while calibration.step(&problem, &engine) {}
            assert!(calibration.finished().is_some(), "{method:?}");
            assert!(
                calibration.simulations() <= allowed,
                "{method:?} spent {} of {allowed}",
                calibration.simulations()
            );
            assert_eq!(engine.replicates(), u64::from(REPLICATES) * calibration.simulations(), "{method:?}");
            let outcome = calibration.outcome(&problem, REPLICATES, &engine);
            assert_eq!(outcome.scores.len(), KNOWN.len(), "{method:?} has an outcome, whatever it may spend");
        }
    }
}

/// An engine that tells itself to stop at the 20th look at the clock.
static HALTING: Mutex<Option<Arc<Engine>>> = Mutex::new(None);
static LOOKS: AtomicU64 = AtomicU64::new(0);

fn clock() -> Duration {
    if LOOKS.fetch_add(1, Ordering::Relaxed) == 20 {
        HALTING.lock().unwrap().as_ref().unwrap().stop();
    }
    Duration::ZERO
}

#[test]
fn a_stop_within_a_generation_changes_nothing() {
    for (targets, method) in METHODS.map(|method| (solvable(), method)).into_iter().chain([(wide(), Method::Posterior)])
    {
        let problem = problem(&targets);
        let mut calibration = Calibration::new(&problem, settings(method, 10_000)).unwrap();
        let stop_now = |calibration: &mut Calibration| {
            let engine = Arc::new(Engine::default().timed(clock));
            *HALTING.lock().unwrap() = Some(engine.clone());
            LOOKS.store(0, Ordering::Relaxed);
            let before = state(calibration);
            assert!(!calibration.step(&problem, &engine), "{method:?}");
            assert!(engine.replicates() > 0 && state(calibration) == before, "{method:?}");
        };
        stop_now(&mut calibration);
        assert!(calibration.step(&problem, &Engine::default()));
        stop_now(&mut calibration);
        assert!(calibration.step(&problem, &Engine::default()));
        assert!(state(&calibration) == after(2, &targets, method), "{method:?}");
    }
}

#[test]
fn what_is_held_out_moves_no_fit() {
    for method in METHODS {
        let mut targets = solvable();
        targets.targets[6].held_out = true;
        let before = after(2, &targets, method);
        targets.targets[6].reading = Reading::Band { low: 0.08, high: 0.085 };
        assert!(before == after(2, &targets, method), "{method:?}");
        targets.targets[6].held_out = false;
        assert!(before != after(2, &targets, method), "{method:?}");
    }
}

/// Without needs sales never level off, so no set shows that they do, however well it meets the targets.
#[test]
fn a_plausible_set_shows_the_patterns_that_are_asked_for() {
    let mut targets = Targets { patterns: vec![evidence::pattern("P1").unwrap()], ..solvable() };
    // Met by any figure.
    targets.targets.iter_mut().for_each(|target| target.reading = Reading::Band { low: 0.0, high: 100.0 });
    let without_needs = parameter::find_fit("article-only").unwrap().parameters();
    let problem = Problem::new(&targets, &without_needs, SEED).unwrap();
    let engine = Engine::default();
    let settings = Settings { points: Some(4), ..settings(Method::Plausible, 400) };
    let mut calibration = Calibration::new(&problem, settings).unwrap();
    while calibration.step(&problem, &engine) {}
    let outcome = calibration.outcome(&problem, REPLICATES, &engine);
    assert!(outcome.found > 0, "sets meet the targets");
    assert!(outcome.points.is_empty() && outcome.best.is_none(), "{:?}", outcome.points);
}

#[test]
fn plausible_sets_lie_around_the_truth() {
    let targets = solvable();
    let problem = problem(&targets);
    let settings = Settings { points: Some(60), ..settings(Method::Plausible, 1_500) };
    let mut calibration = Calibration::new(&problem, settings).unwrap();
    while calibration.step(&problem, &Engine::default()) {}
    assert_eq!(calibration.finished(), Some(Reason::Plausible(history_matching::Stop::Enough)));
    let search = calibration.plausible().unwrap().search();
    for (i, ((key, low, high), truth)) in TUNED.iter().zip(TRUTH).enumerate() {
        let values: Vec<f64> = search.plausible().iter().map(|plausible| plausible.point[i]).collect();
        let least = values.iter().copied().fold(f64::INFINITY, f64::min);
        let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        assert!(least < truth && truth < most, "`{key}`: {truth} is not within {least} to {most}");
        assert!(i > 1 || most - least < 0.9 * (high - low), "`{key}`: nothing was learnt, {least} to {most}");
    }
}

#[test]
fn targets_that_exclude_each_other_are_named() {
    let mut targets = solvable();
    targets.targets.truncate(4);
    // The reads of the first three days, twice: 25 % and 55 % of what was delivered.
    targets.targets[1].quantity = targets.targets[0].quantity;
    targets.targets[0].reading = Reading::Band { low: 0.25, high: 0.25 };
    targets.targets[1].reading = Reading::Band { low: 0.55, high: 0.55 };
    let problem = problem(&targets);
    let mut calibration = Calibration::new(&problem, settings(Method::Plausible, 600)).unwrap();
    while calibration.step(&problem, &Engine::default()) {}
    let plausible = calibration.plausible().unwrap();
    assert_eq!(plausible.search().n_plausible(), 0);
    let sets: Vec<Vec<usize>> =
        plausible.conflicts(calibration.settings()).sets.into_iter().map(|set| set.targets).collect();
    assert_eq!(sets, [vec![0, 1]]);
    assert!(calibration.outcome(&problem, REPLICATES, &Engine::default()).points.is_empty());
}
