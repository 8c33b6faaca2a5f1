//! Statistical tests of the keyed generator in the orders in which a simulation meets its words: neighbouring members, days,
//! replicates, word positions, purposes, seeds, audiences, and parts of a count.
//!
//! Comes in: how many words to read in each order. Goes out: one [`Finding`] an order and test. Counts are whole numbers, so
//! threads do not matter. Tests: Knuth, The Art of Computer Programming 2 (1997), section 3.3.2: equidistribution (A), serial
//! (B), gap (D), birthday spacings (J), serial correlation (K); bits shared by neighbours and weights in the spirit of L'Ecuyer &
//! Simard 2007, `TestU01`. A p-value is that of either tail: too even is as wrong as too uneven.

use std::sync::LazyLock;

use rayon::prelude::*;
use statrs::distribution::{ChiSquared, ContinuousCDF, DiscreteCDF, Normal, Poisson};
use wearout_core::rng::{At, Key, Purpose, account_key, key};

/// Chance that a sound generator fails any of the tests of a run.
pub(crate) const FALSE_ALARM: f64 = 0.001;

/// Words read at a time, by one thread.
const CHUNK: usize = 1 << 18;

/// An order in which to read: fills a chunk of the given number.
#[derive(Clone, Copy)]
pub(crate) struct Order {
    pub(crate) name: &'static str,
    pub(crate) read: fn(u64, &mut [u32]),
}

/// The orders in which a simulation meets words.
pub(crate) const ORDERS: &[Order] = &[
    Order {
        name: "members",
        read: |chunk, words| {
            side_by_side(chunk, words, |i| (at(i >> 17, i & 0xfff, i >> 12 & 31, Purpose::Day, 0), *CLUB));
        },
    },
    Order {
        name: "days",
        read: |chunk, words| {
            side_by_side(chunk, words, |i| (at(i >> 17, i >> 5 & 0xfff, i & 31, Purpose::Day, 0), *CLUB));
        },
    },
    Order {
        name: "replicates",
        read: |chunk, words| {
            side_by_side(chunk, words, |i| (at(i & 0xfff, i >> 12 & 0xfff, i >> 24, Purpose::Day, 0), *CLUB));
        },
    },
    Order {
        name: "words of a day",
        read: |chunk, words| {
            in_line(chunk, words, |i| (at(i >> 17, i >> 3 & 0x3ff, i >> 13 & 15, Purpose::Day, i & 7), *CLUB));
        },
    },
    Order {
        name: "purposes",
        read: |chunk, words| {
            side_by_side(chunk, words, |i| {
                (at(i >> 17, i >> 3 & 0x3ff, i >> 13 & 15, PURPOSES[i as usize & 7], 0), *CLUB)
            });
        },
    },
    Order {
        name: "slots of reach",
        read: |chunk, words| {
            in_line(chunk, words, |i| (at(i >> 16, i >> 2 & 0x3ff, i >> 12 & 15, Purpose::Reach, i & 3), *CLUB));
        },
    },
    Order {
        name: "seeds",
        read: |chunk, words| {
            side_by_side(chunk, words, |i| {
                (at(i >> 20, i >> 12 & 0xff, 0, Purpose::Traits, 0), key(i & 0xfff, "club"))
            });
        },
    },
    Order {
        name: "audiences",
        read: |chunk, words| {
            side_by_side(chunk, words, |i| {
                (at(i >> 16, i >> 6 & 0x3ff, 3, Purpose::Day, 0), AUDIENCES[i as usize & 63])
            });
        },
    },
    Order {
        name: "parts of a count",
        read: |chunk, words| {
            in_line(chunk, words, |i| (at(i >> 8, 0, i >> 3 & 31, Purpose::Leaks, i & 7), account_key(1)));
        },
    },
];

static CLUB: LazyLock<Key> = LazyLock::new(|| key(1, "club"));

const PURPOSES: [Purpose; 8] = [
    Purpose::Traits,
    Purpose::Signal,
    Purpose::Day,
    Purpose::Reach,
    Purpose::Leak,
    Purpose::Quit,
    Purpose::Question,
    Purpose::Horizon,
];

static AUDIENCES: LazyLock<Vec<Key>> = LazyLock::new(|| (0..64).map(|i| key(1, &format!("list-{i}"))).collect());

fn at(replicate: u64, member: u64, day: u64, purpose: Purpose, index: u64) -> At {
    At { replicate: replicate as u32, member: member as u32, day: day as u32, purpose, index: index as u32 }
}

/// The first words of all coordinates, then the second, third and fourth: neighbours are the same word next door.
fn side_by_side(chunk: u64, words: &mut [u32], of: impl Fn(u64) -> (At, Key)) {
    let quarter = words.len() / 4;
    for i in 0..quarter {
        let (at, key) = of(chunk * quarter as u64 + i as u64);
        for (w, word) in at.words(key).into_iter().enumerate() {
            words[w * quarter + i] = word;
        }
    }
}

/// The four words of one coordinate after the other.
fn in_line(chunk: u64, words: &mut [u32], of: impl Fn(u64) -> (At, Key)) {
    let first = chunk * (words.len() / 4) as u64;
    for (i, four) in (first..).zip(words.chunks_mut(4)) {
        let (at, key) = of(i);
        four.copy_from_slice(&at.words(key));
    }
}

/// What a test found in an order.
#[derive(Debug)]
#[allow(dead_code, reason = "a table prints all of it, a test what failed")]
pub(crate) struct Finding {
    pub(crate) order: &'static str,
    pub(crate) test: &'static str,
    pub(crate) statistic: f64,
    /// Chance of a statistic at least as extreme, in either direction.
    pub(crate) p: f64,
}

/// Longest gap told apart, and how rare what it separates is: one word in eight.
const GAPS: usize = 32;
const RARITY: f64 = 1.0 / 8.0;

/// Chunks in which birthdays are looked for: n = 2^17 days out of m = 2^48 each. The Poisson law of their coincidences is
/// exact enough while chunks x n^3 < m^(5/4) (L'Ecuyer & Simard 2001): up to 511.
const BIRTHDAY_CHUNKS: u64 = 64;

/// Counts of everything that is counted in an order.
struct Counts {
    words: u64,
    top: Vec<u64>,
    low: Vec<u64>,
    top_pairs: Vec<u64>,
    low_pairs: Vec<u64>,
    halves: Vec<u64>,
    shared: [Vec<u64>; 4],
    weights: Vec<u64>,
    gaps: Vec<u64>,
    /// Sum of products of neighbours, counted from the middle.
    products: i128,
    birthday_chunks: u64,
    coincidences: u64,
}

impl Counts {
    fn new() -> Counts {
        let cells = |n: usize| vec![0; n];
        Counts {
            words: 0,
            top: cells(256),
            low: cells(256),
            top_pairs: cells(1 << 16),
            low_pairs: cells(1 << 16),
            halves: cells(1 << 16),
            shared: [cells(256), cells(256), cells(256), cells(256)],
            weights: cells(33),
            gaps: cells(GAPS + 1),
            products: 0,
            birthday_chunks: 0,
            coincidences: 0,
        }
    }

    fn count(&mut self, words: &[u32]) {
        let mut gap = None;
        self.words += words.len() as u64;
        for &word in words {
            self.top[(word >> 24) as usize] += 1;
            self.low[(word & 0xff) as usize] += 1;
            self.halves[(word >> 16 & 0xff00 | word >> 8 & 0xff) as usize] += 1;
            self.weights[word.count_ones() as usize] += 1;
            if word >> 29 == 0 {
                if let Some(gap) = gap {
                    self.gaps[GAPS.min(gap)] += 1;
                }
                gap = Some(0);
            } else {
                gap = gap.map(|gap| gap + 1);
            }
        }
        let centred = |word: u32| i64::from(word) - (1 << 31);
        for two in words.windows(2) {
            self.products += i128::from(centred(two[0]) * centred(two[1]));
        }
        for two in words.chunks_exact(2) {
            self.top_pairs[(two[0] >> 16 & 0xff00 | two[1] >> 24) as usize] += 1;
            self.low_pairs[((two[0] & 0xff) << 8 | two[1] & 0xff) as usize] += 1;
            for (shared, byte) in self.shared.iter_mut().zip((two[0] ^ two[1]).to_le_bytes()) {
                shared[byte as usize] += 1;
            }
        }
    }

    /// How many spacings of the chunk's birthdays coincide.
    fn celebrate(&mut self, words: &[u32]) {
        let mut days: Vec<u64> =
            words.chunks_exact(2).map(|two| u64::from(two[0] >> 8) << 24 | u64::from(two[1] >> 8)).collect();
        days.sort_unstable();
        let mut spacings: Vec<u64> = days.windows(2).map(|two| two[1] - two[0]).collect();
        spacings.sort_unstable();
        self.coincidences += spacings.windows(2).filter(|two| two[0] == two[1]).count() as u64;
        self.birthday_chunks += 1;
    }

    fn add(mut self, other: &Counts) -> Counts {
        let add = |mine: &mut [u64], theirs: &[u64]| mine.iter_mut().zip(theirs).for_each(|(a, b)| *a += b);
        self.words += other.words;
        add(&mut self.top, &other.top);
        add(&mut self.low, &other.low);
        add(&mut self.top_pairs, &other.top_pairs);
        add(&mut self.low_pairs, &other.low_pairs);
        add(&mut self.halves, &other.halves);
        for (mine, theirs) in self.shared.iter_mut().zip(&other.shared) {
            add(mine, theirs);
        }
        add(&mut self.weights, &other.weights);
        add(&mut self.gaps, &other.gaps);
        self.products += other.products;
        self.birthday_chunks += other.birthday_chunks;
        self.coincidences += other.coincidences;
        self
    }
}

/// Reads `words` words in each order, to the nearest chunk above, and tests each.
pub(crate) fn examine(orders: &[Order], words: u64) -> Vec<Finding> {
    let chunks = words.div_ceil(CHUNK as u64);
    orders.iter().flat_map(|order| findings(order.name, &read(order, chunks))).collect()
}

fn read(order: &Order, chunks: u64) -> Counts {
    // A few long runs: the tables of counts are larger than what one chunk would fill.
    let runs = 64.min(chunks);
    let of_run = |run: u64| {
        let mut counts = Counts::new();
        let mut words = vec![0; CHUNK];
        for chunk in (run..chunks).step_by(runs as usize) {
            (order.read)(chunk, &mut words);
            counts.count(&words);
            if chunk < BIRTHDAY_CHUNKS {
                counts.celebrate(&words);
            }
        }
        counts
    };
    (0..runs).into_par_iter().map(of_run).reduce(Counts::new, |a, b| a.add(&b))
}

fn findings(order: &'static str, counts: &Counts) -> Vec<Finding> {
    let even = |cells: &[u64]| vec![1.0 / cells.len() as f64; cells.len()];
    let chi_square = |test, cells: &[u64], chances: &[f64]| {
        let n = cells.iter().sum::<u64>() as f64;
        let statistic = cells.iter().zip(chances).map(|(&cell, p)| (cell as f64 - n * p).powi(2) / (n * p)).sum();
        let law = ChiSquared::new(cells.len() as f64 - 1.0).expect("more than one cell");
        Finding { order, test, statistic, p: two_sided(law.cdf(statistic), law.sf(statistic)) }
    };
    let is_even = |test, cells: &[u64]| chi_square(test, cells, &even(cells));
    let (weights, weight_chances) = weights(&counts.weights);
    let mut gap_chances: Vec<f64> = (0..GAPS as i32).map(|gap| RARITY * (1.0 - RARITY).powi(gap)).collect();
    gap_chances.push((1.0 - RARITY).powi(GAPS as i32));
    // A product of two centred uniforms on (-2^31, 2^31) has mean 0 and standard deviation 2^62 / 3.
    let correlation = counts.products as f64 / (2.0_f64.powi(62) / 3.0 * (counts.words as f64).sqrt());
    let normal = Normal::standard();
    let expected = counts.birthday_chunks as f64 * 2.0_f64.powi(3 * 17 - 2 - 48);
    let birthdays = Poisson::new(expected).expect("above 0");
    let coincidences = counts.coincidences;
    let not_fewer = if coincidences == 0 { 1.0 } else { birthdays.sf(coincidences - 1) };
    vec![
        is_even("top bits", &counts.top),
        is_even("low bits", &counts.low),
        is_even("pairs of top bits", &counts.top_pairs),
        is_even("pairs of low bits", &counts.low_pairs),
        is_even("halves of a word", &counts.halves),
        is_even("shared bits, byte 0", &counts.shared[0]),
        is_even("shared bits, byte 1", &counts.shared[1]),
        is_even("shared bits, byte 2", &counts.shared[2]),
        is_even("shared bits, byte 3", &counts.shared[3]),
        chi_square("weights", &weights, &weight_chances),
        chi_square("gaps", &counts.gaps, &gap_chances),
        Finding {
            order,
            test: "serial correlation",
            statistic: correlation,
            p: two_sided(normal.cdf(correlation), normal.sf(correlation)),
        },
        Finding {
            order,
            test: "birthday spacings",
            statistic: coincidences as f64,
            p: two_sided(birthdays.cdf(coincidences), not_fewer),
        },
    ]
}

fn two_sided(below: f64, above: f64) -> f64 {
    (2.0 * below.min(above)).min(1.0)
}

/// Numbers of ones in a word and their chances; below 7 and above 25 together, where they are rare.
fn weights(ones: &[u64]) -> (Vec<u64>, Vec<f64>) {
    let mut chance = 0.5_f64.powi(32);
    let (mut cells, mut chances) = (vec![0; 19], vec![0.0; 19]);
    for (k, count) in ones.iter().enumerate() {
        let cell = k.clamp(7, 25) - 7;
        cells[cell] += count;
        chances[cell] += chance;
        chance *= (32 - k) as f64 / (k + 1) as f64;
    }
    (cells, chances)
}

/// The p-value below which a finding is a fault, so that a sound generator fails one of `tests` with chance [`FALSE_ALARM`]
/// (Bonferroni).
pub(crate) fn threshold(tests: usize) -> f64 {
    FALSE_ALARM / tests as f64
}

/// Findings below the threshold.
pub(crate) fn faults(findings: &[Finding]) -> Vec<&Finding> {
    findings.iter().filter(|finding| finding.p < threshold(findings.len())).collect()
}
