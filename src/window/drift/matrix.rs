//! Every environment, and the files, against all others: one pair at a time, each environment read once.

use std::collections::HashMap;
use std::sync::Arc;

use super::handle::{NewsOf, Task, on_thread};
use super::progress::nobody;
use super::side::{self, Seen, Side};
use super::watch::Outcome;
use super::{compare_seen, scope};
use crate::window::context::Context;

/// What has a row and a column in the matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Member {
    /// What the files make.
    Files,
    /// The environment at this place of the configuration.
    Environment(usize),
}

/// Two members that are compared, the left one first.
pub type Pair = (Member, Member);

/// Every pair of so many environments and the files, in the order in which they are compared.
pub fn pairs(environments: usize) -> Vec<Pair> {
    let members = || std::iter::once(Member::Files).chain((0..environments).map(Member::Environment));
    members().flat_map(|left| members().filter(move |right| left < *right).map(move |right| (left, right))).collect()
}

/// What filling the matrix tells.
#[derive(Debug, Clone)]
pub enum MatrixNews {
    /// An environment is read.
    Reading(usize),
    /// A pair is compared.
    Comparing(Pair),
    /// It was compared.
    Compared(Pair, Arc<Outcome>),
    /// It could not be, and why.
    NotCompared(Pair, String),
    /// Every pair had its turn. Nothing follows.
    Filled,
    /// It broke off. Nothing follows.
    Broken(String),
}

/// Begins to compare these pairs, one after another. The news end with [`MatrixNews::Filled`], or without a word when it
/// was given up.
pub fn fill(context: Arc<Context>, pairs: Vec<Pair>) -> (Task, NewsOf<MatrixNews>) {
    on_thread("matrix", MatrixNews::Broken, async move |tell| fill_telling(&context, pairs, tell).await)
}

/// An environment as it was read, or why it could not be.
type Read = Result<Seen, String>;

async fn fill_telling(context: &Context, pairs: Vec<Pair>, tell: &(dyn Fn(MatrixNews) + Sync)) -> MatrixNews {
    let catalogue = match super::catalogue(context).await {
        Ok(catalogue) => catalogue,
        Err(error) => return MatrixNews::Broken(error.to_string()),
    };
    let scope = scope(context);
    let mut read: HashMap<usize, Read> = HashMap::new();
    for pair in pairs {
        for member in [pair.0, pair.1] {
            let Member::Environment(place) = member else { continue };
            let Some(environment) = context.config.environments.get(place) else { continue };
            if read.contains_key(&place) {
                continue;
            }
            tell(MatrixNews::Reading(place));
            let side = Side::Environment(Box::new(environment.clone()));
            let seen = side::read(context, &side, &catalogue, &scope).await;
            read.insert(place, seen.map_err(|error| format!("{} could not be read. {error}", environment.name)));
        }
        tell(MatrixNews::Comparing(pair));
        let seen = |member: Member| match member {
            Member::Files => Ok(Seen::Files),
            Member::Environment(place) => read.get(&place).cloned().unwrap_or_else(|| Err("It is gone.".to_owned())),
        };
        let compared = match (seen(pair.0), seen(pair.1)) {
            (Ok(left), Ok(right)) => {
                let compared = compare_seen(context, &catalogue, left, right, &nobody).await;
                compared.map_err(|error| error.to_string())
            }
            (Err(why), _) | (_, Err(why)) => Err(why),
        };
        tell(match compared {
            Ok(comparison) => MatrixNews::Compared(pair, Arc::new(Outcome::of(comparison))),
            Err(why) => MatrixNews::NotCompared(pair, why),
        });
    }
    MatrixNews::Filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_two_are_a_pair_once() {
        use Member::{Environment, Files};
        assert_eq!(pairs(0), []);
        assert_eq!(pairs(1), [(Files, Environment(0))]);
        let three = [(Files, Environment(0)), (Files, Environment(1)), (Environment(0), Environment(1))];
        assert_eq!(pairs(2), three);
        assert_eq!(pairs(5).len(), 15);
    }
}
