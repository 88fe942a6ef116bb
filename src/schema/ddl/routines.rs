//! Functions, procedures, aggregates.

use super::types::properties;
use super::{Alteration, Family, Pair, drop_plain, nothing};
use crate::schema::attribute::Attribute;
use crate::schema::kind::Kind;
use crate::schema::name::{bare_name, literal, quoted};
use crate::schema::object::{Object, ObjectId};
use crate::schema::snapshot::Snapshot;

pub(super) const FAMILY: Family = Family {
    kinds: &[Kind::Function, Kind::Procedure, Kind::Aggregate],
    create,
    complete: nothing,
    alter,
    drop: drop_plain,
};

/// The statements that make a routine.
fn create(object: &Object, _: &Snapshot) -> Vec<String> {
    if object.id.kind == Kind::Aggregate {
        return vec![format!("CREATE AGGREGATE {} ({})", signature(object), properties(object))];
    }
    vec![definition(object, "CREATE")]
}

fn alter(pair: Pair<'_>) -> Alteration {
    let Pair { from, to, .. } = pair;
    if super::common::own_changes(pair).is_empty() {
        return Alteration::default();
    }
    if let Some(remade) = pair.remade_by(&[Attribute::Result, Attribute::Window, Attribute::Properties]) {
        return remade;
    }
    let arguments = |object: &Object| object.text(Attribute::Arguments).unwrap_or_default().to_owned();
    if to.id.kind == Kind::Aggregate || !arguments_fit(&arguments(from), &arguments(to)) {
        return Alteration::remake("Its arguments change, and a routine that is replaced must keep them.");
    }
    Alteration::of(vec![definition(to, "CREATE OR REPLACE")])
}

/// Whether `CREATE OR REPLACE` takes the new arguments: no name of an argument has changed, none was taken away a
/// default. Whatever is not plainly so is made again.
fn arguments_fit(old: &str, new: &str) -> bool {
    let (old, new) = (split(old), split(new));
    old.len() == new.len()
        && old.iter().zip(&new).all(|(old, new)| {
            let (old, new) = (old.split_once(" DEFAULT "), new.split_once(" DEFAULT ").unwrap_or((new, "")));
            match old {
                Some((old, _)) => old == new.0 && !new.1.is_empty(),
                None => true,
            }
        })
        && old.iter().zip(&new).all(|(old, new)| head(old) == head(new))
}

/// An argument without its default.
fn head(argument: &str) -> &str {
    argument.split_once(" DEFAULT ").map_or(argument, |(head, _)| head)
}

/// A list's elements: commas within brackets and quotes part nothing.
fn split(list: &str) -> Vec<&str> {
    let (mut elements, mut depth, mut start, mut quote) = (Vec::new(), 0_usize, 0, None);
    for (at, character) in list.char_indices() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(character),
            (None, '(' | '[') => depth += 1,
            (None, ')' | ']') => depth = depth.saturating_sub(1),
            (None, ',') if depth == 0 => {
                elements.push(list[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    if !list.trim().is_empty() {
        elements.push(list[start..].trim());
    }
    elements
}

/// The name with the arguments as they were written.
fn signature(object: &Object) -> String {
    format!("{}({})", routine_name(&object.id), object.text(Attribute::Arguments).unwrap_or_default())
}

/// The name of a routine without its arguments, as SQL: `public.f` of `public.f(integer)`.
pub(in crate::schema) fn routine_name(id: &ObjectId) -> String {
    let bare = bare_name(&id.name);
    id.schema.as_ref().map_or_else(|| bare.to_owned(), |schema| format!("{}.{bare}", quoted(schema)))
}

/// A procedure by the types of what it takes, each with its mode. Servers from 14 on take types without modes also for
/// those of all arguments, of what is given back too: two procedures may fit then.
pub(super) fn procedure_name(id: &ObjectId) -> String {
    let types = &id.name[bare_name(&id.name).len()..];
    let types = types.strip_prefix('(').and_then(|types| types.strip_suffix(')')).unwrap_or_default();
    let types: Vec<String> = split(types).iter().map(|one| format!("IN {one}")).collect();
    format!("{}({})", routine_name(id), types.join(", "))
}

fn definition(object: &Object, verb: &str) -> String {
    let is_function = object.id.kind == Kind::Function;
    let mut sql = format!("{verb} {} {}", object.id.kind.word().to_uppercase(), signature(object));
    if let Some(result) = object.text(Attribute::Result).filter(|_| is_function) {
        sql.push_str(&format!("\n    RETURNS {result}"));
    }
    let language = object.text(Attribute::Language).unwrap_or_default();
    sql.push_str(&format!("\n    LANGUAGE {}", quoted(language)));
    let transforms = object.list(Attribute::Transforms);
    if !transforms.is_empty() {
        let types: Vec<String> = transforms.iter().map(|name| format!("FOR TYPE {name}")).collect();
        sql.push_str(&format!("\n    TRANSFORM {}", types.join(", ")));
    }
    for (attribute, word) in [
        (Attribute::Window, "WINDOW"),
        (Attribute::Strict, "STRICT"),
        (Attribute::SecurityDefiner, "SECURITY DEFINER"),
        (Attribute::Leakproof, "LEAKPROOF"),
    ] {
        if object.flag(attribute) {
            sql.push_str(&format!(" {word}"));
        }
    }
    for (attribute, word) in [
        (Attribute::Volatility, ""),
        (Attribute::Parallel, "PARALLEL "),
        (Attribute::Cost, "COST "),
        (Attribute::Rows, "ROWS "),
        (Attribute::Support, "SUPPORT "),
    ] {
        if let Some(value) = object.text(attribute) {
            let value = if matches!(attribute, Attribute::Support) { value.to_owned() } else { value.to_uppercase() };
            sql.push_str(&format!(" {word}{value}"));
        }
    }
    for setting in object.list(Attribute::Settings) {
        sql.push_str(&format!("\n    SET {}", super::settings::assignment(setting)));
    }
    if let Some(body) = object.text(Attribute::ParsedBody) {
        sql.push_str(&format!("\n{body}"));
    } else if let Some(library) = object.text(Attribute::Library) {
        let symbol = object.text(Attribute::Body).unwrap_or_default();
        sql.push_str(&format!("\nAS {}, {}", literal(library), literal(symbol)));
    } else {
        let body = object.text(Attribute::Body).unwrap_or_default();
        let plain = matches!(language, "internal" | "c");
        sql.push_str(&format!("\nAS {}", if plain { literal(body) } else { dollar_quoted(body) }));
    }
    sql
}

/// A body between dollars that do not occur in it.
fn dollar_quoted(body: &str) -> String {
    let mut tag = String::from("$function$");
    let mut number = 0;
    // A dollar at the body's end would join the closing tag.
    while body.contains(tag.trim_end_matches('$')) {
        number += 1;
        tag = format!("$function_{number}$");
    }
    format!("{tag}{body}{tag}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("a integer, b text DEFAULT 'x, y'::text", "a integer, b text DEFAULT 'z'::text", true)]
    #[case("a integer", "a integer DEFAULT 1", true)]
    #[case("a integer DEFAULT 1", "a integer", false)]
    #[case("a integer", "b integer", false)]
    #[case("integer", "a integer", false)]
    #[case("a numeric(1,2)", "a numeric(1,2)", true)]
    #[case("", "", true)]
    fn arguments_that_can_be_replaced(#[case] old: &str, #[case] new: &str, #[case] fit: bool) {
        assert_eq!(arguments_fit(old, new), fit);
    }

    #[test]
    fn a_body_is_quoted_by_what_is_not_in_it() {
        assert_eq!(dollar_quoted("x"), "$function$x$function$");
        assert_eq!(dollar_quoted("$function$"), "$function_1$$function$$function_1$");
    }
}
