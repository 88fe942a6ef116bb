//! libpq's two ways of writing connection parameters in one text: URIs and `keyword = value` pairs.
//!
//! The text may hold a password, and a password with an unescaped `/` or `@` makes parts of it look like a host or a
//! port. So no error here repeats what it found; it says what is wrong and how to write it.

use super::parameters::{Keyword, Parameters, keyword_named};

/// Why a text is no connection URI or keyword/value text. Holds nothing of the text but the name of a parameter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UriError {
    /// Nothing there.
    #[error("it is empty")]
    Empty,
    /// Another kind of URL.
    #[error("it begins with `{0}://`, where a PostgreSQL URL begins with `postgresql://`")]
    OtherScheme(String),
    /// `%` without two hexadecimal digits.
    #[error("a `%` in it is not followed by two hexadecimal digits; write `%25` for a percent sign itself")]
    PercentEncoding,
    /// `%00` or a NUL.
    #[error("it holds a NUL character, which PostgreSQL does not allow")]
    Nul,
    /// Decodes to something that is not UTF-8.
    #[error("it holds bytes that are not UTF-8")]
    NotUtf8,
    /// `[` without `]`, `[]`, or text after `]`.
    #[error("its IPv6 address is not written as `[address]` or `[address]:port`")]
    Bracket,
    /// A query part without `=`, or with two.
    #[error("its query is not written as `name=value&name=value`")]
    Query,
    /// A parameter that libpq does not know.
    #[error("`{name}` is no connection parameter of PostgreSQL{}", nearest_parameter(.name))]
    UnknownParameter {
        /// Its name.
        name: String,
    },
    /// A parameter that libpq does not know, whose name may be a part of a password.
    #[error(
        "it is cut at the wrong places; write `/` as `%2F`, `@` as `%40`, `?` as `%3F` and `:` as `%3A` inside user and \
         password"
    )]
    Unescaped,
    /// A blank inside the URI.
    #[error("it holds a blank; write it as `%20`")]
    Blank,
    /// A keyword without `=`.
    #[error("a word in it is not followed by `=`; it is neither a URL nor `keyword=value` pairs")]
    MissingEquals,
    /// A quote that does not end.
    #[error("a quoted value in it does not end")]
    UnterminatedQuote,
}

fn nearest_parameter(name: &str) -> String {
    if ["pgbouncer", "connection_limit", "pool_timeout", "schema", "sslaccept", "statement_cache_size"].contains(&name)
    {
        return " (it belongs to another client library; leave it out)".to_owned();
    }
    super::nearest::nearest(name, super::parameters::KEYWORDS.iter().map(|keyword| keyword.name))
        .map(|near| format!("; the nearest is `{near}`"))
        .unwrap_or_default()
}

/// Parses a connection URI or keyword/value text as libpq does.
pub fn parse(text: &str) -> Result<Parameters, UriError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(UriError::Empty);
    }
    match text.strip_prefix("postgresql://").or_else(|| text.strip_prefix("postgres://")) {
        Some(rest) => parse_uri(rest),
        None => match text.split_once("://") {
            Some((scheme, _))
                if scheme.chars().all(|character| character.is_ascii_alphanumeric() || "+-.".contains(character)) =>
            {
                Err(UriError::OtherScheme(scheme.to_owned()))
            }
            _ => parse_pairs(text),
        },
    }
}

fn parse_uri(rest: &str) -> Result<Parameters, UriError> {
    if rest.contains(char::is_whitespace) {
        return Err(UriError::Blank);
    }
    let mut parameters = Parameters::default();
    let mut set = |name: &'static str, encoded: &str| -> Result<(), UriError> {
        if let Some(keyword) = keyword_named(name) {
            parameters.set(keyword, decode(encoded)?);
        }
        Ok(())
    };

    let after_user = match rest.find(['@', '/']) {
        Some(at) if rest.as_bytes()[at] == b'@' => {
            let (user, password) = rest[..at].split_once(':').unwrap_or((&rest[..at], ""));
            set("user", user)?;
            set("password", password)?;
            &rest[at + 1..]
        }
        _ => rest,
    };

    let (hosts, ports, after_hosts) = split_hosts(after_user)?;
    set("host", &hosts)?;
    set("port", &ports)?;

    let (path, query) = after_hosts.split_once('?').unwrap_or((after_hosts, ""));
    set("dbname", path.strip_prefix('/').unwrap_or(path))?;

    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').ok_or(UriError::Query)?;
        if value.contains('=') {
            return Err(UriError::Query);
        }
        let (name, value) = (decode(name)?, decode(value)?);
        // The JDBC way of asking for encryption, which libpq understands as well.
        let (name, value) =
            if name == "ssl" && value == "true" { ("sslmode".to_owned(), "require".to_owned()) } else { (name, value) };
        let keyword = known(name, query.contains('@'))?;
        parameters.set(keyword, value);
    }
    Ok(parameters)
}

/// The hosts and the ports, each as a list with commas, and what follows them.
fn split_hosts(text: &str) -> Result<(String, String, &str), UriError> {
    let (mut hosts, mut ports) = (String::new(), String::new());
    let mut rest = text;
    loop {
        if let Some(inside) = rest.strip_prefix('[') {
            let end = inside.find(']').filter(|end| *end > 0).ok_or(UriError::Bracket)?;
            hosts.push_str(&inside[..end]);
            rest = &inside[end + 1..];
            if !rest.is_empty() && !rest.starts_with([':', '/', '?', ',']) {
                return Err(UriError::Bracket);
            }
        } else {
            let end = rest.find([':', '/', '?', ',']).unwrap_or(rest.len());
            hosts.push_str(&rest[..end]);
            rest = &rest[end..];
        }
        if let Some(after_colon) = rest.strip_prefix(':') {
            let end = after_colon.find(['/', '?', ',']).unwrap_or(after_colon.len());
            ports.push_str(&after_colon[..end]);
            rest = &after_colon[end..];
        }
        match rest.strip_prefix(',') {
            Some(next) => {
                hosts.push(',');
                ports.push(',');
                rest = next;
            }
            None => break,
        }
    }
    // Without a single port or host the list is only commas, and stands for the default.
    let unless_blank = |list: String| if list.chars().all(|character| character == ',') { String::new() } else { list };
    Ok((hosts, unless_blank(ports), rest))
}

fn decode(encoded: &str) -> Result<String, UriError> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit =
            || rest.next().and_then(|digit| char::from(digit).to_digit(16)).ok_or(UriError::PercentEncoding);
        let value = digit()? * 16 + digit()?;
        bytes.push(u8::try_from(value).map_err(|_| UriError::PercentEncoding)?);
    }
    if bytes.contains(&0) {
        return Err(UriError::Nul);
    }
    String::from_utf8(bytes).map_err(|_| UriError::NotUtf8)
}

fn known(name: String, may_hold_a_secret: bool) -> Result<&'static Keyword, UriError> {
    match keyword_named(&name) {
        Some(keyword) => Ok(keyword),
        None if may_hold_a_secret => Err(UriError::Unescaped),
        None => Err(UriError::UnknownParameter { name }),
    }
}

/// `keyword = value` pairs: blanks around `=` are allowed, values may be quoted with `'`, and `\` escapes.
fn parse_pairs(text: &str) -> Result<Parameters, UriError> {
    if text.contains('\0') {
        return Err(UriError::Nul);
    }
    let mut parameters = Parameters::default();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let end = rest.find(|character: char| character == '=' || character.is_whitespace()).unwrap_or(rest.len());
        let name = &rest[..end];
        rest = rest[end..].trim_start().strip_prefix('=').ok_or(UriError::MissingEquals)?.trim_start();
        let (value, after) = pair_value(rest)?;
        // A name that is no plain word is more likely a piece of a value that was not quoted.
        let plain = name.chars().all(|character| character.is_ascii_lowercase() || character == '_');
        parameters.set(known(name.to_owned(), !plain)?, value);
        rest = after.trim_start();
    }
    Ok(parameters)
}

fn pair_value(text: &str) -> Result<(String, &str), UriError> {
    let quoted = text.starts_with('\'');
    let mut value = String::new();
    let mut characters = text.char_indices().skip(usize::from(quoted));
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            '\'' if quoted => return Ok((value, &text[at + 1..])),
            _ if !quoted && character.is_whitespace() => return Ok((value, &text[at..])),
            _ => value.push(character),
        }
    }
    if quoted { Err(UriError::UnterminatedQuote) } else { Ok((value, "")) }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::{UriError, parse};

    /// The parameters as libpq's documentation would list them, the password included.
    fn shown(text: &str) -> Result<String, UriError> {
        parse(text).map(|parameters| {
            let mut pairs: Vec<String> = parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
            pairs.extend(parameters.password().map(|password| format!("password={}", password.expose())));
            pairs.join(" ")
        })
    }

    #[rstest]
    #[case::nothing("postgresql://", "")]
    #[case::host("postgresql://localhost", "host=localhost")]
    #[case::port("postgresql://localhost:5433", "host=localhost port=5433")]
    #[case::database("postgresql://localhost/mydb", "dbname=mydb host=localhost")]
    #[case::user("postgresql://user@localhost", "host=localhost user=user")]
    #[case::password("postgresql://user:secret@localhost", "host=localhost user=user password=secret")]
    #[case::short_scheme("postgres://localhost", "host=localhost")]
    #[case::query(
        "postgresql://other@localhost/otherdb?connect_timeout=10&sslmode=require",
        "connect_timeout=10 dbname=otherdb host=localhost sslmode=require user=other"
    )]
    #[case::several_hosts(
        "postgresql://host1:123,host2:456/somedb?target_session_attrs=any",
        "dbname=somedb host=host1,host2 port=123,456 target_session_attrs=any"
    )]
    #[case::several_hosts_one_port("postgresql://host1:123,host2/db", "dbname=db host=host1,host2 port=123,")]
    #[case::several_hosts_no_port("postgresql://host1,host2/db", "dbname=db host=host1,host2")]
    #[case::ipv6("postgresql://[2001:db8::1234]:5433/database", "dbname=database host=2001:db8::1234 port=5433")]
    #[case::ipv6_list("postgresql://[::1],[::2]/", "host=::1,::2")]
    #[case::socket_encoded("postgresql://%2Fvar%2Flib%2Fpostgresql/dbname", "dbname=dbname host=/var/lib/postgresql")]
    #[case::socket_in_query("postgresql:///dbname?host=/var/lib/postgresql", "dbname=dbname host=/var/lib/postgresql")]
    #[case::query_overrides("postgresql://a/db?host=b", "dbname=db host=b")]
    #[case::percent("postgresql://us%40er:p%3A%2F%40ss%25@h/d%20b", "dbname=d b host=h user=us@er password=p:/@ss%")]
    #[case::utf8("postgresql://h/d%C3%A4ta", "dbname=däta host=h")]
    #[case::plus_is_plus("postgresql://a+b@h/", "host=h user=a+b")]
    #[case::empty_password("postgresql://user:@h", "host=h user=user")]
    #[case::password_with_colon("postgresql://user:a:b@h", "host=h user=user password=a:b")]
    #[case::password_with_question_mark("postgresql://user:a?b@h", "host=h user=user password=a?b")]
    #[case::jdbc_ssl("postgresql://h/d?ssl=true", "dbname=d host=h sslmode=require")]
    #[case::query_without_path("postgresql://h?user=u", "host=h user=u")]
    #[case::options("postgresql://h/d?options=-c%20geqo%3Doff", "dbname=d host=h options=-c geqo=off")]
    #[case::blanks_around(" postgresql://h/d \n", "dbname=d host=h")]
    #[case::pairs(
        "host=localhost port=5432 dbname=mydb connect_timeout=10",
        "connect_timeout=10 dbname=mydb host=localhost port=5432"
    )]
    #[case::pairs_with_blanks("host = localhost\nport= 5432", "host=localhost port=5432")]
    #[case::pairs_quoted(r"password='it\'s a \\ secret' user=''", r"password=it's a \ secret")]
    #[case::pairs_escaped(r"dbname=my\ db", "dbname=my db")]
    #[case::pairs_service("service=mydb", "service=mydb")]
    fn texts_mean_what_libpq_takes_them_for(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(shown(text).as_deref(), Ok(expected));
    }

    #[rstest]
    #[case::empty("  ", UriError::Empty)]
    #[case::mysql("mysql://root@h/d", UriError::OtherScheme("mysql".into()))]
    #[case::bad_percent("postgresql://us%zzer@h", UriError::PercentEncoding)]
    #[case::cut_percent("postgresql://h/d%2", UriError::PercentEncoding)]
    #[case::nul("postgresql://h/d%00", UriError::Nul)]
    #[case::not_utf8("postgresql://h/d%ff", UriError::NotUtf8)]
    #[case::open_bracket("postgresql://[::1/d", UriError::Bracket)]
    #[case::empty_bracket("postgresql://[]/d", UriError::Bracket)]
    #[case::after_bracket("postgresql://[::1]x/d", UriError::Bracket)]
    #[case::no_value("postgresql://h/d?sslmode", UriError::Query)]
    #[case::two_equals("postgresql://h/d?sslmode=a=b", UriError::Query)]
    #[case::unknown("postgresql://h/d?ssl_mode=require", UriError::UnknownParameter { name: "ssl_mode".into() })]
    #[case::unescaped("postgresql://u:p/a?b=c@h/d", UriError::Unescaped)]
    #[case::blank("postgresql://h/my db", UriError::Blank)]
    #[case::words("host localhost", UriError::MissingEquals)]
    #[case::path("/var/run/postgresql", UriError::MissingEquals)]
    #[case::quote("password='open", UriError::UnterminatedQuote)]
    fn broken_texts_are_refused_without_repeating_them(#[case] text: &str, #[case] expected: UriError) {
        assert_eq!(shown(text), Err(expected));
    }

    #[test]
    fn an_unknown_parameter_is_told_the_nearest() {
        let message = parse("postgresql://h/d?ssl_mode=require").map_err(|error| error.to_string());
        assert_eq!(
            message,
            Err("`ssl_mode` is no connection parameter of PostgreSQL; the nearest is `sslmode`".into())
        );
        let message = parse("postgresql://h/d?pgbouncer=true").map_err(|error| error.to_string());
        assert_eq!(
            message,
            Err("`pgbouncer` is no connection parameter of PostgreSQL (it belongs to another client library; leave it out)".into())
        );
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,60}") {
            let _ = parse(&text);
            let _ = parse(&format!("postgresql://{text}"));
        }

        #[test]
        fn an_error_never_repeats_a_password(password in "[a-z/?@:%#&=]{8,20}") {
            if let Err(error) = parse(&format!("postgresql://user:{password}@host:54x2/db")) {
                proptest::prop_assert!(!error.to_string().contains(&password));
            }
        }
    }
}
