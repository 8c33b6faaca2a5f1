//! The engine's own luck: each accident is the word that `wearout_core::rng` documents for it, at the same coordinates.
//!
//! Traits are those the engine draws, in its own precision: a trait off by a table's error would move every draw after it.
//! Whether they are the quantiles of their words is a claim of its own.

use std::cell::Cell;

use wearout_core::plan::Experiment;
use wearout_core::population::People;
use wearout_core::rng::{At, Key, Purpose, account_key, uniform, uniform_f64};

use super::luck::{Luck, Slot, poisson};
use super::member::{Law, Traits};

/// The luck of one audience in one replicate.
pub struct KeyedLuck {
    key: Key,
    account_key: Key,
    replicate: u32,
    people: People,
    drawn: Cell<u64>,
}

impl KeyedLuck {
    /// The luck of the experiment's audience of that index.
    pub fn new(experiment: &Experiment, audience: usize, replicate: u32) -> KeyedLuck {
        let audience = &experiment.audiences[audience];
        KeyedLuck {
            key: audience.key,
            account_key: account_key(experiment.seed),
            replicate,
            people: audience.draw(&experiment.laws, replicate),
            drawn: Cell::new(0),
        }
    }

    /// How often it was asked.
    pub fn drawn(&self) -> u64 {
        self.drawn.get()
    }

    fn words(&self, member: usize, day: u32, purpose: Purpose, index: u32) -> [u32; 4] {
        self.drawn.set(self.drawn.get() + 1);
        At { replicate: self.replicate, member: member as u32, day, purpose, index }.words(self.key)
    }

    /// A word of a member's day; `day` counts from 1.
    fn of_day(&self, member: usize, day: u32, word: u32) -> u32 {
        self.words(member, day - 1, Purpose::Day, word / 4)[word as usize % 4]
    }

    /// Half a word of the day, refined by the purpose's own first word.
    fn refined(&self, member: usize, day: u32, purpose: Purpose, half: fn(u32) -> u32) -> f64 {
        uniform_f64(half(self.of_day(member, day, 1)) << 16 | self.words(member, day - 1, purpose, 0)[0] >> 16)
    }

    fn of_quit(&self, member: usize, day: u32, word: usize) -> f64 {
        uniform_f64(self.words(member, day - 1, Purpose::Quit, 0)[word])
    }

    fn of_question(&self, member: usize, asked: u32, word: usize) -> f64 {
        uniform_f64(self.words(member, asked - 1, Purpose::Question, 0)[word])
    }

    fn of_post(&self, member: usize, slot: Slot, word: u32) -> f64 {
        f64::from(uniform(self.of_day(member, slot.day, 2 + 2 * slot.post + word)))
    }

    fn after_the_horizon(&self, member: usize, word: usize) -> f64 {
        f64::from(uniform(self.words(member, 0, Purpose::Horizon, 0)[word]))
    }

    fn of_traits(&self, member: usize, word: usize) -> f64 {
        f64::from(uniform(self.words(member, 0, Purpose::Traits, 0)[word])) + 0.5_f64.powi(25)
    }

    fn of_account(&self, day: u32, purpose: Purpose, index: u32) -> At {
        At { replicate: self.replicate, member: 0, day: day - 1, purpose, index }
    }

    fn poisson(&self, day: u32, purpose: Purpose, mean: f64) -> u32 {
        let parts = (mean / 500.0).ceil().max(1.0) as u32;
        let word = |part| self.of_account(day, purpose, part).words(self.account_key)[0];
        (0..parts).map(|part| poisson(mean / f64::from(parts), uniform_f64(word(part)))).sum()
    }
}

impl Luck for KeyedLuck {
    fn fit(&self, member: usize) -> f64 {
        self.of_traits(member, 0)
    }

    fn frailty(&self, member: usize) -> f64 {
        self.of_traits(member, 1)
    }

    fn patience(&self, member: usize) -> f64 {
        self.of_traits(member, 2)
    }

    fn presence_share(&self, member: usize) -> f64 {
        self.of_traits(member, 3)
    }

    fn signal_noise(&self, member: usize) -> f64 {
        f64::from(uniform(self.words(member, 0, Purpose::Signal, 0)[0])) + 0.5_f64.powi(25)
    }

    fn leak(&self, member: usize, day: u32) -> f64 {
        uniform_f64(self.words(member, day - 1, Purpose::Leak, 0)[0])
    }

    fn presence(&self, member: usize, day: u32) -> f64 {
        f64::from(uniform(self.of_day(member, day, 0)))
    }

    fn visit_time(&self, member: usize, day: u32, given: f64) -> f64 {
        self.presence(member, day) / given
    }

    fn question(&self, member: usize, day: u32) -> f64 {
        self.refined(member, day, Purpose::Question, |word| word & 0xffff)
    }

    fn quit(&self, member: usize, day: u32) -> f64 {
        self.refined(member, day, Purpose::Quit, |word| word >> 16)
    }

    fn cause(&self, member: usize, day: u32) -> f64 {
        self.of_quit(member, day, 1)
    }

    fn mute(&self, member: usize, day: u32) -> f64 {
        self.of_quit(member, day, 2)
    }

    fn block(&self, member: usize, day: u32) -> f64 {
        self.of_quit(member, day, 3)
    }

    fn report(&self, member: usize, day: u32, given: f64) -> f64 {
        self.block(member, day) / given
    }

    fn answered(&self, member: usize, asked: u32) -> f64 {
        self.of_question(member, asked, 1)
    }

    fn reply_delay(&self, member: usize, asked: u32) -> f64 {
        self.of_question(member, asked, 2)
    }

    fn reply_patience(&self, member: usize, asked: u32) -> f64 {
        self.of_question(member, asked, 3)
    }

    fn inquiry_purchase(&self, member: usize, asked: u32) -> f64 {
        uniform_f64(self.words(member, asked - 1, Purpose::Inquiry, 0)[0])
    }

    fn reach(&self, member: usize, slot: Slot) -> f64 {
        let words = self.words(member, slot.day - 1, Purpose::Reach, slot.post / 4);
        f64::from(uniform(words[slot.post as usize % 4]))
    }

    fn read(&self, member: usize, slot: Slot) -> f64 {
        self.of_post(member, slot, 0)
    }

    fn click(&self, member: usize, slot: Slot, given: f64) -> f64 {
        self.read(member, slot) / given
    }

    fn purchase(&self, member: usize, slot: Slot, given: f64) -> f64 {
        self.read(member, slot) / given
    }

    fn interaction(&self, member: usize, slot: Slot) -> f64 {
        self.of_post(member, slot, 1)
    }

    fn need_wait(&self, member: usize, need: u32) -> f64 {
        uniform_f64(self.words(member, need, Purpose::Need, 0)[0])
    }

    fn need_length(&self, member: usize, need: u32) -> f64 {
        uniform_f64(self.words(member, need, Purpose::Need, 0)[1])
    }

    fn need_open(&self, member: usize) -> f64 {
        uniform_f64(self.words(member, 0, Purpose::Need, 0)[2])
    }

    fn suits(&self, member: usize, need: u32, debut: Slot) -> f64 {
        uniform_f64(self.words(member, debut.day - 1, Purpose::Suit, need << 10 | debut.post)[0])
    }

    fn repurchase(&self, member: usize) -> f64 {
        self.after_the_horizon(member, 0)
    }

    fn complaint(&self, member: usize) -> f64 {
        self.after_the_horizon(member, 1)
    }

    fn recommend(&self, member: usize) -> f64 {
        self.after_the_horizon(member, 2)
    }

    fn limit(&self, slot: Slot) -> f64 {
        uniform_f64(self.of_account(slot.day, Purpose::Limit, slot.post).words(self.account_key)[0])
    }

    fn delay(&self, day: u32) -> f64 {
        uniform_f64(self.of_account(day, Purpose::SimilarityDelay, 0).words(self.account_key)[0])
    }

    fn leaks(&self, day: u32, mean: f64) -> u32 {
        self.poisson(day, Purpose::Leaks, mean)
    }

    fn privacy_complaints(&self, day: u32, mean: f64) -> u32 {
        self.poisson(day, Purpose::Complaints, mean)
    }

    fn traits(&self, member: usize, law: &Law) -> Traits {
        let of = |column: &[f32]| f64::from(column[member]);
        let people = &self.people;
        law.assemble(of(&people.fit), of(&people.frailty), of(&people.patience) - 1.0, of(&people.presence))
    }
}
