//! Functions, procedures, window functions, aggregates.

use std::borrow::Cow;

use super::Family;
use crate::postgres::error::PgError;
use crate::postgres::snapshot::class::{Address, Class};
use crate::postgres::snapshot::columns::{Columns, Rows};
use crate::postgres::snapshot::reading::Reading;
use crate::schema::grants::Grantable;
use crate::schema::{Attribute, Attributes, Kind, Value, Version};

pub(super) const FAMILY: Family =
    Family { kinds: &[Kind::Function, Kind::Procedure, Kind::Aggregate], queries: |version, _| queries(version), read };

fn queries(version: Version) -> Vec<String> {
    let parsed_body = if version.major >= 14 { "pg_get_function_sqlbody(p.oid)" } else { "NULL::text" };
    let operator = "(SELECT 'OPERATOR(' || quote_ident(n.nspname) || '.' || o.oprname || ')'
                     FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace WHERE o.oid = a.aggsortop)";
    vec![
        // Constructors of ranges belong to their type.
        format!(
            "SELECT p.oid, p.pronamespace, quote_ident(p.proname) || '(' || oidvectortypes(p.proargtypes) || ')',
                    p.prokind, p.proowner, p.proacl::text[], pg_get_function_arguments(p.oid),
                    pg_get_function_result(p.oid), l.lanname, p.prosrc, p.probin, {parsed_body}, p.provolatile,
                    p.proisstrict, p.prosecdef, p.proleakproof, p.proparallel,
                    CASE WHEN p.procost <> CASE WHEN l.lanname IN ('c', 'internal') THEN 1 ELSE 100 END
                         THEN p.procost::text END,
                    CASE WHEN p.prorows <> CASE WHEN p.proretset THEN 1000 ELSE 0 END THEN p.prorows::text END,
                    CASE WHEN p.prosupport <> 0 THEN p.prosupport::text END, p.proconfig, p.protrftypes
             FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
             WHERE p.oid >= 16384 AND p.prokind <> 'a'
               AND NOT EXISTS (SELECT FROM pg_depend d
                               WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i')"
        ),
        format!(
            "SELECT p.oid, p.pronamespace,
                    quote_ident(p.proname) || '(' || CASE WHEN p.pronargs = 0 THEN '*'
                                                          ELSE oidvectortypes(p.proargtypes) END || ')',
                    p.proowner, p.proacl::text[],
                    CASE WHEN p.pronargs = 0 THEN '*' ELSE pg_get_function_arguments(p.oid) END,
                    array_remove(ARRAY[
                        'SFUNC=' || a.aggtransfn, 'STYPE=' || format_type(a.aggtranstype, NULL),
                        'SSPACE=' || nullif(a.aggtransspace, 0),
                        CASE WHEN a.aggfinalfn <> 0 THEN 'FINALFUNC=' || a.aggfinalfn END,
                        CASE WHEN a.aggfinalextra THEN 'FINALFUNC_EXTRA' END,
                        CASE WHEN a.aggfinalmodify <> CASE WHEN a.aggkind = 'n' THEN 'r' ELSE 'w' END
                             THEN 'FINALFUNC_MODIFY=' || CASE a.aggfinalmodify WHEN 'r' THEN 'READ_ONLY'
                                                         WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END END,
                        CASE WHEN a.aggcombinefn <> 0 THEN 'COMBINEFUNC=' || a.aggcombinefn END,
                        CASE WHEN a.aggserialfn <> 0 THEN 'SERIALFUNC=' || a.aggserialfn END,
                        CASE WHEN a.aggdeserialfn <> 0 THEN 'DESERIALFUNC=' || a.aggdeserialfn END,
                        'INITCOND=' || quote_literal(a.agginitval),
                        CASE WHEN a.aggmtransfn <> 0 THEN 'MSFUNC=' || a.aggmtransfn END,
                        CASE WHEN a.aggminvtransfn <> 0 THEN 'MINVFUNC=' || a.aggminvtransfn END,
                        CASE WHEN a.aggmtranstype <> 0 THEN 'MSTYPE=' || format_type(a.aggmtranstype, NULL) END,
                        'MSSPACE=' || nullif(a.aggmtransspace, 0),
                        CASE WHEN a.aggmfinalfn <> 0 THEN 'MFINALFUNC=' || a.aggmfinalfn END,
                        CASE WHEN a.aggmfinalextra THEN 'MFINALFUNC_EXTRA' END,
                        CASE WHEN a.aggmtransfn <> 0 AND a.aggmfinalmodify <> CASE WHEN a.aggkind = 'n' THEN 'r' ELSE 'w' END
                             THEN 'MFINALFUNC_MODIFY=' || CASE a.aggmfinalmodify WHEN 'r' THEN 'READ_ONLY'
                                                          WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END END,
                        'MINITCOND=' || quote_literal(a.aggminitval), 'SORTOP=' || {operator},
                        CASE p.proparallel WHEN 's' THEN 'PARALLEL=SAFE' WHEN 'r' THEN 'PARALLEL=RESTRICTED' END,
                        CASE WHEN a.aggkind = 'h' THEN 'HYPOTHETICAL' END
                    ]::text[], NULL)
             FROM pg_aggregate a JOIN pg_proc p ON p.oid = a.aggfnoid WHERE p.oid >= 16384"
        ),
    ]
}

fn read(reading: &mut Reading<'_>, answers: Vec<Rows>) -> Result<(), PgError> {
    let [routines, aggregates] = answers.as_slice() else { return Ok(()) };
    for row in routines {
        let mut row = Columns::of(row);
        let (oid, schema, name, letter) = (row.oid()?, row.oid()?, row.text()?, row.letter()?);
        let kind = if letter == 'p' { Kind::Procedure } else { Kind::Function };
        let Some(id) = reading.id_in(kind, schema, &name) else { continue };
        let mut attributes = Attributes::new();
        let (owner, grants) = (row.oid()?, row.optional_texts()?);
        reading.owner(&mut attributes, owner);
        reading.grants(&mut attributes, Grantable::Routine, owner, grants);
        attributes.unless(Attribute::Arguments, &row.text()?, "");
        let result = row.text()?;
        if kind == Kind::Function {
            attributes.unless(Attribute::Result, &result, "");
        }
        let language = row.text()?;
        attributes.set(Attribute::Language, reading.names.intern(&language));
        let (body, library, parsed_body) = (row.text()?, row.optional()?, row.optional()?);
        if parsed_body.is_none() {
            attributes.set(Attribute::Body, &*body);
        }
        attributes.some(Attribute::Library, library.as_deref());
        attributes.some(Attribute::ParsedBody, parsed_body.as_deref());
        attributes.flag(Attribute::Window, letter == 'w');
        let volatility = match row.letter()? {
            'i' => "immutable",
            's' => "stable",
            _ => "",
        };
        attributes.unless(Attribute::Volatility, volatility, "");
        attributes.flag(Attribute::Strict, row.flag()?);
        attributes.flag(Attribute::SecurityDefiner, row.flag()?);
        attributes.flag(Attribute::Leakproof, row.flag()?);
        let parallel = match row.letter()? {
            's' => "safe",
            'r' => "restricted",
            _ => "",
        };
        attributes.unless(Attribute::Parallel, parallel, "");
        attributes.unless(Attribute::Cost, &row.text()?, "");
        attributes.unless(Attribute::Rows, &row.text()?, "");
        attributes.unless(Attribute::Support, &row.text()?, "");
        let settings = row.texts()?;
        if !settings.is_empty() {
            attributes.set(Attribute::Settings, Value::list(settings.iter().map(Cow::as_ref)));
        }
        let transforms = row.oids()?;
        if !transforms.is_empty() {
            let types = transforms.iter().map(|oid| reading.names.formatted_type(*oid));
            attributes.set(Attribute::Transforms, Value::list(types));
        }
        reading.add(Address::of(Class::ROUTINE, oid), id, attributes);
    }
    for row in aggregates {
        let mut row = Columns::of(row);
        let (oid, schema, name) = (row.oid()?, row.oid()?, row.text()?);
        let Some(id) = reading.id_in(Kind::Aggregate, schema, &name) else { continue };
        let mut attributes = Attributes::new();
        let (owner, grants) = (row.oid()?, row.optional_texts()?);
        reading.owner(&mut attributes, owner);
        reading.grants(&mut attributes, Grantable::Routine, owner, grants);
        attributes.unless(Attribute::Arguments, &row.text()?, "");
        attributes.options(Attribute::Properties, row.texts()?.iter().map(Cow::as_ref));
        reading.add(Address::of(Class::ROUTINE, oid), id, attributes);
    }
    Ok(())
}
