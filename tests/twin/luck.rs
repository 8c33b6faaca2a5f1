//! Every accident of the model by name and coordinate, as a number in (0, 1): an event happens when its number is below its
//! probability, a quantity is its law's quantile at that number.
//!
//! A keyed generator answers from the coordinates alone; [`OwnLuck`] draws in sequence. `reach` and `suits` may be asked more
//! than once and must then say the same; everything else is asked at most once. Some events are only asked about after another has
//! happened; `given` is then the probability of all that had to happen, for a generator that nests them in one word.

use std::cell::RefCell;

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use rand_distr::{Beta, Distribution, Gamma};

use super::member::{Law, Traits};

/// A calendar slot: the k-th post of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// Day, from 1.
    pub day: u32,
    /// Which post of that day, from 0.
    pub post: u32,
}

/// The draws of one replicate.
pub trait Luck {
    // Traits, once per member.
    fn fit(&self, member: usize) -> f64;
    fn frailty(&self, member: usize) -> f64;
    fn patience(&self, member: usize) -> f64;
    fn presence_share(&self, member: usize) -> f64;
    /// Noise of the signal by which a plan selects.
    fn signal_noise(&self, member: usize) -> f64;

    // A member's day.
    fn leak(&self, member: usize, day: u32) -> f64;
    fn presence(&self, member: usize, day: u32) -> f64;
    fn visit_time(&self, member: usize, day: u32, given: f64) -> f64;
    fn question(&self, member: usize, day: u32) -> f64;
    fn quit(&self, member: usize, day: u32) -> f64;
    fn cause(&self, member: usize, day: u32) -> f64;
    fn mute(&self, member: usize, day: u32) -> f64;
    fn block(&self, member: usize, day: u32) -> f64;
    fn report(&self, member: usize, day: u32, given: f64) -> f64;

    // A question, by the day on which it was asked.
    fn answered(&self, member: usize, asked: u32) -> f64;
    fn reply_delay(&self, member: usize, asked: u32) -> f64;
    fn reply_patience(&self, member: usize, asked: u32) -> f64;
    fn inquiry_purchase(&self, member: usize, asked: u32) -> f64;

    // A member and a post.
    fn reach(&self, member: usize, slot: Slot) -> f64;
    fn read(&self, member: usize, slot: Slot) -> f64;
    fn click(&self, member: usize, slot: Slot, given: f64) -> f64;
    fn purchase(&self, member: usize, slot: Slot, given: f64) -> f64;
    fn interaction(&self, member: usize, slot: Slot) -> f64;

    // A need, by its number.
    fn need_wait(&self, member: usize, need: u32) -> f64;
    fn need_length(&self, member: usize, need: u32) -> f64;
    /// Whether the first need is open at the start.
    fn need_open(&self, member: usize) -> f64;
    /// Whether a content suits a need; `debut`: the content's first slot.
    fn suits(&self, member: usize, need: u32, debut: Slot) -> f64;

    // After the horizon.
    fn repurchase(&self, member: usize) -> f64;
    fn complaint(&self, member: usize) -> f64;
    fn recommend(&self, member: usize) -> f64;

    // The account.
    fn limit(&self, slot: Slot) -> f64;
    fn delay(&self, day: u32) -> f64;
    /// Privacy incidents of a day, a Poisson variable of that mean.
    fn leaks(&self, day: u32, mean: f64) -> u32;
    /// Privacy complaints of a day, likewise.
    fn privacy_complaints(&self, day: u32, mean: f64) -> u32;

    /// A member's traits; by inverse CDF unless the generator has a faster way to the same laws.
    fn traits(&self, member: usize, law: &Law) -> Traits {
        law.traits(self.fit(member), self.frailty(member), self.patience(member), self.presence_share(member))
    }
}

/// Luck of its own: a small fast generator, read in sequence.
pub struct OwnLuck {
    key: u64,
    generator: RefCell<SmallRng>,
}

impl OwnLuck {
    /// The luck of one replicate.
    pub fn new(seed: u64, replicate: u32) -> OwnLuck {
        let key = scramble(seed ^ scramble(u64::from(replicate)));
        OwnLuck { key, generator: RefCell::new(SmallRng::seed_from_u64(key)) }
    }

    fn next(&self) -> f64 {
        self.generator.borrow_mut().random()
    }

    /// The same number however often it is asked for.
    fn at(&self, member: usize, slot: Slot, what: u64) -> f64 {
        let place = (member as u64) << 32 | u64::from(slot.day) << 16 | u64::from(slot.post);
        (scramble(self.key ^ scramble(place ^ scramble(what))) >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
    }
}

/// The finaliser of `SplitMix64` (Steele, Lea & Flood 2014).
fn scramble(key: u64) -> u64 {
    let x = key.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

macro_rules! in_sequence {
    ($($name:ident($($coordinate:ty),*))*) => {
        $(fn $name(&self, $(_: $coordinate),*) -> f64 { self.next() })*
    };
}

impl Luck for OwnLuck {
    in_sequence! {
        fit(usize) frailty(usize) patience(usize) presence_share(usize) signal_noise(usize)
        leak(usize, u32) presence(usize, u32) visit_time(usize, u32, f64) question(usize, u32)
        quit(usize, u32) cause(usize, u32) mute(usize, u32) block(usize, u32) report(usize, u32, f64)
        answered(usize, u32) reply_delay(usize, u32) reply_patience(usize, u32) inquiry_purchase(usize, u32)
        read(usize, Slot) click(usize, Slot, f64) purchase(usize, Slot, f64) interaction(usize, Slot)
        need_wait(usize, u32) need_length(usize, u32) need_open(usize)
        repurchase(usize) complaint(usize) recommend(usize)
        limit(Slot) delay(u32)
    }

    fn leaks(&self, _: u32, mean: f64) -> u32 {
        poisson(mean, self.next())
    }

    fn privacy_complaints(&self, _: u32, mean: f64) -> u32 {
        poisson(mean, self.next())
    }

    fn reach(&self, member: usize, slot: Slot) -> f64 {
        self.at(member, slot, 0)
    }

    fn suits(&self, member: usize, need: u32, debut: Slot) -> f64 {
        self.at(member, debut, 1 + u64::from(need))
    }

    fn traits(&self, _: usize, law: &Law) -> Traits {
        let generator = &mut *self.generator.borrow_mut();
        let beta = |(a, b), generator: &mut SmallRng| Beta::new(a, b).expect("shapes above 0").sample(generator);
        let gamma = |(shape, rate), generator: &mut SmallRng| {
            Gamma::new(shape, 1.0 / rate).expect("shapes above 0").sample(generator)
        };
        law.assemble(
            beta(law.fit, generator),
            gamma(law.frailty, generator),
            gamma(law.patience, generator),
            beta(law.presence, generator),
        )
    }
}

/// Quantile of a Poisson law.
pub fn poisson(mean: f64, u: f64) -> u32 {
    let (mut k, mut term) = (0, (-mean).exp());
    let mut below = term;
    while u >= below && term > 0.0 {
        k += 1;
        term *= mean / f64::from(k);
        below += term;
    }
    k
}
