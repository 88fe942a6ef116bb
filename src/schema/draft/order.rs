//! Putting actions in order: what must come before comes before; what need not, stays in the order of its rank.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};

/// The places of `count` actions in an order that keeps every edge (the first before the second), the lowest rank first
/// where there is a choice. Where actions wait for one another in a circle, the one of the lowest rank goes first.
pub fn ordered<R: Ord + Clone>(ranks: &[R], edges: &HashSet<(usize, usize)>) -> Vec<usize> {
    let count = ranks.len();
    let mut waits = vec![0_usize; count];
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (first, second) in edges.iter().filter(|(first, second)| first != second) {
        waits[*second] += 1;
        after[*first].push(*second);
    }
    let mut ready: BinaryHeap<Reverse<(R, usize)>> = BinaryHeap::new();
    let mut is_done = vec![false; count];
    for place in (0..count).filter(|place| waits[*place] == 0) {
        ready.push(Reverse((ranks[place].clone(), place)));
    }
    let mut order = Vec::with_capacity(count);
    while order.len() < count {
        let Some(Reverse((_, place))) = ready.pop() else {
            let stuck = (0..count).filter(|place| !is_done[*place]).min_by_key(|place| (waits[*place], &ranks[*place]));
            let Some(stuck) = stuck else { break };
            waits[stuck] = 0;
            ready.push(Reverse((ranks[stuck].clone(), stuck)));
            continue;
        };
        if std::mem::replace(&mut is_done[place], true) {
            continue;
        }
        order.push(place);
        for next in &after[place] {
            waits[*next] = waits[*next].saturating_sub(1);
            if waits[*next] == 0 && !is_done[*next] {
                ready.push(Reverse((ranks[*next].clone(), *next)));
            }
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_are_kept_ranks_decide_and_circles_are_broken() {
        assert_eq!(ordered(&[2, 1, 0], &HashSet::from([(0, 2)])), [1, 0, 2]);
        assert_eq!(ordered(&[1, 0, 2], &HashSet::from([(0, 1), (1, 0), (1, 2)])), [1, 0, 2]);
    }
}
