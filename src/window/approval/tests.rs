use jiff::Timestamp;
use rstest::rstest;

use super::*;
use crate::config::ApprovalRule;
use crate::review::checklist::{Answer, Answers, Checklist, ENTRIES};

const NAME: &str = "20260101000000_create_a";

fn given(role: &str) -> GivenApproval {
    GivenApproval {
        migration: NAME.into(),
        approval: Approval::Production,
        up: "up".into(),
        down: Some("down".into()),
        role: role.into(),
        person: Some("Bea".into()),
        note: None,
        given_at: Timestamp::UNIX_EPOCH,
        withdrawn: None,
        memberships: vec![role.to_owned(), "reviewers".to_owned()],
        answers: answers(&[]),
    }
}

/// Yes to what is asked of every migration, but for these.
fn answers(others: &[(&str, Answer)]) -> Answers {
    let always = ENTRIES.iter().filter(|entry| entry.is_always_asked());
    let yes = always.map(|entry| (entry.name.to_owned(), Answer { yes: true, note: None }));
    yes.chain(others.iter().map(|(name, answer)| ((*name).to_owned(), answer.clone()))).collect()
}

fn no(note: Option<&str>) -> [(&'static str, Answer); 1] {
    [("tested-volume", Answer { yes: false, note: note.map(str::to_owned) })]
}

fn asking<'a>(needs: &'a [Need]) -> Asking<'a> {
    Asking {
        migration: NAME,
        up: "up",
        down: Some("down"),
        author: Some("Ana Lopez <ana@scout.example>"),
        needs,
        login: "deployer",
        role: Some("owner"),
        checklist: None,
    }
}

fn rule(roles: &[&str], count: u32) -> ApprovalRule {
    ApprovalRule { roles: roles.iter().map(|role| (*role).to_owned()).collect(), count }
}

#[rstest]
#[case::another_role(given("bea"), &[], None)]
#[case::a_member(given("bea"), &["reviewers"], None)]
#[case::the_role_itself(GivenApproval { memberships: vec![], ..given("bea") }, &["bea"], None)]
#[case::no_member(given("bea"), &["dba"], Some(Void::NotAMember { roles: vec!["dba".into()] }))]
#[case::member_by_another_case(given("bea"), &["Reviewers"], Some(Void::NotAMember { roles: vec!["Reviewers".into()] }))]
#[case::the_login_that_applies(given("deployer"), &[], Some(Void::Applies))]
#[case::the_role_that_scripts_run_as(given("OWNER"), &[], Some(Void::Applies))]
#[case::the_author_by_role(given("ANA"), &[], Some(Void::Author { author: "Ana Lopez <ana@scout.example>".into() }))]
#[case::the_author_in_person(
    GivenApproval { person: Some("ana lopez".into()), ..given("bea") },
    &[],
    Some(Void::Author { author: "Ana Lopez <ana@scout.example>".into() })
)]
#[case::another_file(GivenApproval { up: "older".into(), ..given("bea") }, &[], Some(Void::FileChanged))]
#[case::another_rollback(GivenApproval { down: Some("older".into()), ..given("bea") }, &[], Some(Void::RollbackChanged))]
#[case::a_rollback_that_came_later(GivenApproval { down: None, ..given("bea") }, &[], Some(Void::RollbackChanged))]
#[case::withdrawn(
    GivenApproval { withdrawn: Some((Timestamp::UNIX_EPOCH, "bea".into())), ..given("bea") },
    &[],
    Some(Void::Withdrawn { by: "bea".into() })
)]
#[case::without_answers(
    GivenApproval { answers: Answers::new(), ..given("bea") },
    &[],
    Some(Void::Unanswered { entries: vec!["tested-locally".into(), "tested-volume".into(), "rollback-tested".into()] })
)]
#[case::a_no_that_says_why(GivenApproval { answers: answers(&no(Some("it is new"))), ..given("bea") }, &[], None)]
#[case::a_no_alone(
    GivenApproval { answers: answers(&no(None)), ..given("bea") },
    &[],
    Some(Void::Unanswered { entries: vec!["tested-volume".into()] })
)]
fn an_approval_counts_or_not(#[case] one: GivenApproval, #[case] roles: &[&str], #[case] expected: Option<Void>) {
    let rules = ApprovalRules::default().with(Approval::Production, rule(roles, 1));
    let standing = standing(Tier::Production, &rules, &asking(&[]), std::slice::from_ref(&one));
    assert_eq!(standing.is_approved(), expected.is_none());
    assert_eq!(standing.void, expected.map(|why| (one, why)).into_iter().collect::<Vec<_>>());
}

#[test]
fn each_need_is_met_by_its_own_kind() {
    let needs = [Need { approval: Approval::Security, why: "Line 3 changes a role: CREATE ROLE r.".into() }];
    let rules = ApprovalRules::default();
    let production = [given("bea")];
    let lacking = standing(Tier::Production, &rules, &asking(&needs), &production);
    assert_eq!(lacking.missing_words(), "security approval");
    assert_eq!(lacking.demands[1].why, ["Line 3 changes a role: CREATE ROLE r."]);
    let security = GivenApproval { approval: Approval::Security, ..given("bea") };
    let all = standing(Tier::Production, &rules, &asking(&needs), &[given("bea"), security.clone()]);
    assert!(all.is_approved());
    let unasked = standing(Tier::Production, &rules, &asking(&[]), std::slice::from_ref(&security));
    assert_eq!(
        (unasked.missing_words().as_str(), unasked.void),
        ("production approval", vec![(security, Void::NotNeeded)])
    );
}

#[test]
fn different_roles_are_counted_and_one_role_once() {
    let rules = ApprovalRules::default().with(Approval::Production, rule(&[], 2));
    let count = |given: &[GivenApproval]| standing(Tier::Production, &rules, &asking(&[]), given).demands[0].missing();
    assert_eq!(count(&[]), 2);
    assert_eq!(count(&[given("bea"), given("bea")]), 1);
    assert_eq!(count(&[given("bea"), given("carl")]), 0);
    assert_eq!(count(&[given("bea"), given("deployer")]), 1);
    let standing = standing(Tier::Production, &rules, &asking(&[]), &[]);
    assert_eq!(standing.missing_words(), "production (2 more) approval");
}

#[test]
fn an_approval_of_another_migration_is_none_of_this_ones() {
    let other = GivenApproval { migration: "20260102000000_create_b".into(), ..given("bea") };
    let standing = standing(Tier::Production, &ApprovalRules::default(), &asking(&[]), &[other]);
    assert!(!standing.is_approved() && standing.void.is_empty());
}

/// A checklist that asks everything, since nothing is proved.
fn asking_all() -> Checklist {
    Checklist { unread: None, ..Checklist::unread(NAME, "Switched off here.") }
}

#[test]
fn what_the_migration_asks_as_it_is_judged_now_has_to_be_answered() {
    let checklist = asking_all();
    let judged = Asking { checklist: Some(&checklist), ..asking(&[]) };
    let count =
        |one: &GivenApproval| standing(Tier::Production, &ApprovalRules::default(), &judged, std::slice::from_ref(one));
    let lacking = count(&given("bea"));
    let [(_, why @ Void::Unanswered { entries })] = &lacking.void[..] else { panic!("{:?}", lacking.void) };
    let conditional: Vec<&str> = ENTRIES.iter().filter(|one| !one.is_always_asked()).map(|one| one.name).collect();
    assert_eq!(*entries, conditional);
    assert!(why.words().starts_with("it leaves open what the checklist asks: naming, comments, "), "{}", why.words());
    assert_eq!(lacking.in_vain_words().count(), 1);

    let yes = ENTRIES.iter().map(|entry| (entry.name.to_owned(), Answer { yes: true, note: None }));
    let all = GivenApproval { answers: yes.collect(), ..given("bea") };
    assert!(count(&all).is_approved());
    // A note of blanks says nothing.
    let blank = [("indexes".to_owned(), Answer { yes: false, note: Some("  ".to_owned()) })];
    let blank = GivenApproval { answers: all.answers.clone().into_iter().chain(blank).collect(), ..all };
    assert_eq!(count(&blank).void[0].1, Void::Unanswered { entries: vec!["indexes".to_owned()] });
}

#[test]
fn an_approval_of_what_cannot_be_judged_counts_for_nothing() {
    let unread = Checklist::unread(NAME, "The file has 9 MB, more than are judged.");
    let judged = Asking { checklist: Some(&unread), ..asking(&[]) };
    let yes = ENTRIES.iter().map(|entry| (entry.name.to_owned(), Answer { yes: true, note: None }));
    let all = GivenApproval { answers: yes.collect(), ..given("bea") };
    let lacking = standing(Tier::Production, &ApprovalRules::default(), &judged, &[all]);
    assert_eq!(
        lacking.in_vain_words().collect::<Vec<_>>(),
        [
            "What bea gave for production does not count: nobody can tell what it had to answer (The file has 9 MB, more \
          than are judged)."
        ]
    );
}

#[test]
fn what_is_void_is_told_where_it_is_missed() {
    let rules = ApprovalRules::default();
    let void = GivenApproval { up: "older".into(), ..given("carl") };
    let count = |given: &[GivenApproval]| {
        standing(Tier::Production, &rules, &asking(&[]), given).in_vain_words().collect::<Vec<_>>()
    };
    assert_eq!(
        count(std::slice::from_ref(&void)),
        ["What carl gave for production does not count: the file was changed since."]
    );
    assert_eq!(count(&[void, given("bea")]), [""; 0]);
}
