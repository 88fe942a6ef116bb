//! How values are brought from one type to another.

use super::Pair;
use crate::schema::attribute::Attribute;
use crate::schema::kind::Kind;
use crate::schema::name::dotted;
use crate::schema::object::ObjectId;
use crate::schema::snapshot::Snapshot;

/// Types of which any can be cast to any other one of the same row.
const FAMILIES: &[&[&str]] = &[
    &["smallint", "integer", "bigint", "numeric", "real", "double precision", "money"],
    &["integer", "boolean"],
    &["integer", "bigint", "oid", "regclass", "regtype", "regproc", "regprocedure", "regrole", "regnamespace"],
    &["integer", "bigint", "bit", "bit varying"],
    &["date", "timestamp without time zone", "timestamp with time zone"],
    &["timestamp without time zone", "timestamp with time zone", "time without time zone"],
    &["time without time zone", "time with time zone", "timestamp with time zone", "interval"],
    &["json", "jsonb"],
    &["inet", "cidr"],
    &["macaddr", "macaddr8"],
];

/// Types of strings: to and from them, everything can be cast.
const STRINGS: &[&str] = &["text", "character varying", "character", "name", "\"char\"", "citext"];

/// A column's value as one of its new type: by a cast where there is one, by way of text where there is none.
pub fn converted(pair: Pair<'_>, column: &str) -> String {
    let from = pair.from.text(Attribute::DataType).unwrap_or_default();
    let to = pair.to.text(Attribute::DataType).unwrap_or_default();
    let is_array = |name: &str| name.ends_with("[]");
    let (base, target) = (base(from, pair.from_schema), base(to, pair.to_schema));
    let is_string = |name: &str| STRINGS.contains(&name) || name.ends_with(".citext");
    let is_castable = base == target
        || is_string(&base)
        || is_string(&target)
        || FAMILIES.iter().any(|family| family.contains(&&*base) && family.contains(&&*target))
        || [pair.from_schema, pair.to_schema].iter().any(|schema| is_cast(&base, &target, schema));
    if is_castable && is_array(from) == is_array(to) {
        format!("{column}::{to}")
    } else {
        format!("{column}::text::{to}")
    }
}

/// Whether values of the one type can be compared with those of the other: a foreign key between them may stay.
#[must_use]
pub fn are_comparable(from: &str, to: &str, from_schema: &Snapshot, to_schema: &Snapshot) -> bool {
    let (base, target) = (base(from, from_schema), base(to, to_schema));
    let numbers = &FAMILIES[0][..3];
    let strings = &STRINGS[..2];
    base == target || [numbers, strings].iter().any(|family| family.contains(&&*base) && family.contains(&&*target))
}

/// A type without its modifiers and dimensions; of a domain, what it is over.
fn base(data_type: &str, schema: &Snapshot) -> String {
    let mut name = data_type.trim_end_matches("[]").to_owned();
    // As many times as domains can sensibly stand upon domains.
    for _ in 0..16 {
        let Ok([of_schema, domain]) = <[_; 2]>::try_from(dotted(&name)) else { break };
        let domain = schema.get(&ObjectId::in_schema(Kind::Domain, of_schema, domain));
        let Some(over) = domain.and_then(|domain| domain.text(Attribute::DataType)) else { break };
        name = over.trim_end_matches("[]").to_owned();
    }
    match (name.find('('), name.find(')')) {
        (Some(open), Some(close)) if open < close && !name.starts_with('"') => {
            format!("{}{}", name[..open].trim_end(), &name[close + 1..])
        }
        _ => name,
    }
}

/// Whether the schema has a cast of its own.
fn is_cast(from: &str, to: &str, schema: &Snapshot) -> bool {
    schema.get(&ObjectId::global(Kind::Cast, format!("{from} AS {to}"))).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::object::{Attributes, Object};
    use crate::schema::snapshot::Version;
    use rstest::rstest;

    #[rstest]
    #[case("integer", "bigint", "a::bigint")]
    #[case("integer", "uuid", "a::text::uuid")]
    #[case("uuid", "character varying(40)", "a::character varying(40)")]
    #[case("timestamp(3) with time zone", "date", "a::date")]
    #[case("numeric(10,2)[]", "integer[]", "a::integer[]")]
    #[case("integer", "integer[]", "a::text::integer[]")]
    #[case("public.positive", "bigint", "a::bigint")]
    #[case("public.mood", "integer", "a::text::integer")]
    fn a_value_is_cast_or_read_anew(#[case] from: &str, #[case] to: &str, #[case] expected: &str) {
        let column = |data_type: &str| {
            let mut attributes = Attributes::new();
            attributes.set(Attribute::DataType, data_type);
            Object::new(ObjectId::in_schema(Kind::Table, "public", "t").part(Kind::Column, "a"), attributes)
        };
        let mut attributes = Attributes::new();
        attributes.set(Attribute::DataType, "integer");
        let domain = Object::new(ObjectId::in_schema(Kind::Domain, "public", "positive"), attributes);
        let schema = Snapshot::new(Version { major: 15, minor: 1 }, "db", vec![domain], Vec::new(), Vec::new());
        let (from, to) = (column(from), column(to));
        let pair = Pair { from: &from, to: &to, from_schema: &schema, to_schema: &schema };
        assert_eq!(converted(pair, "a"), expected);
    }
}
