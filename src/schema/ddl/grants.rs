//! The SQL that brings one state of grants to another.

use std::collections::{BTreeMap, BTreeSet};

use crate::schema::grants::{Grant, word};
use crate::schema::name::quoted;

/// Privileges by who granted them to whom.
type Granted = BTreeMap<(String, Option<String>), BTreeMap<char, bool>>;

fn granted(items: &[Grant]) -> Granted {
    let mut granted = Granted::new();
    for item in items {
        let key = (item.grantor.clone(), item.grantee.clone());
        let privileges = granted.entry(key).or_default();
        for (letter, may_pass_on) in &item.privileges {
            *privileges.entry(*letter).or_default() |= may_pass_on;
        }
    }
    granted
}

/// What the grants are after an owner has been changed: the server puts the new one in the old one's place.
#[must_use]
pub fn with_owner(items: &[Grant], old: &str, new: &str) -> Vec<Grant> {
    let replaced = |name: &String| if name == old { new.to_owned() } else { name.clone() };
    items
        .iter()
        .map(|item| Grant {
            grantee: item.grantee.as_ref().map(replaced),
            privileges: item.privileges.clone(),
            grantor: replaced(&item.grantor),
        })
        .collect()
}

/// What is granted on: `TABLE public.orders`, and of a column its name.
#[derive(Debug, Clone)]
pub struct Target {
    /// The object, with its keyword.
    pub object: String,
    /// The column, quoted.
    pub column: Option<String>,
    /// The object's owner: who grants unless somebody else does.
    pub owner: String,
}

/// The statements that bring one state of grants to another.
#[must_use]
pub fn statements(target: &Target, have: &[Grant], want: &[Grant]) -> Vec<String> {
    statements_with(target, have, want, &BTreeSet::new())
}

/// The same, where it is not known what some grantees have: all of it is taken from them first.
#[must_use]
pub fn statements_with(
    target: &Target,
    have: &[Grant],
    want: &[Grant],
    uncertain: &BTreeSet<Option<String>>,
) -> Vec<String> {
    let (mut have, want) = (granted(have), granted(want));
    have.retain(|(_, grantee), _| !uncertain.contains(grantee));
    let mut statements = Vec::new();
    for grantee in uncertain {
        statements.push(format!("REVOKE ALL{} ON {} FROM {}", columns(target), target.object, name(grantee.as_ref())));
    }
    let none = BTreeMap::new();
    // What others have passed on goes before what they had it from, and comes after it.
    let by_owner = |(grantor, _): &(String, Option<String>)| *grantor == target.owner;
    let mut losers: Vec<_> = have.keys().collect();
    losers.sort_by_key(|key| by_owner(key));
    for key in losers {
        let (had, wanted) = (&have[key], want.get(key).unwrap_or(&none));
        let lost: Vec<char> = had.keys().filter(|letter| !wanted.contains_key(letter)).copied().collect();
        let narrowed: Vec<char> = had
            .iter()
            .filter(|(letter, may)| **may && wanted.get(letter) == Some(&false))
            .map(|(one, _)| *one)
            .collect();
        revoke(&mut statements, target, key, &narrowed, "GRANT OPTION FOR ");
        revoke(&mut statements, target, key, &lost, "");
    }
    let mut winners: Vec<_> = want.keys().collect();
    winners.sort_by_key(|key| !by_owner(key));
    for key in winners {
        let (wanted, had) = (&want[key], have.get(key).unwrap_or(&none));
        for may_pass_on in [false, true] {
            let won: Vec<char> = wanted
                .iter()
                .filter(|(letter, may)| **may == may_pass_on && had.get(letter).is_none_or(|had| !had && may_pass_on))
                .map(|(letter, _)| *letter)
                .collect();
            let option = if may_pass_on { " WITH GRANT OPTION" } else { "" };
            if let Some(list) = list(target, &won) {
                let statement = format!("GRANT {list} ON {} TO {}{option}", target.object, name(key.1.as_ref()));
                push_as(&mut statements, target, &key.0, statement);
            }
        }
    }
    statements
}

fn revoke(statements: &mut Vec<String>, target: &Target, key: &(String, Option<String>), letters: &[char], what: &str) {
    if let Some(list) = list(target, letters) {
        let statement = format!("REVOKE {what}{list} ON {} FROM {}", target.object, name(key.1.as_ref()));
        push_as(statements, target, &key.0, statement);
    }
}

/// A grant is its owner's unless it is made as somebody else.
fn push_as(statements: &mut Vec<String>, target: &Target, grantor: &str, statement: String) {
    if *grantor == target.owner {
        statements.push(statement);
    } else {
        statements.push(format!("SET ROLE {}", quoted(grantor)));
        statements.push(statement);
        statements.push("RESET ROLE".to_owned());
    }
}

fn name(grantee: Option<&String>) -> String {
    grantee.map_or_else(|| "PUBLIC".to_owned(), |grantee| quoted(grantee).into_owned())
}

fn columns(target: &Target) -> String {
    target.column.as_ref().map_or_else(String::new, |column| format!(" ({column})"))
}

fn list(target: &Target, letters: &[char]) -> Option<String> {
    let words: Vec<String> =
        letters.iter().filter_map(|letter| word(*letter)).map(|word| format!("{word}{}", columns(target))).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(texts: &[&str]) -> Vec<Grant> {
        texts.iter().map(|text| Grant::parse(text).unwrap()).collect()
    }

    fn target() -> Target {
        Target { object: "TABLE t".to_owned(), column: None, owner: "me".into() }
    }

    #[test]
    fn only_what_differs_is_said() {
        let have = items(&["me=arw/me", "reader=r*/me", "other=r/reader"]);
        let want = items(&["me=arw/me", "reader=r/me", "=r/me", "writer=a*w/me"]);
        let told = statements(&target(), &have, &want);
        assert_eq!(
            told,
            [
                "SET ROLE reader",
                "REVOKE SELECT ON TABLE t FROM other",
                "RESET ROLE",
                "REVOKE GRANT OPTION FOR SELECT ON TABLE t FROM reader",
                "GRANT SELECT ON TABLE t TO PUBLIC",
                "GRANT UPDATE ON TABLE t TO writer",
                "GRANT INSERT ON TABLE t TO writer WITH GRANT OPTION",
            ]
        );
    }

    #[test]
    fn a_new_owner_takes_the_place_of_the_old_one() {
        let after = with_owner(&items(&["me=r/me", "x=r/me"]), "me", "you");
        assert_eq!(after, items(&["you=r/you", "x=r/you"]));
    }
}
