use proptest::prelude::*;
use rstest::rstest;

use super::*;

fn split(source: &str) -> Result<Vec<&str>, Refusal> {
    Splitter::new(source).map(|range| range.map(|range| &source[range])).collect()
}

fn refusal(source: &str) -> (usize, Fault) {
    split(source).expect_err("the text is refused")
}

#[rstest]
#[case::nothing("", &[])]
#[case::blanks_and_comments(" \n-- a;\n/* b; */ ;; ;", &[])]
#[case::byte_order_mark("\u{feff}select 1;", &["select 1"])]
#[case::no_last_semicolon("select 1; select 2", &["select 1", "select 2"])]
#[case::line_endings("select 1;\r\nselect\r\n2;\r\n", &["select 1", "select\r\n2"])]
#[case::comments_around("-- a\nselect /* ; */ 1 -- ;\n; -- b", &["select /* ; */ 1"])]
#[case::nested_comment("/* /* */ ; */ select 1;", &["select 1"])]
#[case::doubled_quotes("select 'a'';b', \"c\"\";d\";", &["select 'a'';b', \"c\"\";d\""])]
#[case::backslash_in_a_plain_string(r"select 'a\'; select 2;", &[r"select 'a\'", "select 2"])]
#[case::backslash_in_an_escape_string(r"select E'a\';b'; select 2;", &[r"select E'a\';b'", "select 2"])]
#[case::escape_string_that_goes_on("select E'a'\n'b\\';c'; select 2;", &["select E'a'\n'b\\';c'", "select 2"])]
#[case::unicode_strings(r#"select U&'a;' , U&"b;"; x"#, &[r#"select U&'a;' , U&"b;""#, "x"])]
#[case::other_strings("select N'a;', B'0;', X'f;'; x", &["select N'a;', B'0;', X'f;'", "x"])]
#[case::dollar_quotes("select $$a;b$$, $t$c;$$;d$t$; x", &["select $$a;b$$, $t$c;$$;d$t$", "x"])]
#[case::dollar_quote_in_dollar_quote("do $a$ begin execute $b$x;$b$; end $a$; x", &["do $a$ begin execute $b$x;$b$; end $a$", "x"])]
#[case::dollar_in_a_name("select a$b$c; select d$b$;", &["select a$b$c", "select d$b$"])]
#[case::parameter("select $1; select $2", &["select $1", "select $2"])]
#[case::quote_in_a_comment("-- it's\nselect 1; /* don't */ select 2;", &["select 1", "select 2"])]
#[case::comment_in_a_string("select '/*'; select '--'; x", &["select '/*'", "select '--'", "x"])]
#[case::comment_after_an_operator("select 1 +-- ;\n2; select 2 */* ; */ 3;", &["select 1 +-- ;\n2", "select 2 */* ; */ 3"])]
#[case::a_rule_of_several("create rule r as on insert to t do also (insert into a values (1); delete from b;); x",
    &["create rule r as on insert to t do also (insert into a values (1); delete from b;)", "x"])]
#[case::a_replaced_rule("create or replace rule r as on update to t do (a; b); x",
    &["create or replace rule r as on update to t do (a; b)", "x"])]
#[case::schema_with_elements("create schema s create table t (a int) create view v as table t; x",
    &["create schema s create table t (a int) create view v as table t", "x"])]
#[case::transactions("begin; select 1; end; x", &["begin", "select 1", "end", "x"])]
fn a_text_is_split_where_its_statements_end(#[case] source: &str, #[case] expected: &[&str]) {
    assert_eq!(split(source).unwrap(), expected);
}

/// Each is one statement, whatever follows it.
#[rstest]
#[case::plain("create function f() returns int begin atomic select 1; end")]
#[case::upper_case("CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; END")]
#[case::procedure("create procedure p() begin atomic insert into t values (1); insert into t values (2); end")]
#[case::empty_body("create procedure p() begin atomic end")]
#[case::case_in_the_body(
    "create function f(a int) returns int begin atomic select case when a > 0 then 1 else 2 end; select 3; end"
)]
#[case::case_ends_the_statement(
    "create function f() returns int begin atomic select 1; select case 1 when 1 then case 2 when 2 then 3 end end; end"
)]
#[case::end_as_a_label("create function f() returns int begin atomic select 1 as end; select t.end from t; end")]
#[case::end_as_a_bare_label("create function f() returns int begin atomic select 1 end; end")]
#[case::begin_as_a_name("create function f(begin int) returns int begin atomic select begin; select \"end\"; end")]
#[case::comment_before_end("create function f() returns int begin atomic select 1; /* ; */ -- end\n end")]
#[case::comment_between("create function f() returns int begin /* so */ atomic select 1; end")]
#[case::return_body("create function f() returns int return 1")]
#[case::quoted_body("create function f() returns int language plpgsql as $$ begin return 1; end $$")]
#[case::string_body("create function f() returns int language sql as 'select 1; select 2'")]
fn a_body_of_statements_is_part_of_its_function(#[case] function: &str) {
    let source = format!("select 0; {function}; select 9;");
    assert_eq!(split(&source).unwrap(), ["select 0", function, "select 9"]);
}

#[rstest]
#[case::begin_alone("create table f (a int); begin; select 1; end; x", 5)]
#[case::atomic_is_a_name("begin; select atomic; end; x", 4)]
#[case::trigger_is_no_function("create trigger t before insert on a execute function f(); x", 2)]
#[case::not_yet_a_function("create view begin as select 1; x", 2)]
fn only_a_function_has_a_body(#[case] source: &str, #[case] statements: usize) {
    assert_eq!(split(source).unwrap().len(), statements);
}

#[rstest]
#[case("select 'a;\nselect 1;", 7, Construct::String)]
#[case("select E'a\\'; x", 7, Construct::String)]
#[case("select U&'a", 7, Construct::String)]
#[case("select 1, \"a; x", 10, Construct::QuotedIdentifier)]
#[case("do $$ begin; end", 3, Construct::DollarQuote)]
#[case("do $a$ begin; end $b$; x", 3, Construct::DollarQuote)]
#[case("do $a$ begin; end $A$; x", 3, Construct::DollarQuote)]
#[case("select 1; /* /* */ select 2;", 10, Construct::Comment)]
#[case("create table t (a numeric(1, 2); select 1;", 15, Construct::Parenthesis)]
#[case("create table t (a int", 15, Construct::Parenthesis)]
#[case("create rule r as on insert to t do (a; b; select 1;", 35, Construct::Parenthesis)]
#[case("create function f() begin atomic select 1; select 2;", 20, Construct::AtomicBody)]
#[case("create function f() begin atomic select (1; end;", 40, Construct::Parenthesis)]
fn what_is_begun_and_not_ended_is_told_with_its_beginning(
    #[case] source: &str,
    #[case] at: usize,
    #[case] construct: Construct,
) {
    assert_eq!(refusal(source), (at, Fault::Unterminated(construct)));
}

#[rstest]
#[case("\\i other.sql\n", "\\i")]
#[case("select 1; \\include_relative 'a.sql'", "\\include_relative")]
#[case("select 'create table t()' \\gexec\n", "\\gexec")]
#[case("\\.\n", "\\.")]
#[case("select 1 \\; select 2;", "\\;")]
#[case("\\", "\\")]
#[case("\\\u{1b}[31m", "\\\\x1b")]
#[case("\\ i", "\\")]
#[case("create rule r as on insert to t do (select 1 \\g)", "\\g")]
fn a_meta_command_of_psql_is_refused(#[case] source: &str, #[case] expected: &str) {
    let (at, fault) = refusal(source);
    assert_eq!(at, source.find('\\').unwrap());
    assert_eq!(fault, Fault::MetaCommand { command: expected.to_owned() });
}

#[rstest]
#[case::in_a_string(r"select '\i a', E'\\x';")]
#[case::in_a_comment("-- \\i a\n/* \\q */ select 1;")]
#[case::in_a_body(r"do $$ begin perform '\d'; end $$;")]
#[case::in_a_quoted_name(r#"select "a\b";"#)]
fn a_backslash_inside_something_is_no_meta_command(#[case] source: &str) {
    assert_eq!(split(source).unwrap().len(), 1);
}

#[rstest]
#[case("select :name;", ":name")]
#[case("select :'name';", ":'name'")]
#[case("select * from :\"table\";", ":\"table\"")]
#[case("select :{?name};", ":{?name}")]
#[case("select a from t where b=:b;", ":b")]
#[case("select f(:1);", ":1")]
#[case("select :größe;", ":größe")]
#[case("select (array[1])[f(:i)];", ":i")]
#[case("select x:::y;", ":y")]
#[case("set role :role;", ":role")]
fn a_variable_of_psql_is_refused(#[case] source: &str, #[case] expected: &str) {
    assert_eq!(refusal(source).1, Fault::Variable { variable: expected.to_owned() });
}

#[rstest]
#[case::cast("select '1'::int, a::text::varchar(3), b ::date, c:: \"T\";")]
#[case::slice("select a[1:2], a[:n], a[n:], a[lo:hi], (array[1,2])[1:1], a[b::int:c::int];")]
#[case::slice_of_a_call("select f(x)[f(a)[1]:g(b)];")]
#[case::named_argument("select f(a := 1, b:=2, c => 3);")]
#[case::json_key("select json_object('a':'b', 'c':d), JSON_OBJECTAGG(k:v), json_object ('a' :b);")]
#[case::blank_after("select a : b;")]
#[case::in_a_string("select ':a', $$:b$$, \":c\", E':d';")]
#[case::in_a_comment("select 1 -- :a\n/* :b */;")]
#[case::no_name("select :'a;b', 1, :'';")]
fn another_colon_is_no_variable(#[case] source: &str) {
    if let Err(refusal) = split(source) {
        panic!("{refusal:?}");
    }
}

#[rstest]
#[case::files_put_together("select 1;\n\u{feff}select 2;", 10)]
#[case::twice_at_the_beginning("\u{feff}\u{feff}select 2;", 3)]
#[case::after_a_string("select E'a'\n'b'\u{feff};", 15)]
fn a_byte_order_mark_is_refused_anywhere_but_at_the_beginning(#[case] source: &str, #[case] at: usize) {
    assert_eq!(refusal(source), (at, Fault::ByteOrderMark));
}

#[test]
fn a_byte_order_mark_in_a_string_is_text() {
    assert_eq!(split("select '\u{feff}', \"\u{feff}\";").unwrap().len(), 1);
}

#[test]
fn a_very_long_name_of_a_variable_is_cut() {
    let Fault::Variable { variable } = refusal(&format!("select :{};", "x".repeat(10_000))).1 else { panic!() };
    assert_eq!(variable.chars().count(), QUOTED);
}

#[test]
fn deep_nesting_is_no_trouble() {
    let deep = format!("select {}1{};", "(".repeat(200_000), ")".repeat(200_000));
    assert_eq!(split(&deep).unwrap().len(), 1);
    let open = "(".repeat(200_000);
    assert_eq!(refusal(&open), (0, Fault::Unterminated(Construct::Parenthesis)));
}

/// Pieces that hold every rule of the splitter, so that random texts reach them.
fn sql() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "select 1",
        "create ",
        "or replace ",
        "function f() ",
        "rule r ",
        "begin ",
        "atomic ",
        "end",
        "case ",
        ";",
        ";",
        "(",
        ")",
        "[",
        "]",
        ":",
        "::int",
        "'a;'",
        "E'\\';'",
        "'",
        "\"b;\"",
        "\"",
        "$$c;$$",
        "$$",
        "$t$",
        "/*",
        "*/",
        "-- d;\n",
        "\n",
        " ",
        "\\",
        "é",
        "\u{feff}",
        "\r\n",
        "U&'e'",
        "$1",
        "1.5",
        "json_object(",
        ",",
        ".",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// Whether a text is blanks, comments and semicolons alone.
fn is_empty(text: &str) -> bool {
    Lexer::new(text, 0..text.len()).all(|lexeme| is_trivia(lexeme.kind) || lexeme.kind == TokenKind::Semi)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn statements_and_what_lies_between_them_make_up_the_source(source in sql()) {
        let mut at = 0;
        let mut rebuilt = String::new();
        for range in Splitter::new(&source) {
            let Ok(range) = range else { return Ok(()) };
            prop_assert!(at <= range.start && range.start < range.end);
            let gap = &source[at..range.start];
            prop_assert!(at == 0 || gap.trim_start().starts_with([';', '-', '/']), "between: {gap:?}");
            prop_assert!(is_empty(gap), "between: {gap:?}");
            rebuilt.push_str(gap);
            rebuilt.push_str(&source[range.clone()]);
            at = range.end;
        }
        prop_assert!(is_empty(&source[at..]));
        rebuilt.push_str(&source[at..]);
        prop_assert_eq!(rebuilt, source);
    }

    #[test]
    fn a_statement_by_itself_is_that_one_statement(source in sql()) {
        for range in Splitter::new(&source).map_while(Result::ok) {
            let statement = &source[range];
            prop_assert_eq!(split(statement), Ok(vec![statement]));
        }
    }

    #[test]
    fn any_text_at_all_is_taken(source in any::<String>()) {
        let _ = split(&source);
    }
}
