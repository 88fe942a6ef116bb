//! What to replay so that a drift can be explained: pure, from what each side has in effect.
//!
//! A course is a replay from nothing: first what a side has in effect, in the order in which it came there, then one by
//! one what that side lacks and the other has. The state after the first part is what the side should look like; each
//! further migration shows what it makes, and so explains what differs for want of it.

use std::collections::HashSet;

pub use crate::schema::diff::Side as Which;

/// What a side has in effect, as far as it is known.
#[derive(Debug, Clone, Copy)]
pub enum InEffect<'a> {
    /// These migrations, by their names, in the order in which they were applied.
    These(&'a [String]),
    /// Every migration of the project: the side is the files.
    All,
    /// Not known.
    Unknown,
}

/// One replay from nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course {
    /// On whose ground it is replayed.
    pub ground: Which,
    /// What is replayed first.
    pub base: Vec<String>,
    /// What is replayed then, one by one: what the side lacks.
    pub steps: Vec<String>,
}

/// A state on a course.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// After the first part of this course.
    Base(usize),
    /// At the end of this course.
    End(usize),
}

/// What to replay, and where on it each side should be.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// The replays.
    pub courses: Vec<Course>,
    /// Where the left side should be; `None` where it is not known what it has in effect.
    pub left: Option<At>,
    /// Where the right side should be.
    pub right: Option<At>,
    /// What the left side lacks and the right one has.
    pub left_lacks: Vec<String>,
    /// What the right side lacks and the left one has.
    pub right_lacks: Vec<String>,
}

/// Plans the replays. `files` are the project's migrations, ascending. When both sides stand on the same ground, one
/// course may serve both.
pub fn plan(files: &[String], left: InEffect<'_>, right: InEffect<'_>, same_ground: bool) -> Plan {
    let (Some(on_left), Some(on_right)) = (effective(files, left), effective(files, right)) else {
        return one_known(files, left, right);
    };
    let left_lacks = lacking(&on_left, &on_right);
    let right_lacks = lacking(&on_right, &on_left);
    let course =
        |ground, base: &[String], steps: &[String]| Course { ground, base: base.to_vec(), steps: steps.to_vec() };
    // One course leads from one side to the other if replaying it makes what the other has in the order it has it.
    let leads = |base: &[String], steps: &[String], to: &[String]| {
        same_ground && base.len() + steps.len() == to.len() && base.iter().chain(steps).eq(to)
    };
    let (courses, at_left, at_right) = if leads(&on_left, &left_lacks, &on_right) {
        (vec![course(ground_of(Which::Left, left), &on_left, &left_lacks)], At::Base(0), At::End(0))
    } else if leads(&on_right, &right_lacks, &on_left) {
        (vec![course(ground_of(Which::Right, right), &on_right, &right_lacks)], At::End(0), At::Base(0))
    } else {
        let courses = vec![
            course(ground_of(Which::Left, left), &on_left, &left_lacks),
            course(ground_of(Which::Right, right), &on_right, &right_lacks),
        ];
        (courses, At::Base(0), At::Base(1))
    };
    Plan { courses, left: Some(at_left), right: Some(at_right), left_lacks, right_lacks }
}

/// The files stand on the ground of what they are compared with.
fn ground_of(which: Which, in_effect: InEffect<'_>) -> Which {
    if matches!(in_effect, InEffect::All) { which.other() } else { which }
}

/// Without knowing both, only the known side can be held against its files.
fn one_known(files: &[String], left: InEffect<'_>, right: InEffect<'_>) -> Plan {
    let mut plan = Plan::default();
    for (which, in_effect) in [(Which::Left, left), (Which::Right, right)] {
        let Some(base) = effective(files, in_effect) else { continue };
        let at = Some(At::Base(plan.courses.len()));
        plan.courses.push(Course { ground: ground_of(which, in_effect), base, steps: Vec::new() });
        match which {
            Which::Left => plan.left = at,
            Which::Right => plan.right = at,
        }
    }
    plan
}

/// What a side has in effect and there is a file of.
fn effective(files: &[String], in_effect: InEffect<'_>) -> Option<Vec<String>> {
    match in_effect {
        InEffect::All => Some(files.to_vec()),
        InEffect::These(names) => {
            let there: HashSet<&String> = files.iter().collect();
            Some(names.iter().filter(|name| there.contains(name)).cloned().collect())
        }
        InEffect::Unknown => None,
    }
}

fn lacking(here: &[String], there: &[String]) -> Vec<String> {
    let here: HashSet<&String> = here.iter().collect();
    there.iter().filter(|name| !here.contains(name)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn one_course_serves_both_where_one_is_only_behind() {
        let files = names("a b c d");
        let (behind, ahead) = (names("a b"), names("a b c"));
        let planned = plan(&files, InEffect::These(&ahead), InEffect::These(&behind), true);
        let only = Course { ground: Which::Right, base: behind.clone(), steps: names("c") };
        assert_eq!(planned.courses, [only]);
        assert_eq!((planned.left, planned.right), (Some(At::End(0)), Some(At::Base(0))));
        assert_eq!((planned.left_lacks, planned.right_lacks), (vec![], names("c")));
    }

    #[test]
    fn the_files_stand_on_the_ground_of_the_other_side() {
        let files = names("a b c");
        let behind = names("a");
        let planned = plan(&files, InEffect::All, InEffect::These(&behind), true);
        assert_eq!(planned.courses, [Course { ground: Which::Right, base: behind, steps: names("b c") }]);
    }

    #[test]
    fn each_has_its_own_course_where_both_lack_something_or_the_order_differs() {
        let files = names("a b c d");
        let (left, right) = (names("a b d"), names("a c"));
        let planned = plan(&files, InEffect::These(&left), InEffect::These(&right), true);
        assert_eq!((planned.left, planned.right), (Some(At::Base(0)), Some(At::Base(1))));
        assert_eq!((planned.courses[0].steps.clone(), planned.courses[1].steps.clone()), (names("c"), names("b d")));

        // What was rolled back in the middle is replayed at the end there, and in its place among the files.
        let late = names("a c d");
        let planned = plan(&files, InEffect::All, InEffect::These(&late), true);
        assert_eq!(planned.courses.len(), 2);
        assert_eq!(planned.courses[1], Course { ground: Which::Right, base: late, steps: names("b") });

        let behind = names("a b");
        let planned = plan(&files, InEffect::These(&behind), InEffect::All, false);
        assert_eq!(planned.courses.len(), 2, "another ground makes another state of the same migrations");
    }

    #[test]
    fn what_has_no_file_cannot_be_replayed_and_what_is_unknown_is_not_guessed() {
        let files = names("a b");
        let had = names("a gone b");
        let planned = plan(&files, InEffect::These(&had), InEffect::Unknown, true);
        assert_eq!(planned.courses, [Course { ground: Which::Left, base: names("a b"), steps: vec![] }]);
        assert_eq!((planned.left, planned.right), (Some(At::Base(0)), None));
        assert!(plan(&files, InEffect::Unknown, InEffect::Unknown, true).courses.is_empty());
    }
}
