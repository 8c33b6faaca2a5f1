//! Nominal member-days a second on one thread, for every instruction set of this machine.
//!
//! `cargo bench --bench simulate`; `cargo bench --bench simulate -- avx2` runs what has that in its name. Rows of `kernel`, `replicate`,
//! `run` and `million` count nominal member-days (members x days, whether a member has left or not), rows of `draw` members, of `merge`
//! plans and of `compile` sets of parameters. What each part of a day costs is not here: see `costs`; neither are other ways of writing the
//! model: see `peers`.

mod campaign;

use std::fmt;

use campaign::{Campaign, FIVE_A_DAY, MIXED, REFERENCE, draft, member_days, shipped, threads};
use divan::Bencher;
use divan::counter::ItemsCount;
use wearout_core::engine::{Engine, Instructions, simulate};
use wearout_core::parameter::plausible;
use wearout_core::plan::compile_under;
use wearout_core::study::{Target, compare, compare_over, under_each};

/// Name and lines of the plan.
const CALENDARS: [(&str, &str); 5] = [
    ("one post a day", MIXED),
    ("five posts a day", FIVE_A_DAY),
    ("quiet days", "days = [1]"),
    ("the same post a day", "contents = 1"),
    ("five contents in rotation", "contents = 5"),
];

fn main() {
    divan::main();
}

/// A calendar on an instruction set.
struct Case {
    instructions: Instructions,
    calendar: &'static str,
    plan: &'static str,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.calendar, self.instructions.name())
    }
}

fn cases() -> impl Iterator<Item = Case> {
    let on = |(calendar, plan)| {
        Instructions::available().into_iter().map(move |instructions| Case { instructions, calendar, plan })
    };
    CALENDARS.into_iter().flat_map(on)
}

fn names() -> impl Iterator<Item = &'static str> {
    Instructions::available().into_iter().map(Instructions::name)
}

/// One replicate of a campaign.
fn time(bencher: Bencher<'_, '_>, instructions: Instructions, campaign: &Campaign, items: impl Fn(u64) -> u64) {
    let (experiment, pool) = (campaign.compile(), threads(1));
    let items = ItemsCount::new(items(member_days(&experiment)));
    bencher.counter(items).bench(|| pool.install(|| simulate(&experiment, 0..1, &Engine::on(instructions))));
}

/// A hundred blocks and no platform, which would soon limit so long a list: next to nothing but loops over members.
#[divan::bench(args = cases(), max_time = 1)]
fn kernel(bencher: Bencher<'_, '_>, case: &Case) {
    let campaign = Campaign { groups: (4, 3200), platform: "none", plan: case.plan, ..REFERENCE };
    time(bencher, case.instructions, &campaign, |member_days| member_days);
}

/// The same with neither: beside `kernel_with_needs`, what a member-day costs more.
#[divan::bench(args = cases(), max_time = 1)]
fn kernel_without_needs(bencher: Bencher<'_, '_>, case: &Case) {
    let switch = "needs = false\nevery_read = false";
    let campaign = Campaign { groups: (4, 3200), platform: "none", plan: case.plan, switch, ..REFERENCE };
    time(bencher, case.instructions, &campaign, |member_days| member_days);
}

/// Purchases serve needs, and every read irritates.
#[divan::bench(args = cases(), max_time = 1)]
fn kernel_with_needs(bencher: Bencher<'_, '_>, case: &Case) {
    let switch = "needs = true\nevery_read = true";
    let campaign = Campaign { groups: (4, 3200), platform: "none", plan: case.plan, switch, ..REFERENCE };
    time(bencher, case.instructions, &campaign, |member_days| member_days);
}

/// The scenario to start with, compiled under each set of a default run: beside `run` (40 replicates of its 400), its share.
#[divan::bench(max_time = 2)]
fn compile(bencher: Bencher<'_, '_>) {
    let (sets, pool) = (&plausible().sets[..200], threads(1));
    let draft = draft("targeted-vs-spray");
    let first = compile_under(&draft, 1, &sets[0], &[]).unwrap_or_else(|faults| panic!("{faults}"));
    bencher
        .counter(ItemsCount::new(sets.len()))
        .bench(|| pool.install(|| under_each(&draft, 1, sets, &first).unwrap_or_else(|faults| panic!("{faults}"))));
}

/// A thousand members: with the people drawn, the platform's midnights and the tallies.
#[divan::bench(args = cases(), max_time = 1)]
fn replicate(bencher: Bencher<'_, '_>, case: &Case) {
    let campaign = Campaign { plan: case.plan, ..REFERENCE };
    time(bencher, case.instructions, &campaign, |member_days| member_days);
}

/// The scenario to start with, from the compiled experiment to the estimates.
#[divan::bench(args = names(), max_time = 3)]
fn run(bencher: Bencher<'_, '_>, set: &str) {
    let (experiment, pool, replicates) = (shipped("targeted-vs-spray"), threads(1), 40);
    let instructions = Instructions::find(set).expect("the machine has it");
    let simulated = u64::from(replicates);
    let target = Target::Replicates(replicates);
    bencher.counter(ItemsCount::new(simulated * member_days(&experiment))).bench(|| {
        pool.install(|| compare(&experiment, &[], &target, false, &Engine::on(instructions)));
    });
}

/// Drawing people, laying them out in blocks, and the least that can follow: one day without a visit to speak of, and the horizon.
#[divan::bench(args = names(), max_time = 1)]
fn draw(bencher: Bencher<'_, '_>, set: &str) {
    let instructions = Instructions::find(set).expect("the machine has it");
    let campaign = Campaign { groups: (4, 3200), days: 1, behaviour: "presence_mean = 0.0001", ..REFERENCE };
    time(bencher, instructions, &campaign, |members| members);
}

/// A million members who get the same post a day: they leave, and blocks are packed.
#[divan::bench(args = names(), max_time = 3)]
fn million(bencher: Bencher<'_, '_>, set: &str) {
    let instructions = Instructions::find(set).expect("the machine has it");
    let campaign = Campaign { groups: (4, 250_000), days: 10, platform: "none", plan: "contents = 1", ..REFERENCE };
    time(bencher, instructions, &campaign, |member_days| member_days);
}

/// Plans over four sets of parameters, two small replicates of each: next to nothing but merging.
#[divan::bench(args = [5, 50], max_time = 3)]
fn merge(bencher: Bencher<'_, '_>, plans: u32) {
    let campaign = Campaign { groups: (1, 100), days: 7, plans, ..REFERENCE };
    let sets: Vec<_> = (0..4).map(|_| campaign.compile()).collect();
    let (pool, target) = (threads(1), Target::Replicates(8));
    bencher
        .counter(ItemsCount::new(plans))
        .bench(|| pool.install(|| compare_over(&sets, &[], &target, false, &Engine::default())));
}
