//! 128 members in columns: everything a day reads and writes about them, small enough for the innermost cache.

use super::draw::{Audience, People};
use super::lane::{LANES, Lane};
use crate::rng::Key;

/// Where a member stands. Left and blocked absorb; frozen members live no further day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Status {
    /// Reads and is seen.
    Active = 0,
    /// Looks now and then.
    Muted = 1,
    /// Has left.
    Left = 2,
    /// Has blocked the sender.
    Blocked = 3,
    /// Out of reach: the sender was banned or expelled.
    Frozen = 4,
    /// An unused lane at the end of a list.
    Vacant = 5,
}

/// 128 members. Times are hours from today's 00:00.
#[repr(C, align(64))]
#[derive(Debug, Clone)]
pub struct Block {
    /// Number within its people: part of every coordinate.
    pub id: Lane<u32>,
    /// Index of its group among all groups the plan addresses.
    pub group: Lane<u32>,
    /// How well what is sold fits, 0..1.
    pub fit: Lane<f32>,
    /// Multiplies every hazard of irritation and distrust; mean 1.
    pub frailty: Lane<f32>,
    /// Repeat patience, reads.
    pub patience: Lane<f32>,
    /// Probability of a visit on a day.
    pub presence: Lane<f32>,
    /// What it expects of the sender, 0..1.
    pub expectation: Lane<f32>,
    /// Odds against reading a post when rested: exp(-(b0 + be e)).
    pub unread_odds: Lane<f32>,
    /// A [`Status`] as a number.
    pub status: Lane<u32>,
    /// Ad fatigue at the last visit, >= 0.
    pub fatigue: Lane<f32>,
    /// Trust in the sender, 0..1.
    pub trust: Lane<f32>,
    /// Hour of the last visit; far in the past before the first.
    pub last_visit: Lane<f32>,
    /// 1 once it bought through a post.
    pub bought: Lane<u32>,
    /// Number of its need at hand; [`NO_NEED`] before anyone asked.
    pub need: Lane<u32>,
    /// When that need opens, hours from the campaign's first 00:00; infinite: never.
    pub need_opens: Lane<f64>,
    /// When it ends, in the same hours.
    pub need_ends: Lane<f64>,
    /// 1 once it read a post with a gift wording.
    pub gift_read: Lane<u32>,
    /// Hour at which its open question resolves; infinite without one.
    pub due: Lane<f32>,
    /// 1 if the open question will be answered in time.
    pub answered: Lane<u32>,
    /// Day on which the open question was asked.
    pub asked_on: Lane<u32>,
    /// Reads of each content that the plan repeats.
    pub reads: Vec<Lane<f32>>,
    /// Index of its audience among those the plan addresses.
    pub audience: usize,
    /// Key of its people.
    pub key: Key,
    /// Lanes still active or muted.
    pub alive: u32,
    /// Lanes still there that are muted.
    pub muted: u32,
}

/// Number of a need before the first is known.
pub const NO_NEED: u32 = u32::MAX;

const BEFORE_THE_FIRST_VISIT: f32 = -1.0e6;

impl Block {
    /// A block of up to 128 chosen members of one audience, all active and rested.
    ///
    /// `audience_idx` counts among the plan's audiences, `first_group` its first group among the plan's groups.
    ///
    /// # Panics
    /// When more than [`LANES`] members are chosen.
    pub fn gather(
        (audience, people): (&Audience, &People),
        chosen: &[u32],
        (audience_idx, first_group): (usize, u32),
        trust: f32,
        repeated_contents: usize,
    ) -> Block {
        assert!(chosen.len() <= LANES, "{} members in a block of {LANES}", chosen.len());
        let pick = |column: &[f32]| -> Lane<f32> {
            std::array::from_fn(|lane| chosen.get(lane).map_or(0.0, |&member| column[member as usize]))
        };
        let live = |lane: usize| chosen.get(lane).copied();
        Block {
            id: std::array::from_fn(|lane| live(lane).unwrap_or(u32::MAX)),
            group: std::array::from_fn(|lane| {
                live(lane).map_or(first_group, |member| first_group + member / audience.size)
            }),
            fit: pick(&people.fit),
            frailty: pick(&people.frailty),
            patience: pick(&people.patience),
            presence: pick(&people.presence),
            expectation: pick(&people.expectation),
            unread_odds: pick(&people.unread_odds),
            status: std::array::from_fn(|lane| live(lane).map_or(Status::Vacant, |_| Status::Active) as u32),
            fatigue: [0.0; LANES],
            trust: [trust; LANES],
            last_visit: [BEFORE_THE_FIRST_VISIT; LANES],
            bought: [0; LANES],
            need: [NO_NEED; LANES],
            need_opens: [f64::INFINITY; LANES],
            need_ends: [f64::NEG_INFINITY; LANES],
            gift_read: [0; LANES],
            due: [f32::INFINITY; LANES],
            answered: [0; LANES],
            asked_on: [0; LANES],
            reads: vec![[0.0; LANES]; repeated_contents],
            audience: audience_idx,
            key: audience.key,
            alive: chosen.len() as u32,
            muted: 0,
        }
    }

    /// Whether the member of a lane still lives its days.
    #[inline(always)]
    pub fn is_alive(&self, lane: usize) -> bool {
        self.status[lane] <= Status::Muted as u32
    }

    /// Takes the member of a lane out: it has left, has blocked, or is out of reach.
    ///
    /// # Panics
    /// When nobody lives there.
    pub fn remove(&mut self, lane: usize, to: Status) {
        assert!(self.is_alive(lane), "lane {lane} has status {}", self.status[lane]);
        self.muted -= u32::from(self.status[lane] == Status::Muted as u32);
        self.alive -= 1;
        self.status[lane] = to as u32;
    }

    /// Moves a living member of another block into a lane whose own member is gone.
    fn settle(&mut self, lane: usize, from: &mut Block, place: usize) {
        let muted = from.status[place] == Status::Muted as u32;
        macro_rules! take {
            ($($column:ident)*) => { $( self.$column[lane] = from.$column[place]; )* };
        }
        take!(id group fit frailty patience presence expectation unread_odds status fatigue trust last_visit);
        take!(bought need need_opens need_ends gift_read due answered asked_on);
        for (mine, theirs) in self.reads.iter_mut().zip(&from.reads) {
            mine[lane] = theirs[place];
        }
        self.alive += 1;
        self.muted += u32::from(muted);
        from.remove(place, Status::Vacant);
    }
}

/// Lets the living of the last blocks take the lanes of the gone, so that a day is computed for as few blocks as hold them: up to
/// 1.5 times as fast where half of all leave. Draws follow the member's number, not its lane, so no result changes.
pub fn pack(blocks: &mut Vec<Block>) {
    packed(blocks);
}

/// The same; how many blocks it asked for a free lane.
fn packed(blocks: &mut Vec<Block>) -> usize {
    let alive: usize = blocks.iter().map(|block| block.alive as usize).sum();
    // The first block with a free lane. It only moves on, or every block that goes would search all that stay.
    let (mut free, mut asked) = (0, 0);
    while blocks.len() > alive.div_ceil(LANES) {
        let Some(mut last) = blocks.pop() else { break };
        let mut movers = (0..LANES).filter(|&lane| last.is_alive(lane)).collect::<Vec<usize>>().into_iter();
        while movers.len() > 0 {
            let block = &mut blocks[free];
            for lane in 0..LANES {
                if !block.is_alive(lane)
                    && let Some(place) = movers.next()
                {
                    block.settle(lane, &mut last, place);
                }
            }
            free += usize::from(block.alive as usize == LANES);
            asked += 1;
        }
    }
    asked
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameter::Parameters;
    use crate::population::{Laws, PeopleLaw};
    use crate::units::Channel;

    /// Members by number, with the columns that must have moved along.
    fn living(blocks: &[Block]) -> Vec<(u32, u32, u32, Option<u32>)> {
        let of = |block: &Block, lane: usize| {
            let reads = block.reads.first().map(|reads| reads[lane].to_bits());
            (block.id[lane], block.status[lane], block.frailty[lane].to_bits(), reads)
        };
        let lanes = blocks.iter().flat_map(|block| (0..LANES).map(move |lane| (block, lane)));
        let mut living: Vec<_> =
            lanes.filter(|(block, lane)| block.is_alive(*lane)).map(|(block, lane)| of(block, lane)).collect();
        living.sort_unstable();
        living
    }

    fn blocks_of(n_members: u32) -> Vec<Block> {
        let laws = Laws::new(&Parameters::best(), &[]);
        let people = PeopleLaw { fit: 0.5, fit_spread: 0.0, account_spread: 0.0, relation: 1.0 };
        let audience = Audience::new((&laws, &[]), ([1, 2], [3, 4]), Channel::Direct, (1, n_members), people);
        let people = audience.draw(&laws, 0);
        let everyone: Vec<u32> = (0..n_members).collect();
        let gather = |members: &[u32]| Block::gather((&audience, &people), members, (0, 0), 0.5, 1);
        everyone.chunks(LANES).map(gather).collect()
    }

    /// Searching all that stay for every block that goes would ask 160 x 40 times.
    #[test]
    fn packing_asks_no_block_twice_for_the_same_room() {
        let mut blocks = blocks_of(200 * LANES as u32);
        for block in &mut blocks {
            (0..LANES).filter(|lane| lane % 5 > 0).for_each(|lane| block.remove(lane, Status::Left));
        }
        let asked = packed(&mut blocks);
        assert!(blocks.len() < 45 && asked <= 200, "{asked} times for {} blocks", blocks.len());
    }

    #[test]
    fn packing_keeps_everyone_and_leaves_no_block_too_many() {
        let mut blocks = blocks_of(700);
        for block in &mut blocks {
            for lane in 0..LANES {
                block.reads[0][lane] = block.id[lane] as f32;
                block.last_visit[lane] = -(block.id[lane] as f32);
                if block.is_alive(lane) && block.id[lane] % 5 == 0 {
                    block.status[lane] = Status::Muted as u32;
                    block.muted += 1;
                }
            }
        }
        for share in [3, 2, 1] {
            for block in &mut blocks {
                for lane in 0..LANES {
                    if block.is_alive(lane) && block.id[lane].wrapping_mul(0x9E37_79B9) >> 30 >= share {
                        block.remove(lane, Status::Left);
                    }
                }
            }
            let before = living(&blocks);
            pack(&mut blocks);
            assert_eq!(living(&blocks), before);
            assert_eq!(blocks.len(), before.len().div_ceil(LANES));
            for block in &blocks {
                let here = (0..LANES).filter(|&lane| block.is_alive(lane));
                let muted = here.clone().filter(|&lane| block.status[lane] == Status::Muted as u32);
                assert_eq!((block.alive as usize, block.muted as usize), (here.clone().count(), muted.count()));
                assert!(here.clone().all(|lane| block.last_visit[lane] == -(block.id[lane] as f32)));
            }
        }
    }
}
