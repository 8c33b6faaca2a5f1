//! Which targets exclude each other, as far as the runs can tell.
//!
//! Comes in: which targets each run meets, and by how much it misses the others. Goes out: the best run (minimax), and the
//! smallest sets of targets that no run meets together though each of them is met by some run. Absence among finitely many runs
//! proves nothing; the number of runs is given so that it can be judged.

use serde::Serialize;

/// What stands in the way of a plausible point.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Conflicts {
    /// Runs looked at.
    pub n_runs: usize,
    /// The run whose worst implausibility is least, in the order of the runs; `None` where every run lacks an output.
    pub best_run: Option<usize>,
    /// Implausibility of each target in that run; `None` where it has no output.
    pub missed_by: Vec<Option<f64>>,
    /// Targets that no run meets.
    pub never_met: Vec<usize>,
    /// Pairs that no run meets together though each target is met by some run; where there are none, such sets of three. Those
    /// which the emulators exclude most clearly come first.
    pub sets: Vec<Exclusion>,
}

/// Targets that no run meets together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Exclusion {
    /// Indices of the targets.
    pub targets: Vec<usize>,
    /// Least worst implausibility of these targets alone that the first wave's emulators, which know the whole box, find anywhere:
    /// from the cutoff on they exclude each other, below it the runs may only be too few. `None` before the first wave.
    pub emulated: Option<f64>,
}

/// Finds them, with nothing emulated. `implausibility` holds one row a run; a target is met below `cutoff`.
pub(super) fn conflicts(implausibility: &[Vec<Option<f64>>], n_targets: usize, cutoff: f64) -> Conflicts {
    let worst = |row: &Vec<Option<f64>>| row.iter().try_fold(0.0, |worst, i| i.map(|i| f64::max(worst, i)));
    let ranked = implausibility.iter().enumerate().filter_map(|(run, row)| worst(row).map(|worst| (worst, run)));
    let best_run = ranked.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))).map(|(_, run)| run);
    let met: Vec<Bits> =
        (0..n_targets).map(|t| Bits::of(implausibility.iter().map(|row| row[t].is_some_and(|i| i < cutoff)))).collect();
    let (able, never_met): (Vec<usize>, Vec<usize>) = (0..n_targets).partition(|t| met[*t].any());
    let mut sets = Vec::new();
    for (i, a) in able.iter().enumerate() {
        sets.extend(able[i + 1..].iter().filter(|b| !met[*a].and(&met[**b]).any()).map(|b| vec![*a, *b]));
    }
    if sets.is_empty() {
        for (i, a) in able.iter().enumerate() {
            for (j, b) in able.iter().enumerate().skip(i + 1) {
                let both = met[*a].and(&met[*b]);
                sets.extend(able[j + 1..].iter().filter(|c| !both.and(&met[**c]).any()).map(|c| vec![*a, *b, *c]));
            }
        }
    }
    let missed_by = best_run.map_or_else(|| vec![None; n_targets], |run| implausibility[run].clone());
    let sets = sets.into_iter().map(|targets| Exclusion { targets, emulated: None }).collect();
    Conflicts { n_runs: implausibility.len(), best_run, missed_by, never_met, sets }
}

/// One bit a run.
struct Bits(Vec<u64>);

impl Bits {
    fn of(bits: impl Iterator<Item = bool>) -> Self {
        let mut words = Vec::new();
        for (i, bit) in bits.enumerate() {
            if i % 64 == 0 {
                words.push(0);
            }
            words[i / 64] |= u64::from(bit) << (i % 64);
        }
        Self(words)
    }

    fn and(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(a, b)| a & b).collect())
    }

    fn any(&self) -> bool {
        self.0.iter().any(|word| *word != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sets(conflicts: &Conflicts) -> Vec<&[usize]> {
        conflicts.sets.iter().map(|set| set.targets.as_slice()).collect()
    }

    fn found(rows: &[[f64; 3]]) -> Conflicts {
        let rows: Vec<Vec<Option<f64>>> = rows.iter().map(|row| row.iter().copied().map(Some).collect()).collect();
        conflicts(&rows, 3, 3.0)
    }

    #[test]
    fn a_pair_met_only_apart_is_named() {
        let found = found(&[[1.0, 9.0, 0.0], [8.0, 2.0, 0.0], [4.0, 5.0, 1.0]]);
        assert_eq!((sets(&found), &found.never_met), (vec![&[0, 1][..]], &vec![]));
        assert_eq!((found.best_run, found.missed_by), (Some(2), vec![Some(4.0), Some(5.0), Some(1.0)]));
    }

    #[test]
    fn three_of_which_any_two_agree_are_named_as_three() {
        let found = found(&[[1.0, 1.0, 9.0], [9.0, 1.0, 1.0], [1.0, 9.0, 1.0]]);
        assert_eq!(sets(&found), vec![&[0, 1, 2][..]]);
    }

    #[test]
    fn a_target_out_of_reach_conflicts_with_nothing() {
        let found = found(&[[1.0, 1.0, 9.0], [9.0, 1.0, 7.0]]);
        assert!(found.sets.is_empty() && found.never_met == [2]);
    }

    #[test]
    fn a_run_without_an_output_is_not_the_best() {
        let found = conflicts(&[vec![Some(0.0), None], vec![Some(9.0), Some(9.0)]], 2, 3.0);
        assert_eq!((found.best_run, found.never_met), (Some(1), vec![1]));
    }
}
