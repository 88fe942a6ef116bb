//! What an operator sees and can do, typed into the real loop.

use ratatui::layout::Size;
use rstest::rstest;

use super::model::Ending;
use super::testing::*;

const SMALL: Size = Size { width: 80, height: 24 };
const LARGE: Size = Size { width: 120, height: 40 };
const LEAST: Size = Size { width: 60, height: 15 };

#[rstest]
#[case("q")]
#[case("<ctrl-c>")]
#[case(":quit<enter>")]
#[case("?qq")]
#[case("<enter><esc>q")]
fn quitting_works_from_anywhere(#[case] keys: &str) {
    assert_eq!(play(model(SMALL), keys).ending, Some(Ending::Quit));
}

#[test]
fn nothing_but_quitting_ends_the_console() {
    assert_eq!(play(model(SMALL), "jjkkGg<tab><tab>/prod<enter>nN<esc><esc><esc>?<esc>@<esc>").ending, None);
}

#[rstest]
#[case::board("", "board")]
#[case::help("?", "help")]
#[case::palette(":", "palette")]
#[case::palette_found(":hist", "palette_found")]
#[case::filter("/reports", "filter")]
#[case::migration("<enter>", "migration")]
#[case::history("h", "history")]
#[case::log("@", "log")]
fn screens(#[case] keys: &str, #[case] name: &str) {
    for (size, label) in [(SMALL, "80x24"), (LARGE, "120x40"), (LEAST, "60x15")] {
        let played = play(model(size), keys);
        insta::assert_snapshot!(format!("{name}_{label}"), picture(&played.model, "dark"));
    }
}
