//! One object of a schema: what it is called and what is to be said of it.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::attribute::Attribute;
use super::kind::Kind;
use super::name::{Name, quoted};
use super::value::Value;

/// What an object is called: what pairs the objects of two snapshots.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ObjectId {
    /// What it is.
    pub kind: Kind,
    /// The schema that it is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<Name>,
    /// The relation or domain that it is a part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relation: Option<Name>,
    /// Its name, as the catalog spells it; where [`Kind::is_named_in_sql`], as SQL spells it, of routines, operators
    /// and aggregates with the types of their arguments.
    pub name: Name,
}

impl ObjectId {
    /// An object in no schema.
    pub fn global(kind: Kind, name: impl Into<Name>) -> Self {
        Self { kind, schema: None, relation: None, name: name.into() }
    }

    /// An object in a schema.
    pub fn in_schema(kind: Kind, schema: impl Into<Name>, name: impl Into<Name>) -> Self {
        Self { kind, schema: Some(schema.into()), relation: None, name: name.into() }
    }

    /// A part of this relation or domain.
    pub fn part(&self, kind: Kind, name: impl Into<Name>) -> Self {
        Self { kind, schema: self.schema.clone(), relation: Some(self.name.clone()), name: name.into() }
    }

    /// The name of the relation or domain that it is a part of, as SQL: `public.orders`.
    #[must_use]
    pub fn whole(&self) -> Option<String> {
        let relation = self.relation.as_deref()?;
        Some(match self.schema.as_deref() {
            Some(schema) => format!("{}.{}", quoted(schema), quoted(relation)),
            None => quoted(relation).into_owned(),
        })
    }
}

impl PartialOrd for ObjectId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ObjectId {
    /// By kind, then by name from the outside in: the parts of one relation stand together.
    fn cmp(&self, other: &Self) -> Ordering {
        (self.kind.cmp(&other.kind))
            .then_with(|| optional(self.schema.as_ref(), other.schema.as_ref()))
            .then_with(|| optional(self.relation.as_ref(), other.relation.as_ref()))
            .then_with(|| shared(&self.name, &other.name))
    }
}

/// Names are mostly shared within a snapshot, so that the same one need not be read through.
fn shared(left: &Name, right: &Name) -> Ordering {
    if Arc::ptr_eq(left, right) { Ordering::Equal } else { left.cmp(right) }
}

fn optional(left: Option<&Name>, right: Option<&Name>) -> Ordering {
    match (left, right) {
        (Some(left), Some(right)) => shared(left, right),
        (left, right) => left.is_some().cmp(&right.is_some()),
    }
}

impl fmt::Display for ObjectId {
    /// Its qualified name as SQL, parts behind their relation: `public.orders.total`. Not fit for a terminal: names
    /// may hold anything.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for outer in [&self.schema, &self.relation].into_iter().flatten() {
            write!(formatter, "{}.", quoted(outer))?;
        }
        if self.kind.is_named_in_sql() {
            formatter.write_str(&self.name)
        } else {
            formatter.write_str(&quoted(&self.name))
        }
    }
}

/// One object: its identity and what is to be said of it. Equal content makes equal objects.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Object {
    /// What it is called.
    pub id: ObjectId,
    attributes: Box<[(Attribute, Value)]>,
}

impl Object {
    /// An object with these attributes.
    #[must_use]
    pub fn new(id: ObjectId, attributes: Attributes) -> Self {
        let mut attributes = attributes.0;
        attributes.sort_by_key(|(attribute, _)| *attribute);
        debug_assert!(attributes.windows(2).all(|pair| pair[0].0 != pair[1].0), "{id}: an attribute said twice");
        Self { id, attributes: attributes.into() }
    }

    /// What is said of it, in the order of [`Attribute`].
    #[must_use]
    pub fn attributes(&self) -> &[(Attribute, Value)] {
        &self.attributes
    }

    /// The value of an attribute; `None` is the default of its kind.
    #[must_use]
    pub fn get(&self, attribute: Attribute) -> Option<&Value> {
        let at = self.attributes.binary_search_by_key(&attribute, |(attribute, _)| *attribute).ok()?;
        Some(&self.attributes[at].1)
    }

    /// The text of an attribute.
    #[must_use]
    pub fn text(&self, attribute: Attribute) -> Option<&str> {
        self.get(attribute)?.as_text().map(|text| &**text)
    }

    /// Whether a flag is set.
    #[must_use]
    pub fn flag(&self, attribute: Attribute) -> bool {
        self.get(attribute).is_some_and(Value::is_set)
    }

    /// The number of an attribute.
    #[must_use]
    pub fn number(&self, attribute: Attribute) -> Option<i64> {
        self.get(attribute)?.as_number()
    }

    /// The texts of a list or a set; none where nothing is said.
    #[must_use]
    pub fn list(&self, attribute: Attribute) -> &[Name] {
        self.get(attribute).and_then(Value::as_list).unwrap_or_default()
    }

    /// The options of an attribute; none where nothing is said.
    #[must_use]
    pub fn pairs(&self, attribute: Attribute) -> &[(Name, Name)] {
        self.get(attribute).and_then(Value::as_pairs).unwrap_or_default()
    }
}

/// What is to be said of an object, while it is put together. What is the default of a kind is left out: these
/// methods leave out flags that are not set, texts and options that are not there.
#[derive(Debug, Clone, Default)]
pub struct Attributes(Vec<(Attribute, Value)>);

impl Attributes {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether nothing is said yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Says this.
    pub fn set(&mut self, attribute: Attribute, value: impl Into<Value>) {
        self.0.push((attribute, value.into()));
    }

    /// Says it where there is something to say.
    pub fn some(&mut self, attribute: Attribute, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.set(attribute, value);
        }
    }

    /// What is said, but for one attribute.
    #[must_use]
    pub fn without(said: &[(Attribute, Value)], attribute: Attribute) -> Self {
        Self(said.iter().filter(|(one, _)| *one != attribute).cloned().collect())
    }

    /// Whether nothing has been said of this.
    #[must_use]
    pub fn is_silent(&self, attribute: Attribute) -> bool {
        self.0.iter().all(|(said, _)| *said != attribute)
    }

    /// Says it where it is so.
    pub fn flag(&mut self, attribute: Attribute, flag: bool) {
        if flag {
            self.set(attribute, true);
        }
    }

    /// Says a text unless it is empty or the default of the kind.
    pub fn unless(&mut self, attribute: Attribute, text: &str, default: &str) {
        if !text.is_empty() && text != default {
            self.set(attribute, text);
        }
    }

    /// Says a number unless it is the default of the kind.
    pub fn number(&mut self, attribute: Attribute, number: i64, default: i64) {
        if number != default {
            self.set(attribute, number);
        }
    }

    /// Says the options (`key=value`) unless there are none.
    pub fn options<'a>(&mut self, attribute: Attribute, options: impl IntoIterator<Item = &'a str>) {
        let mut options = options.into_iter().peekable();
        if options.peek().is_some() {
            self.set(attribute, Value::options(options));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_reads_as_sql_and_sorts_parts_together() {
        let table = ObjectId::in_schema(Kind::Table, "public", "Order \"x\"");
        let column = table.part(Kind::Column, "select");
        assert_eq!(column.to_string(), "public.\"Order \"\"x\"\"\".\"select\"");
        assert_eq!(column.whole().as_deref(), Some("public.\"Order \"\"x\"\"\""));
        let routine = ObjectId::in_schema(Kind::Function, "a b", "f(integer)");
        assert_eq!(routine.to_string(), "\"a b\".f(integer)");
        assert!(table < column && column < routine);
    }

    #[test]
    fn what_is_default_is_not_said() {
        let mut attributes = Attributes::new();
        attributes.set(Attribute::Owner, "me");
        attributes.flag(Attribute::NotNull, false);
        attributes.unless(Attribute::Storage, "plain", "plain");
        attributes.number(Attribute::Position, 3, 0);
        attributes.options(Attribute::Options, []);
        let object = Object::new(ObjectId::global(Kind::Schema, "s"), attributes);
        assert_eq!(object.attributes().len(), 2);
        assert_eq!(object.text(Attribute::Owner), Some("me"));
        assert_eq!(object.number(Attribute::Position), Some(3));
        assert!(!object.flag(Attribute::NotNull));
    }
}
