//! Operators, their families and classes, access methods, casts, transforms, languages.

use std::borrow::Cow;

use super::Family;
use crate::postgres::error::PgError;
use crate::postgres::snapshot::class::{Address, Class};
use crate::postgres::snapshot::columns::{Columns, Rows};
use crate::postgres::snapshot::reading::Reading;
use crate::schema::grants::Grantable;
use crate::schema::{Attribute, Attributes, Kind, ObjectId, Value};

pub(super) const FAMILY: Family = Family {
    kinds: &[
        Kind::Operator,
        Kind::OperatorFamily,
        Kind::OperatorClass,
        Kind::AccessMethod,
        Kind::Cast,
        Kind::Transform,
        Kind::Language,
    ],
    queries: |_, _| QUERIES.map(str::to_owned).to_vec(),
    read,
};

const QUERIES: [&str; 8] = [
    // An operator without a function is only named by another one.
    "SELECT o.oid, o.oprnamespace,
            o.oprname || '(' || CASE WHEN o.oprleft = 0 THEN 'NONE' ELSE format_type(o.oprleft, NULL) END || ', '
                || format_type(o.oprright, NULL) || ')',
            o.oprowner,
            array_remove(ARRAY[
                CASE WHEN o.oprcode <> 0 THEN 'FUNCTION=' || o.oprcode END,
                CASE WHEN o.oprleft <> 0 THEN 'LEFTARG=' || format_type(o.oprleft, NULL) END,
                CASE WHEN o.oprright <> 0 THEN 'RIGHTARG=' || format_type(o.oprright, NULL) END,
                (SELECT 'COMMUTATOR=OPERATOR(' || quote_ident(n.nspname) || '.' || c.oprname || ')'
                 FROM pg_operator c JOIN pg_namespace n ON n.oid = c.oprnamespace WHERE c.oid = o.oprcom),
                (SELECT 'NEGATOR=OPERATOR(' || quote_ident(n.nspname) || '.' || c.oprname || ')'
                 FROM pg_operator c JOIN pg_namespace n ON n.oid = c.oprnamespace WHERE c.oid = o.oprnegate),
                CASE WHEN o.oprrest <> 0 THEN 'RESTRICT=' || o.oprrest END,
                CASE WHEN o.oprjoin <> 0 THEN 'JOIN=' || o.oprjoin END,
                CASE WHEN o.oprcanhash THEN 'HASHES' END, CASE WHEN o.oprcanmerge THEN 'MERGES' END
            ]::text[], NULL), o.oprcode = 0
     FROM pg_operator o WHERE o.oid >= 16384",
    // Members of a class are the class's.
    "SELECT f.oid, f.opfnamespace, quote_ident(f.opfname) || ' USING ' || quote_ident(m.amname), f.opfowner,
            ARRAY(SELECT 'OPERATOR ' || o.amopstrategy || ' ' || o.amopopr::regoperator
                         || coalesce((SELECT ' FOR ORDER BY ' || quote_ident(n.nspname) || '.' || quote_ident(s.opfname)
                                      FROM pg_opfamily s JOIN pg_namespace n ON n.oid = s.opfnamespace
                                      WHERE s.oid = o.amopsortfamily), '')
                  FROM pg_amop o
                  WHERE o.amopfamily = f.oid
                    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_amop'::regclass AND d.objid = o.oid
                                    AND d.refclassid = 'pg_opclass'::regclass AND d.deptype = 'i')
                  UNION ALL
                  SELECT 'FUNCTION ' || p.amprocnum || ' (' || format_type(p.amproclefttype, NULL) || ', '
                         || format_type(p.amprocrighttype, NULL) || ') ' || p.amproc::regprocedure
                  FROM pg_amproc p
                  WHERE p.amprocfamily = f.oid
                    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_amproc'::regclass AND d.objid = p.oid
                                    AND d.refclassid = 'pg_opclass'::regclass AND d.deptype = 'i'))
     FROM pg_opfamily f JOIN pg_am m ON m.oid = f.opfmethod WHERE f.oid >= 16384",
    "SELECT c.oid, c.opcnamespace, quote_ident(c.opcname) || ' USING ' || quote_ident(m.amname), c.opcowner,
            format_type(c.opcintype, NULL), c.opcdefault, quote_ident(n.nspname) || '.' || quote_ident(f.opfname),
            CASE WHEN c.opckeytype <> 0 THEN format_type(c.opckeytype, NULL) END,
            ARRAY(SELECT 'OPERATOR ' || o.amopstrategy || ' ' || o.amopopr::regoperator
                         || coalesce((SELECT ' FOR ORDER BY ' || quote_ident(n.nspname) || '.' || quote_ident(s.opfname)
                                      FROM pg_opfamily s JOIN pg_namespace n ON n.oid = s.opfnamespace
                                      WHERE s.oid = o.amopsortfamily), '')
                  FROM pg_depend d JOIN pg_amop o ON o.oid = d.objid
                  WHERE d.classid = 'pg_amop'::regclass AND d.refclassid = 'pg_opclass'::regclass
                    AND d.refobjid = c.oid AND d.deptype = 'i'
                  UNION ALL
                  SELECT 'FUNCTION ' || p.amprocnum || ' (' || format_type(p.amproclefttype, NULL) || ', '
                         || format_type(p.amprocrighttype, NULL) || ') ' || p.amproc::regprocedure
                  FROM pg_depend d JOIN pg_amproc p ON p.oid = d.objid
                  WHERE d.classid = 'pg_amproc'::regclass AND d.refclassid = 'pg_opclass'::regclass
                    AND d.refobjid = c.oid AND d.deptype = 'i')
     FROM pg_opclass c JOIN pg_am m ON m.oid = c.opcmethod JOIN pg_opfamily f ON f.oid = c.opcfamily
          JOIN pg_namespace n ON n.oid = f.opfnamespace
     WHERE c.oid >= 16384",
    "SELECT oid, amname, amtype, amhandler::text FROM pg_am WHERE oid >= 16384",
    "SELECT oid, format_type(castsource, NULL) || ' AS ' || format_type(casttarget, NULL),
            CASE castmethod WHEN 'f' THEN 'WITH FUNCTION ' || castfunc::regprocedure WHEN 'i' THEN 'WITH INOUT'
                 ELSE 'WITHOUT FUNCTION' END,
            CASE castcontext WHEN 'a' THEN 'assignment' WHEN 'i' THEN 'implicit' END
     FROM pg_cast c
     WHERE oid >= 16384
       AND NOT EXISTS (SELECT FROM pg_depend d
                       WHERE d.classid = 'pg_cast'::regclass AND d.objid = c.oid AND d.deptype = 'i')",
    "SELECT t.oid, 'FOR ' || format_type(t.trftype, NULL) || ' LANGUAGE ' || quote_ident(l.lanname),
            CASE WHEN t.trffromsql <> 0 THEN t.trffromsql::regprocedure::text END,
            CASE WHEN t.trftosql <> 0 THEN t.trftosql::regprocedure::text END
     FROM pg_transform t JOIN pg_language l ON l.oid = t.trflang WHERE t.oid >= 16384",
    "SELECT oid, lanname, lanowner, lanacl::text[], lanpltrusted,
            CASE WHEN lanplcallfoid <> 0 THEN lanplcallfoid::regproc::text END,
            CASE WHEN laninline <> 0 THEN laninline::regproc::text END,
            CASE WHEN lanvalidator <> 0 THEN lanvalidator::regproc::text END
     FROM pg_language WHERE lanispl",
    "SELECT classid, objid, refclassid, refobjid FROM pg_depend
     WHERE deptype IN ('i', 'a') AND refobjid >= 16384
       AND classid IN ('pg_amop'::regclass, 'pg_amproc'::regclass)
       AND refclassid IN ('pg_opclass'::regclass, 'pg_opfamily'::regclass)",
];

fn read(reading: &mut Reading<'_>, answers: Vec<Rows>) -> Result<(), PgError> {
    let [operators, families, classes, access_methods, casts, transforms, languages, members_of] = answers.as_slice()
    else {
        return Ok(());
    };
    for row in operators {
        let mut row = Columns::of(row);
        let (oid, schema, name, owner) = (row.oid()?, row.oid()?, row.text()?, row.oid()?);
        let Some(id) = reading.id_in(Kind::Operator, schema, &name) else { continue };
        let mut attributes = Attributes::new();
        reading.owner(&mut attributes, owner);
        attributes.options(Attribute::Properties, row.texts()?.iter().map(Cow::as_ref));
        attributes.flag(Attribute::Shell, row.flag()?);
        reading.add(Address::of(Class::OPERATOR, oid), id, attributes);
    }
    for row in families {
        let mut row = Columns::of(row);
        let (oid, schema, name, owner) = (row.oid()?, row.oid()?, row.text()?, row.oid()?);
        let Some(id) = reading.id_in(Kind::OperatorFamily, schema, &name) else { continue };
        let mut attributes = Attributes::new();
        reading.owner(&mut attributes, owner);
        members(&mut attributes, &row.texts()?);
        reading.add(Address::of(Class::OPERATOR_FAMILY, oid), id, attributes);
    }
    for row in classes {
        let mut row = Columns::of(row);
        let (oid, schema, name, owner) = (row.oid()?, row.oid()?, row.text()?, row.oid()?);
        let Some(id) = reading.id_in(Kind::OperatorClass, schema, &name) else { continue };
        let mut attributes = Attributes::new();
        reading.owner(&mut attributes, owner);
        attributes.set(Attribute::DataType, &*row.text()?);
        attributes.flag(Attribute::IsDefault, row.flag()?);
        attributes.set(Attribute::Family, &*row.text()?);
        attributes.some(Attribute::StoredType, row.optional()?.as_deref());
        members(&mut attributes, &row.texts()?);
        reading.add(Address::of(Class::OPERATOR_CLASS, oid), id, attributes);
    }
    for row in members_of {
        let mut row = Columns::of(row);
        let member = Address::of(Class(row.oid()?), row.oid()?);
        reading.stands_for(member, Address::of(Class(row.oid()?), row.oid()?));
    }
    for row in access_methods {
        let mut row = Columns::of(row);
        let (oid, name, letter) = (row.oid()?, row.text()?, row.letter()?);
        let mut attributes = Attributes::new();
        attributes.set(Attribute::MethodType, if letter == 't' { "table" } else { "index" });
        attributes.set(Attribute::Handler, &*row.text()?);
        reading.add(Address::of(Class::ACCESS_METHOD, oid), ObjectId::global(Kind::AccessMethod, &*name), attributes);
    }
    for row in casts {
        let mut row = Columns::of(row);
        let (oid, name) = (row.oid()?, row.text()?);
        let mut attributes = Attributes::new();
        attributes.set(Attribute::Method, &*row.text()?);
        attributes.some(Attribute::Context, row.optional()?.as_deref());
        reading.add(Address::of(Class::CAST, oid), ObjectId::global(Kind::Cast, &*name), attributes);
    }
    for row in transforms {
        let mut row = Columns::of(row);
        let (oid, name) = (row.oid()?, row.text()?);
        let mut attributes = Attributes::new();
        attributes.some(Attribute::FromSql, row.optional()?.as_deref());
        attributes.some(Attribute::ToSql, row.optional()?.as_deref());
        reading.add(Address::of(Class::TRANSFORM, oid), ObjectId::global(Kind::Transform, &*name), attributes);
    }
    for row in languages {
        let mut row = Columns::of(row);
        let (oid, name, owner, grants) = (row.oid()?, row.text()?, row.oid()?, row.optional_texts()?);
        let mut attributes = Attributes::new();
        reading.owner(&mut attributes, owner);
        reading.grants(&mut attributes, Grantable::Language, owner, grants);
        attributes.flag(Attribute::Trusted, row.flag()?);
        attributes.some(Attribute::Handler, row.optional()?.as_deref());
        attributes.some(Attribute::Inline, row.optional()?.as_deref());
        attributes.some(Attribute::Validator, row.optional()?.as_deref());
        reading.add(Address::of(Class::LANGUAGE, oid), ObjectId::global(Kind::Language, &*name), attributes);
    }
    Ok(())
}

fn members(attributes: &mut Attributes, members: &[Cow<'_, str>]) {
    if !members.is_empty() {
        attributes.set(Attribute::Members, Value::set(members.iter().map(Cow::as_ref)));
    }
}
