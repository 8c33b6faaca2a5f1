//! History matching and emulators against problems whose plausible set is known.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use rand::SeedableRng;
use rand::rngs::Xoshiro256PlusPlus;
use wearout_stats::emulator::Residual;
use wearout_stats::history_matching::{HistoryError, HistoryMatching, Input, Rule, Run, Setup, Stop, Target};
use wearout_stats::mean::Moments;
use wearout_stats::random::{normal, uniform};

/// The generator of one call: keyed by the wave, as the module asks.
fn generator(seed: u64, history: Option<&HistoryMatching>) -> Xoshiro256PlusPlus {
    Xoshiro256PlusPlus::seed_from_u64(1000 * seed + history.map_or(0, |history| 1 + history.n_waves() as u64))
}

/// Tells one wave.
fn tell(history: &mut HistoryMatching, seed: u64, run: impl Fn(usize, &[f64]) -> Run) {
    let first = history.n_runs();
    let runs = history.ask().iter().enumerate().map(|(i, point)| run(first + i, point)).collect();
    let mut rng = generator(seed, Some(history));
    history.tell(runs, &mut rng).unwrap();
}

/// Expected value of a row of the cases.
fn case(name: &str) -> (serde_json::Value, serde_json::Value) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/inference.csv");
    let mut reader = csv::Reader::from_path(path).unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
    let row = rows.iter().find(|row| &row[0] == name).unwrap();
    (serde_json::from_str(&row[2]).unwrap(), serde_json::from_str(&row[3]).unwrap())
}

#[test]
fn two_waves_of_a_wild_sine_keep_all_that_is_plausible_and_little_else() {
    let (inputs, expected) = case("hmer_sine_nroy");
    let deviation = inputs["sd_obs"].as_f64().unwrap();
    let cutoff = inputs["I_max"].as_f64().unwrap();
    let f = |x: f64| 2.0 * x + 3.0 * x * libm::sin(5.0 * std::f64::consts::PI * (x - 0.1) / 0.4);
    let setup = Setup {
        inputs: vec![Input { low: 0.0, high: 0.6 }],
        targets: vec![Target { low: 0.0, high: 0.0, variance: deviation * deviation }],
        rule: Rule::Every,
        cutoff,
        runs_per_wave: 12,
        budget: 100,
        wanted: usize::MAX,
        residual: Residual::Automatic,
    };
    let n_grid = 60_000;
    let grid: Vec<f64> = (0..n_grid).map(|i| 0.6 * (i as f64 + 0.5) / n_grid as f64).collect();
    let truth = |x: f64| f(x).abs() < cutoff * deviation;
    let n_true = grid.iter().filter(|x| truth(**x)).count() as f64;
    let fraction = expected["nroy_fraction"].as_f64().unwrap();
    assert!((n_true / n_grid as f64 - fraction).abs() < 2e-4);
    let boundary: Vec<f64> =
        expected["boundary_points"].as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect();
    for seed in 1..=3 {
        let mut history = HistoryMatching::new(setup.clone(), &mut generator(seed, None)).unwrap();
        for _ in 0..2 {
            tell(&mut history, seed, |_, x| Run { outputs: vec![Some(f(x[0]))], variances: vec![0.0] });
        }
        assert_eq!(history.n_runs(), 24);
        let left: Vec<f64> = grid.iter().copied().filter(|x| history.is_left(&[*x]).unwrap()).collect();
        let n_kept = left.iter().filter(|x| truth(**x)).count() as f64;
        assert!(n_kept >= 0.99 * n_true && left.len() as f64 <= 1.3 * n_true, "{n_kept} of {n_true}, {}", left.len());
        // Both sides of every boundary are told apart.
        for (i, x) in boundary.iter().enumerate() {
            let sides = [x - 2e-3, x + 2e-3].map(|x| history.is_left(&[x]).unwrap());
            assert_eq!(sides, [i % 2 == 0, i % 2 == 1], "at {x}");
        }
        let last = history.waves().last().unwrap();
        assert!(
            libm::log(last.share / fraction).abs() < 4.0 * last.share_error,
            "{} +- {}",
            last.share,
            last.share_error
        );
    }
}

/// 46 outputs of 30 inputs, each linear in some of them with a mild curvature.
struct Curved {
    linear: Vec<Vec<f64>>,
    products: Vec<Vec<(usize, usize, f64)>>,
    truth: Vec<f64>,
}

impl Curved {
    fn new(n_inputs: usize, n_targets: usize, rng: &mut Xoshiro256PlusPlus) -> Self {
        let mut linear = vec![vec![0.0; n_inputs]; n_targets];
        let mut products = vec![Vec::new(); n_targets];
        let pick = |rng: &mut Xoshiro256PlusPlus| ((uniform(rng) * n_inputs as f64) as usize).min(n_inputs - 1);
        for target in 0..n_targets {
            (0..6).for_each(|_| linear[target][pick(rng)] += 0.7 * normal(rng));
            products[target] = (0..4).map(|_| (pick(rng), pick(rng), 0.35 * normal(rng))).collect();
        }
        let truth = (0..n_inputs).map(|_| 0.15 + 0.7 * uniform(rng)).collect();
        Self { linear, products, truth }
    }

    fn outputs(&self, x: &[f64]) -> Vec<f64> {
        let one = |(linear, products): (&Vec<f64>, &Vec<(usize, usize, f64)>)| {
            let u = |j: usize| 2.0 * x[j] - 1.0;
            let sum: f64 = linear.iter().enumerate().map(|(j, c)| c * u(j)).sum();
            sum + products.iter().map(|(a, b, c)| c * u(*a) * u(*b)).sum::<f64>()
        };
        self.linear.iter().zip(&self.products).map(one).collect()
    }

    fn setup(&self, runs_per_wave: usize, budget: usize) -> Setup {
        let band = |y: f64| Target { low: y - 0.05, high: y + 0.05, variance: 0.12 * 0.12 };
        Setup {
            inputs: vec![Input { low: 0.0, high: 1.0 }; self.truth.len()],
            targets: self.outputs(&self.truth).into_iter().map(band).collect(),
            rule: Rule::Share(0.9),
            cutoff: 3.0,
            runs_per_wave,
            budget,
            wanted: 300,
            residual: Residual::Automatic,
        }
    }

    fn run(&self, seed: u64, index: usize, x: &[f64]) -> Run {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64((seed << 32) + index as u64);
        let outputs: Vec<Option<f64>> =
            self.outputs(x).into_iter().map(|y| Some(y + 0.02 * normal(&mut rng))).collect();
        Run { variances: vec![4e-4; outputs.len()], outputs }
    }

    /// Moments of each input over the true plausible set, by a hit-and-run walk through it.
    fn moments(&self, setup: &Setup, n_steps: usize, rng: &mut Xoshiro256PlusPlus) -> Vec<Moments> {
        let most = setup.rule.most_missed(setup.targets.len());
        let is_plausible = |x: &[f64]| {
            let outputs = self.outputs(x);
            let missed = setup.targets.iter().zip(&outputs).filter(|(t, y)| t.implausibility(**y, 4e-4) >= 3.0).count();
            missed <= most && x.iter().all(|x| (0.0..=1.0).contains(x))
        };
        let mut x = self.truth.clone();
        let mut moments = vec![Moments::default(); x.len()];
        for _ in 0..n_steps {
            let direction: Vec<f64> = x.iter().map(|_| normal(rng)).collect();
            let norm = direction.iter().map(|d| d * d).sum::<f64>().sqrt();
            let (mut low, mut high) = (-2.0, 2.0);
            while high - low > 1e-9 {
                let t = low + (high - low) * uniform(rng);
                let trial: Vec<f64> = x.iter().zip(&direction).map(|(x, d)| x + t * d / norm).collect();
                if is_plausible(&trial) {
                    x = trial;
                    break;
                }
                if t < 0.0 { low = t } else { high = t }
            }
            moments.iter_mut().zip(&x).for_each(|(moments, x)| moments.push(*x));
        }
        moments
    }
}

#[test]
fn thirty_inputs_give_three_hundred_plausible_sets_that_are_spread() {
    let problem = Curved::new(30, 46, &mut Xoshiro256PlusPlus::seed_from_u64(1));
    let setup = problem.setup(1000, 10_000);
    let mut history = HistoryMatching::new(setup.clone(), &mut generator(1, None)).unwrap();
    while history.stop().is_none() {
        tell(&mut history, 1, |i, x| problem.run(1, i, x));
    }
    assert_eq!(history.stop(), Some(Stop::Enough));
    assert!(history.n_plausible() >= 300 && history.n_runs() <= 10_000);
    assert!(history.waves().last().unwrap().share < 1e-6, "{}", history.waves().last().unwrap().share);
    let truth = problem.moments(&setup, 100_000, &mut Xoshiro256PlusPlus::seed_from_u64(99));
    for (j, truth) in truth.iter().enumerate() {
        let mut moments = Moments::default();
        history.plausible().iter().for_each(|p| moments.push(p.point[j]));
        let ratio = moments.deviation().unwrap() / truth.deviation().unwrap();
        let shift = (moments.mean().unwrap() - truth.mean().unwrap()) / truth.deviation().unwrap();
        assert!((0.75..1.3).contains(&ratio) && shift.abs() < 0.4, "input {j}: {ratio} {shift}");
    }
}

/// What two outputs of two inputs come to.
fn pair(x: &[f64]) -> Run {
    Run { outputs: vec![Some(x[0]), Some(x[0] + 0.1 * x[1]), Some(x[1])], variances: vec![0.0; 3] }
}

fn pair_setup(first: f64, second: f64) -> Setup {
    let target = |low: f64| Target { low, high: low + 0.1, variance: 1e-4 };
    Setup {
        inputs: vec![Input { low: -1.0, high: 1.0 }; 2],
        targets: vec![target(first), target(second), target(0.0)],
        rule: Rule::Every,
        cutoff: 3.0,
        runs_per_wave: 20,
        budget: 400,
        wanted: 60,
        residual: Residual::Automatic,
    }
}

#[test]
fn targets_that_exclude_each_other_are_named() {
    let mut history = HistoryMatching::new(pair_setup(-0.6, 0.5), &mut generator(1, None)).unwrap();
    while history.stop().is_none() {
        tell(&mut history, 1, |_, x| pair(x));
    }
    assert_eq!((history.stop(), history.n_plausible()), (Some(Stop::Empty), 0));
    let conflicts = history.conflicts(&mut generator(2, None));
    assert!(conflicts.never_met.is_empty());
    let excluded = conflicts.sets.iter().filter(|set| set.emulated.unwrap() >= 3.0).map(|set| &set.targets[..]);
    assert_eq!(excluded.collect::<Vec<_>>(), vec![&[0, 1][..]]);
    assert!(conflicts.missed_by[0].unwrap() > 3.0 || conflicts.missed_by[1].unwrap() > 3.0);
}

#[test]
fn a_state_written_down_goes_on_to_the_same_bits() {
    for problem_is_curved in [false, true] {
        let problem = Curved::new(6, 8, &mut Xoshiro256PlusPlus::seed_from_u64(3));
        let curved = Setup { residual: Residual::Variance, ..problem.setup(60, 180) };
        let setup = if problem_is_curved { curved } else { Setup { budget: 60, ..pair_setup(0.3, 0.3) } };
        let run = |i: usize, x: &[f64]| if problem_is_curved { problem.run(7, i, x) } else { pair(x) };
        let mut straight = HistoryMatching::new(setup.clone(), &mut generator(7, None)).unwrap();
        let mut resumed = straight.clone();
        while straight.stop().is_none() {
            let text = serde_json::to_string(&resumed).unwrap();
            resumed = serde_json::from_str(&text).unwrap();
            assert_eq!(straight, resumed);
            tell(&mut straight, 7, run);
            tell(&mut resumed, 7, run);
        }
        assert!(straight.n_waves() >= 1 && straight == resumed);
    }
}

#[test]
fn runs_without_an_output_miss_its_target_and_stop_nobody() {
    let setup = Setup { wanted: 1000, budget: 120, ..pair_setup(0.3, 0.3) };
    let mut history = HistoryMatching::new(setup, &mut generator(2, None)).unwrap();
    while history.stop().is_none() {
        tell(&mut history, 2, |i, x| {
            let mut run = pair(x);
            run.outputs[2] = run.outputs[2].filter(|_| i % 3 != 0);
            run.outputs[0] = run.outputs[0].filter(|_| i == 1000);
            run
        });
    }
    assert_eq!((history.stop(), history.n_runs(), history.n_plausible()), (Some(Stop::Budget), 120, 0));
    let conflicts = history.conflicts(&mut generator(2, None));
    assert_eq!((conflicts.never_met, conflicts.best_run), (vec![0], None));
}

#[test]
fn plausible_starting_points_are_found_plausible_and_never_ruled_out() {
    let start = vec![0.35, 0.05];
    let setup = pair_setup(0.3, 0.3);
    let mut history =
        HistoryMatching::with_starting_points(setup, std::slice::from_ref(&start), &mut generator(3, None)).unwrap();
    assert!(history.ask()[0].iter().zip(&start).all(|(asked, start)| (asked - start).abs() < 1e-12));
    while history.stop().is_none() {
        tell(&mut history, 3, |_, x| pair(x));
        assert_eq!(history.is_left(&start), Some(true));
    }
    assert_eq!((history.stop(), history.plausible()[0].run), (Some(Stop::Enough), 0));
    let ranges = [0, 1].map(|j| {
        let values = || history.plausible().into_iter().map(move |plausible| plausible.point[j]);
        (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max))
    });
    // The band of 0.1 and three standard deviations of 0.01 on either side.
    assert!(ranges[0].0 > 0.27 - 1e-9 && ranges[0].1 < 0.43 + 1e-9, "{ranges:?}");
    assert!(ranges[1].1 - ranges[1].0 > 0.1, "{ranges:?}");
}

#[test]
fn what_cannot_be_asked_or_told_is_refused_with_its_place() {
    let mut rng = generator(4, None);
    let setup = pair_setup(0.3, 0.3);
    let refused = |setup: Setup| HistoryMatching::new(setup, &mut generator(4, None)).unwrap_err().to_string();
    let mut wrong = setup.clone();
    wrong.inputs[1] = Input { low: 2.0, high: 1.0 };
    assert_eq!(refused(wrong), "the range of input 1 runs from 2 to 1; its ends must be finite and rise");
    let mut wrong = setup.clone();
    wrong.targets[2].variance = 0.0;
    assert!(refused(wrong).contains("target 2 has band 0 to 0.1 and variance 0"));
    assert!(refused(Setup { rule: Rule::Share(90.0), ..setup.clone() }).contains("the share of targets is 90"));
    let outside = HistoryMatching::with_starting_points(setup.clone(), &[vec![0.0, 1.5]], &mut rng).unwrap_err();
    assert_eq!(outside, HistoryError::Start { point: 0 });
    let mut history = HistoryMatching::new(setup, &mut rng).unwrap();
    let before = history.clone();
    assert_eq!(history.tell(vec![], &mut rng), Err(HistoryError::Runs { told: 0, asked: 20 }));
    let mut runs: Vec<Run> = history.ask().iter().map(|x| pair(x)).collect();
    runs[5].outputs[1] = Some(f64::NAN);
    assert_eq!(history.tell(runs, &mut rng), Err(HistoryError::Outputs { run: 5 }));
    assert_eq!(history, before);
}

/// Few runs are plausible, so that waves are focused where that is decided; it must not be decided by the budget.
#[test]
fn a_search_stopped_after_any_wave_is_one_that_was_allowed_as_many_runs() {
    let problem = Curved::new(12, 16, &mut Xoshiro256PlusPlus::seed_from_u64(5));
    let begin = |budget: usize| {
        let setup = Setup { residual: Residual::Variance, wanted: 100, ..problem.setup(60, budget) };
        HistoryMatching::new(setup, &mut generator(5, None)).unwrap()
    };
    let mut long = begin(100_000);
    for _ in 0..4 {
        tell(&mut long, 5, |i, x| problem.run(5, i, x));
        let mut short = begin(long.n_runs());
        while short.stop().is_none() {
            tell(&mut short, 5, |i, x| problem.run(5, i, x));
        }
        assert_eq!((long.waves(), long.plausible()), (short.waves(), short.plausible()), "{} runs", long.n_runs());
        let conflicts = |history: &HistoryMatching| history.conflicts(&mut generator(6, None));
        assert_eq!(conflicts(&long), conflicts(&short), "{} runs", long.n_runs());
    }
}
