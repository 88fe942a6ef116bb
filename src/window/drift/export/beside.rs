//! Two definitions beside one another, line by line.

use similar::{ChangeTag, TextDiff};

use crate::schema::ObjectId;
use crate::schema::ddl::definition;
use crate::window::drift::Comparison;

/// One line of both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The left side's line, where it has one.
    pub left: Option<String>,
    /// The right side's line, where it has one.
    pub right: Option<String>,
}

impl Row {
    /// Whether both sides say the same here.
    pub fn is_same(&self) -> bool {
        self.left == self.right
    }
}

/// An object's definition on both sides; empty where a side has none.
pub fn definitions(comparison: &Comparison, id: &ObjectId) -> (String, String) {
    let of =
        |schema: &crate::schema::Snapshot| schema.get(id).map(|object| definition(object, schema)).unwrap_or_default();
    (of(&comparison.left_schema), of(&comparison.right_schema))
}

/// Puts two texts beside one another: equal lines stand in one row.
pub fn rows(left: &str, right: &str) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    // Lines of the left side that wait for one of the right side to stand beside.
    let mut open = 0;
    for change in TextDiff::from_lines(left, right).iter_all_changes() {
        let line = change.value().trim_end_matches(['\n', '\r']).to_owned();
        match change.tag() {
            ChangeTag::Equal => {
                open = 0;
                rows.push(Row { left: Some(line.clone()), right: Some(line) });
            }
            ChangeTag::Delete => {
                open += 1;
                rows.push(Row { left: Some(line), right: None });
            }
            ChangeTag::Insert if open > 0 => {
                let at = rows.len() - open;
                rows[at].right = Some(line);
                open -= 1;
            }
            ChangeTag::Insert => rows.push(Row { left: None, right: Some(line) }),
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_lines_stand_beside_one_another() {
        let row = |left: &str, right: &str| {
            let side = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            Row { left: side(left), right: side(right) }
        };
        assert_eq!(
            rows("a\nb\nc\nd\n", "a\nx\nd\ne"),
            [row("a", "a"), row("b", "x"), row("c", ""), row("d", "d"), row("", "e")]
        );
        assert!(rows("", "").is_empty());
    }
}
