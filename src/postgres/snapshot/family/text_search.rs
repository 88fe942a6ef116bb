//! Text search: parsers, templates, dictionaries, configurations.

use std::borrow::Cow;

use super::Family;
use crate::postgres::error::PgError;
use crate::postgres::snapshot::class::{Address, Class};
use crate::postgres::snapshot::columns::{Columns, Rows};
use crate::postgres::snapshot::reading::Reading;
use crate::schema::{Attribute, Attributes, Kind, Value};

pub(super) const FAMILY: Family = Family {
    kinds: &[
        Kind::TextSearchParser,
        Kind::TextSearchTemplate,
        Kind::TextSearchDictionary,
        Kind::TextSearchConfiguration,
    ],
    queries: |_, _| QUERIES.map(str::to_owned).to_vec(),
    read,
};

const QUERIES: [&str; 4] = [
    "SELECT oid, prsnamespace, prsname, 0::oid, NULL::text,
            array_remove(ARRAY['START=' || prsstart, 'GETTOKEN=' || prstoken, 'END=' || prsend,
                               CASE WHEN prsheadline <> 0 THEN 'HEADLINE=' || prsheadline END,
                               'LEXTYPES=' || prslextype]::text[], NULL)
     FROM pg_ts_parser WHERE oid >= 16384",
    "SELECT oid, tmplnamespace, tmplname, 0::oid, NULL::text,
            array_remove(ARRAY[CASE WHEN tmplinit <> 0 THEN 'INIT=' || tmplinit END, 'LEXIZE=' || tmpllexize]::text[], NULL)
     FROM pg_ts_template WHERE oid >= 16384",
    "SELECT d.oid, d.dictnamespace, d.dictname, d.dictowner, quote_ident(n.nspname) || '.' || quote_ident(t.tmplname),
            d.dictinitoption
     FROM pg_ts_dict d JOIN pg_ts_template t ON t.oid = d.dicttemplate JOIN pg_namespace n ON n.oid = t.tmplnamespace
     WHERE d.oid >= 16384",
    "SELECT c.oid, c.cfgnamespace, c.cfgname, c.cfgowner, quote_ident(n.nspname) || '.' || quote_ident(p.prsname),
            ARRAY(SELECT quote_ident(t.alias) || '='
                         || string_agg(quote_ident(dn.nspname) || '.' || quote_ident(d.dictname), ', ' ORDER BY m.mapseqno)
                  FROM pg_ts_config_map m JOIN ts_token_type(c.cfgparser) t ON t.tokid = m.maptokentype
                       JOIN pg_ts_dict d ON d.oid = m.mapdict JOIN pg_namespace dn ON dn.oid = d.dictnamespace
                  WHERE m.mapcfg = c.oid GROUP BY t.alias)
     FROM pg_ts_config c JOIN pg_ts_parser p ON p.oid = c.cfgparser JOIN pg_namespace n ON n.oid = p.prsnamespace
     WHERE c.oid >= 16384",
];

const KINDS: [(Kind, Class); 4] = [
    (Kind::TextSearchParser, Class::TEXT_SEARCH_PARSER),
    (Kind::TextSearchTemplate, Class::TEXT_SEARCH_TEMPLATE),
    (Kind::TextSearchDictionary, Class::TEXT_SEARCH_DICTIONARY),
    (Kind::TextSearchConfiguration, Class::TEXT_SEARCH_CONFIGURATION),
];

fn read(reading: &mut Reading<'_>, answers: Vec<Rows>) -> Result<(), PgError> {
    for ((kind, class), rows) in KINDS.into_iter().zip(&answers) {
        for row in rows {
            let mut row = Columns::of(row);
            let (oid, schema, name, owner, base) = (row.oid()?, row.oid()?, row.text()?, row.oid()?, row.optional()?);
            let Some(id) = reading.id_in(kind, schema, &name) else { continue };
            let mut attributes = Attributes::new();
            if owner != 0 {
                reading.owner(&mut attributes, owner);
            }
            match kind {
                Kind::TextSearchDictionary => {
                    attributes.some(Attribute::Template, base.as_deref());
                    let options = row.text()?;
                    let options = settings(&options);
                    if !options.is_empty() {
                        attributes.set(Attribute::Options, Value::pairs(options));
                    }
                }
                Kind::TextSearchConfiguration => {
                    attributes.some(Attribute::Parser, base.as_deref());
                    attributes.options(Attribute::Mappings, row.texts()?.iter().map(Cow::as_ref));
                }
                _ => attributes.options(Attribute::Properties, row.texts()?.iter().map(Cow::as_ref)),
            }
            reading.add(Address::of(class, oid), id, attributes);
        }
    }
    Ok(())
}

/// The options of a dictionary, which the catalog keeps as SQL: `language = 'english', stopwords = 'x, y'`.
fn settings(text: &str) -> Vec<(&str, &str)> {
    let (mut found, mut start, mut quote) = (Vec::new(), 0, None);
    for (at, character) in text.char_indices().chain([(text.len(), ',')]) {
        match quote {
            Some(open) if open == character => quote = None,
            Some(_) if at < text.len() => {}
            _ if character == ',' => {
                if let Some((key, value)) = text[start..at].split_once(" = ") {
                    found.push((key.trim(), value.trim()));
                }
                start = (at + 1).min(text.len());
            }
            _ if matches!(character, '\'' | '"') => quote = Some(character),
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_options_of_a_dictionary_are_read() {
        assert_eq!(
            settings("language = 'english', stopwords = 'a, ''b', \"Odd, one\" = '1'"),
            [("language", "'english'"), ("stopwords", "'a, ''b'"), ("\"Odd, one\"", "'1'")]
        );
        assert!(settings("").is_empty());
    }
}
