//! Whether a name is one of a migration's authors.

/// Whether `name` is one of those that the header's `Author:` names: by the whole, by the name before `<…>`, by the
/// address within, by what stands before its `@`, or by what stands after the `@` of a user name. Case makes no difference.
pub(super) fn is(authors: &str, name: &str) -> bool {
    let plain = |text: &str| text.trim().trim_start_matches('@').to_lowercase();
    let name = plain(name);
    authors
        .split([',', ';', '&'])
        .flat_map(|author| author.split(" and "))
        .flat_map(|author| {
            let (before, after) = author.split_once('<').unwrap_or((author, ""));
            let address = after.split('>').next().unwrap_or_default();
            let mailbox = |text: &str| text.split_once('@').map_or(String::new(), |(mailbox, _)| mailbox.to_owned());
            [author.to_owned(), before.to_owned(), address.to_owned(), mailbox(address), mailbox(before)]
        })
        .map(|author| plain(&author))
        .any(|author| !author.is_empty() && author == name)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::is;

    #[rstest]
    #[case("ana", "Ana", true)]
    #[case("Ana Lopez <ana@scout.example>", "ana", true)]
    #[case("Ana Lopez <ana@scout.example>", "ana lopez", true)]
    #[case("Ana Lopez <ana@scout.example>", "ana@scout.example", true)]
    #[case("ana@scout.example", "ana", true)]
    #[case("ben, Ana", "ana", true)]
    #[case("ben and ana", "ana", true)]
    #[case("ÉLODIE", "élodie", true)]
    #[case("@ana", "ana", true)]
    #[case("@ana <ana@scout.example>", "Ana", true)]
    #[case("ben, @ana", "@ana", true)]
    #[case("ana", "anabel", false)]
    #[case("Ana Lopez", "lopez", false)]
    #[case("ana <>", "", false)]
    #[case("@", "", false)]
    fn an_author_goes_by_several_names(#[case] authors: &str, #[case] name: &str, #[case] expected: bool) {
        assert_eq!(is(authors, name), expected);
    }
}
