//! Putting actions in order: what must come before comes before; what need not, stays in the order of its rank.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

/// What must come before what, by places. Where many wait for many, a gate stands between them, so that there are as
/// many edges as there are places and not as many as there are pairs.
#[derive(Debug)]
pub struct Edges {
    pairs: HashSet<(usize, usize)>,
    /// How many places there are, gates included.
    count: usize,
}

impl Edges {
    /// No edge between this many places.
    pub fn new(count: usize) -> Self {
        Self { pairs: HashSet::new(), count }
    }

    /// The one before the other, if both are there.
    pub fn before(&mut self, first: Option<&usize>, second: Option<&usize>) {
        if let (Some(first), Some(second)) = (first, second)
            && first != second
        {
            self.pairs.insert((*first, *second));
        }
    }

    /// Each of these before each of those; none is among both.
    pub fn all_before(&mut self, firsts: &[usize], seconds: &[usize]) {
        if firsts.len() * seconds.len() <= firsts.len() + seconds.len() {
            self.pairs.extend(firsts.iter().flat_map(|first| seconds.iter().map(|second| (*first, *second))));
            return;
        }
        let gate = self.count;
        self.count += 1;
        self.pairs.extend(firsts.iter().map(|first| (*first, gate)));
        self.pairs.extend(seconds.iter().map(|second| (gate, *second)));
    }
}

/// The places of actions in an order that keeps every edge (the first before the second), the lowest rank first
/// where there is a choice. Where actions wait for one another in a circle, the one of the lowest rank goes first.
pub fn ordered<R: Ord>(ranks: &[R], edges: &Edges) -> Vec<usize> {
    let count = edges.count;
    let mut waits = vec![0_usize; count];
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (first, second) in &edges.pairs {
        waits[*second] += 1;
        after[*first].push(*second);
        before[*second].push(*first);
    }
    // A gate has no rank, and opens as soon as it can.
    let mut ready: BinaryHeap<Reverse<(Option<&R>, usize)>> = BinaryHeap::new();
    let mut is_done = vec![false; count];
    for place in (0..count).filter(|place| waits[*place] == 0) {
        ready.push(Reverse((ranks.get(place), place)));
    }
    let mut order = Vec::with_capacity(ranks.len());
    while order.len() < ranks.len() {
        let Some(Reverse((_, place))) = ready.pop() else {
            let stuck = circle(count, &before, &is_done)
                .into_iter()
                .min_by_key(|place| (*place >= ranks.len(), waits[*place], ranks.get(*place)));
            let Some(stuck) = stuck else { break };
            waits[stuck] = 0;
            ready.push(Reverse((ranks.get(stuck), stuck)));
            continue;
        };
        if std::mem::replace(&mut is_done[place], true) {
            continue;
        }
        if place < ranks.len() {
            order.push(place);
        }
        for next in &after[place] {
            waits[*next] = waits[*next].saturating_sub(1);
            if waits[*next] == 0 && !is_done[*next] {
                ready.push(Reverse((ranks.get(*next), *next)));
            }
        }
    }
    order
}

/// Some places that wait for one another in a circle, where everything that is not done waits for something.
fn circle(count: usize, before: &[Vec<usize>], is_done: &[bool]) -> Vec<usize> {
    let Some(mut place) = (0..count).find(|place| !is_done[*place]) else { return Vec::new() };
    let (mut path, mut seen) = (Vec::new(), HashMap::new());
    while !seen.contains_key(&place) {
        seen.insert(place, path.len());
        path.push(place);
        match before[place].iter().find(|one| !is_done[**one]) {
            Some(next) => place = *next,
            None => return vec![place],
        }
    }
    path.split_off(seen[&place])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_are_kept_ranks_decide_and_circles_are_broken() {
        let edges = |pairs: &[(usize, usize)]| {
            let mut edges = Edges::new(3);
            pairs.iter().for_each(|(first, second)| edges.before(Some(first), Some(second)));
            edges
        };
        assert_eq!(ordered(&[2, 1, 0], &edges(&[(0, 2)])), [1, 0, 2]);
        assert_eq!(ordered(&[1, 0, 2], &edges(&[(0, 1), (1, 0), (1, 2)])), [1, 0, 2]);
    }

    #[test]
    fn many_wait_for_many_by_way_of_a_gate() {
        let mut edges = Edges::new(5);
        edges.all_before(&[3, 4], &[0, 1, 2]);
        assert_eq!(edges.pairs.len(), 5);
        assert_eq!(ordered(&[0, 1, 2, 4, 3], &edges), [4, 3, 0, 1, 2]);
    }
}
