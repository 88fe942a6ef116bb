use proptest::prelude::*;
use rstest::rstest;

use super::*;

fn painted(text: &str) -> Vec<(&str, Token)> {
    highlight(text)
        .into_iter()
        .filter(|(_, token)| *token != Token::Plain)
        .map(|(range, token)| (&text[range], token))
        .collect()
}

#[test]
fn each_kind_of_token_has_its_colour() {
    use Token::{Comment, Function, Identifier, Keyword, Number, Operator, Parameter, String, Type};
    let text = "select n.type, lower(\"N\"), $1::jsonb || 'x' -- why\nfrom t(2.5e3) where at = date '2026-01-01'";
    let expected = [
        ("select", Keyword),
        ("n", Identifier),
        ("type", Identifier),
        ("lower", Function),
        ("\"N\"", Identifier),
        ("$1", Parameter),
        (":", Operator),
        (":", Operator),
        ("jsonb", Type),
        ("|", Operator),
        ("|", Operator),
        ("'x'", String),
        ("-- why", Comment),
        ("from", Keyword),
        ("t", Function),
        ("2.5e3", Number),
        ("where", Keyword),
        ("at", Identifier),
        ("=", Operator),
        ("date", Type),
        ("'2026-01-01'", String),
    ];
    assert_eq!(painted(text), expected);
}

#[rstest]
#[case("create table s.t(a int)", "t", Token::Identifier)]
#[case("insert into t(a) values (f(1))", "f", Token::Function)]
#[case("insert into t(a) values (f(1))", "t", Token::Identifier)]
#[case("select x::my_type", "my_type", Token::Type)]
#[case("do $$ begin perform g(); end $$", "perform", Token::Keyword)]
#[case("do $$ begin perform g(); end $$", "$$", Token::String)]
#[case("comment on table t is $$begin$$", "$$begin$$", Token::String)]
#[case("select 'open", "'open", Token::String)]
#[case("/* open", "/* open", Token::Comment)]
fn a_word_is_painted_by_what_stands_around_it(#[case] text: &str, #[case] word: &str, #[case] expected: Token) {
    let found = painted(text).into_iter().find(|(painted, _)| *painted == word);
    assert_eq!(found, Some((word, expected)));
}

/// Each byte of the window with the token it is painted as.
fn bytes(tokens: &[(Range<usize>, Token)], window: Range<usize>) -> Vec<Token> {
    let mut at = window.start;
    let mut bytes = Vec::new();
    for (range, token) in tokens {
        assert_eq!(range.start, at, "no gaps");
        at = range.end;
        bytes.extend(range.clone().map(|_| *token));
    }
    assert_eq!(at, window.end, "to the end");
    bytes
}

#[test]
fn a_window_of_a_long_text_is_painted_as_in_the_whole() {
    let piece = "select 'it''s', \"a\" /* c */ from t where f(x) = $1; -- end\n";
    let text = piece.repeat(5000) + "do $$ begin " + &"x := 1; ".repeat(20) + "end $$;\n" + &piece.repeat(5000);
    let whole = bytes(&highlight(&text), 0..text.len());
    let highlighter = Highlighter::new(&text);
    for start in (0..text.len()).step_by(37_123) {
        let window = start..(start + 500).min(text.len());
        let tokens = highlighter.window(&text, window.clone());
        assert_eq!(bytes(&tokens, window.clone()), whole[window], "at {start}");
    }
}

#[test]
fn a_window_within_a_very_long_token_is_painted_as_that_token() {
    let text = format!("select '{}'; /*{}*/ select 1", "x".repeat(300_000), "y".repeat(300_000));
    let highlighter = Highlighter::new(&text);
    assert_eq!(highlighter.window(&text, 150_000..150_010), [(150_000..150_010, Token::String)]);
    assert_eq!(highlighter.window(&text, 450_000..450_010), [(450_000..450_010, Token::Comment)]);
    let end = text.len();
    assert_eq!(
        highlighter.window(&text, end - 8..end),
        [(end - 8..end - 2, Token::Keyword), (end - 2..end - 1, Token::Plain), (end - 1..end, Token::Number),]
    );
    assert_eq!(highlighter.window(&text, end..end), []);
    assert_eq!(Highlighter::new("").window("", 0..10), []);
}

proptest! {
    #[test]
    fn any_text_is_painted_without_gaps(text in "[a-zA-Z$'\"\\\\/*;:(). \n0-9é-]{0,80}") {
        bytes(&highlight(&text), 0..text.len());
        let window = text.len() / 3..text.len() / 2;
        let window = text.floor_char_boundary(window.start)..text.floor_char_boundary(window.end);
        bytes(&Highlighter::new(&text).window(&text, window.clone()), window);
    }
}
