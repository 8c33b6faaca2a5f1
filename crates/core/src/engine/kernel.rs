//! The loops over members, compiled once per instruction set and chosen once per run.
//!
//! The loops themselves stand in `behaviour` and `population`, plain and portable: one body, marked `#[inline(always)]`, that each
//! shell below compiles for its own CPU. No shell uses an operation that rounds differently (no fused multiply-add, no
//! reassociation), so all of them give the same bits; `tests/invariance.rs` holds them to it. The arrangement is that of
//! `memchr` (Gallant): the algorithm once, thin shells, a value that exists only where the CPU can run it.

#![cfg_attr(
    target_arch = "x86_64",
    expect(
        unsafe_code,
        reason = "a function compiled for a CPU may only be called on that CPU; `Instructions` proves it"
    )
)]

use crate::behaviour::{self, Law, Notes, Room, Today};
use crate::population::{Audience, Block, Laws, People};
use crate::tally::{Counts, Horizon};

/// An instruction set that this machine has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instructions(Set);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Set {
    /// What every CPU of the architecture has: SSE2 on x86-64, NEON on aarch64.
    Baseline,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Set {
    /// Slowest first.
    const ALL: &[Set] = &[
        Set::Baseline,
        #[cfg(target_arch = "x86_64")]
        Set::Avx2,
        #[cfg(target_arch = "x86_64")]
        Set::Avx512,
    ];

    /// Whether this machine has it: everything that its shell below is compiled for.
    fn is_here(self) -> bool {
        match self {
            Set::Baseline => true,
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("bmi2"),
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => {
                Set::Avx2.is_here()
                    && is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512vl")
                    // Those that the compiler takes AVX-512 to include.
                    && is_x86_feature_detected!("fma")
                    && is_x86_feature_detected!("f16c")
            }
        }
    }
}

impl Instructions {
    /// Every instruction set of this machine, slowest first.
    pub fn available() -> Vec<Instructions> {
        Set::ALL.iter().filter(|set| set.is_here()).map(|set| Instructions(*set)).collect()
    }

    /// The fastest of this machine.
    pub fn best() -> Instructions {
        Instructions::available().pop().unwrap_or(Instructions(Set::Baseline))
    }

    /// The one of that name, if this machine has it.
    pub fn find(name: &str) -> Option<Instructions> {
        Instructions::available().into_iter().find(|set| set.name() == name)
    }

    /// Its name: `baseline` (`neon` on aarch64), `avx2`, `avx512`.
    pub fn name(self) -> &'static str {
        match self.0 {
            Set::Baseline if cfg!(target_arch = "aarch64") => "neon",
            Set::Baseline => "baseline",
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => "avx2",
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => "avx512",
        }
    }

    /// Lives one day of every block.
    pub(super) fn live(
        self,
        blocks: &mut [Block],
        law: &Law,
        today: &Today<'_>,
        room: &mut Room,
        notes: &mut Notes<'_>,
    ) {
        self.run(Live { blocks, law, today, room, notes });
    }

    /// Closes every block at the horizon.
    pub(super) fn close(
        self,
        blocks: &mut [Block],
        law: &Law,
        replicate: u32,
        last_day: &mut Counts,
        horizon: &mut Horizon,
    ) {
        self.run(Close { blocks, law, replicate, last_day, horizon });
    }

    /// Draws the people of an audience.
    pub(super) fn draw(self, audience: &Audience, laws: &Laws, replicate: u32) -> People {
        self.run(Draw { audience, laws, replicate })
    }

    fn run<W: Work>(self, work: W) -> W::Done {
        match self.0 {
            Set::Baseline => work.run(),
            // SAFETY: a value of this set exists only where the CPU was seen to have it.
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => unsafe { avx2(work) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => unsafe { avx512(work) },
        }
    }
}

/// Loops to compile for each instruction set. Whatever `run` calls in a loop over members must be `#[inline(always)]`, or it is
/// compiled for the baseline alone.
trait Work {
    type Done;
    fn run(self) -> Self::Done;
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi2")]
fn avx2<W: Work>(work: W) -> W::Done {
    work.run()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi2,avx512f,avx512bw,avx512dq,avx512vl")]
fn avx512<W: Work>(work: W) -> W::Done {
    work.run()
}

struct Live<'a, 'b, 'c> {
    blocks: &'a mut [Block],
    law: &'a Law,
    today: &'a Today<'b>,
    room: &'a mut Room,
    notes: &'a mut Notes<'c>,
}

impl Work for Live<'_, '_, '_> {
    type Done = ();

    #[inline(always)]
    fn run(self) {
        behaviour::live(self.blocks, self.law, self.today, self.room, self.notes);
    }
}

struct Close<'a> {
    blocks: &'a mut [Block],
    law: &'a Law,
    replicate: u32,
    last_day: &'a mut Counts,
    horizon: &'a mut Horizon,
}

impl Work for Close<'_> {
    type Done = ();

    #[inline(always)]
    fn run(self) {
        for block in self.blocks {
            behaviour::close(block, self.law, self.replicate, self.last_day, self.horizon);
        }
    }
}

struct Draw<'a> {
    audience: &'a Audience,
    laws: &'a Laws,
    replicate: u32,
}

impl Work for Draw<'_> {
    type Done = People;

    #[inline(always)]
    fn run(self) -> People {
        self.audience.draw(self.laws, self.replicate)
    }
}
