//! `--waive GATE=REASON`

use std::str::FromStr;

use crate::postgres::grant::GateKind;
use crate::window::runner::Waiver;

/// A gate that the operator lets pass, as the command line says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaiverArgument(pub Waiver);

impl FromStr for WaiverArgument {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (gate, reason) = text.split_once('=').unwrap_or((text, ""));
        let waivable = || {
            let words: Vec<&str> =
                GateKind::ALL.into_iter().filter(|kind| kind.waivable()).map(GateKind::word).collect();
            words.join(", ")
        };
        let kind = GateKind::ALL
            .into_iter()
            .find(|kind| kind.word() == gate.replace('-', "_"))
            .ok_or_else(|| format!("there is no gate called {gate}; those that can be waived are {}", waivable()))?;
        if !kind.waivable() {
            return Err(format!("nothing waives the gate {gate}; those that can be waived are {}", waivable()));
        }
        if reason.trim().is_empty() {
            return Err(format!("a waiver is recorded for good, so it needs a reason: --waive {gate}=REASON"));
        }
        Ok(WaiverArgument(Waiver { kind, reason: reason.trim().to_owned() }))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn a_waiver_names_a_gate_and_a_reason() {
        let WaiverArgument(waiver) = "allowed-hours=the pager, at 4 = now".parse().unwrap();
        assert_eq!((waiver.kind, waiver.reason.as_str()), (GateKind::AllowedHours, "the pager, at 4 = now"));
    }

    #[rstest]
    #[case("ticket", "needs a reason")]
    #[case("ticket=  ", "needs a reason")]
    #[case("lock=because", "nothing waives")]
    #[case("confirmed=because", "nothing waives")]
    #[case("tikcet=because", "there is no gate")]
    fn what_cannot_be_waived_is_refused(#[case] text: &str, #[case] expected: &str) {
        let why = text.parse::<WaiverArgument>().unwrap_err();
        assert!(why.contains(expected), "{why}");
    }
}
