//! What an operator must do to say yes, growing with the danger, and the proof that it was done.

use crate::config::Tier;

use super::step::{Direction, Step};

/// What an operator must do before a step starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Confirmation {
    /// Starting the step is enough.
    None,
    /// Press `y`.
    YesNo,
    /// Type the environment's name, letter by letter.
    TypeName(String),
}

/// Proof that the confirmation a step needs was given. Only [`Confirmation::answer`] makes one.
#[derive(Debug, PartialEq, Eq)]
pub struct Confirmed {
    step: Step,
    words: String,
}

impl Confirmation {
    /// What this step needs in an environment of this tier.
    ///
    /// Steps that only read need nothing. Applying asks nothing twice in development, y/n in staging, and the
    /// environment's name in production; rolling back asks the name everywhere, since it can destroy data.
    pub fn required(step: Step, direction: Direction, tier: Tier, environment: &str) -> Confirmation {
        if !step.writes() {
            return Confirmation::None;
        }
        match (direction, tier) {
            (Direction::Rollback, _) | (_, Tier::Production) => Confirmation::TypeName(environment.to_owned()),
            (Direction::Apply, Tier::Staging) => Confirmation::YesNo,
            (Direction::Apply, Tier::Development) => Confirmation::None,
        }
    }

    /// Takes the operator's answer: the proof, where it is what was asked for.
    ///
    /// The name must be typed exactly; for y/n the answer is `y` or `yes` in any case.
    pub fn answer(&self, step: Step, typed: &str) -> Option<Confirmed> {
        let (given, words) = match self {
            Confirmation::None => (true, "was not asked to confirm".to_owned()),
            Confirmation::YesNo => {
                (matches!(typed.to_ascii_lowercase().as_str(), "y" | "yes"), "answered yes".to_owned())
            }
            Confirmation::TypeName(name) => (typed == name, format!("typed the name {name}")),
        };
        given.then_some(Confirmed { step, words })
    }
}

impl Confirmed {
    /// The step that was confirmed.
    pub fn step(&self) -> Step {
        self.step
    }

    /// How it was confirmed, as the report says it.
    pub fn words(&self) -> &str {
        &self.words
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(Step::Backup, Direction::Apply, Tier::Production, Confirmation::None)]
    #[case(Step::Apply, Direction::Apply, Tier::Development, Confirmation::None)]
    #[case(Step::Apply, Direction::Apply, Tier::Staging, Confirmation::YesNo)]
    #[case(Step::Apply, Direction::Apply, Tier::Production, Confirmation::TypeName("prod".into()))]
    #[case(Step::Apply, Direction::Rollback, Tier::Development, Confirmation::TypeName("prod".into()))]
    fn danger_decides_what_is_asked(
        #[case] step: Step,
        #[case] direction: Direction,
        #[case] tier: Tier,
        #[case] expected: Confirmation,
    ) {
        assert_eq!(Confirmation::required(step, direction, tier, "prod"), expected);
    }

    #[rstest]
    #[case("prod", true)]
    #[case("", false)]
    #[case("Prod", false)]
    #[case("prod ", false)]
    #[case("y", false)]
    fn a_name_is_typed_exactly(#[case] typed: &str, #[case] accepted: bool) {
        let confirmation = Confirmation::TypeName("prod".into());
        assert_eq!(confirmation.answer(Step::Apply, typed).is_some(), accepted);
    }

    #[rstest]
    #[case("y", true)]
    #[case("YES", true)]
    #[case("", false)]
    #[case("n", false)]
    fn enter_alone_is_not_yes(#[case] typed: &str, #[case] accepted: bool) {
        assert_eq!(Confirmation::YesNo.answer(Step::Apply, typed).is_some(), accepted);
    }
}
