//! What an environment stands on and no migration makes: its roles, its database's owner, the extensions and schemas of
//! its platform. Read from the environment, made in a shadow as far as it can be.

use serde::{Deserialize, Serialize};

use super::super::connection::Connection;
use super::super::error::PgError;
use super::super::sql::{self, Columns, literal};
use super::dump::restore;
use super::{Shadow, ShadowDatabase, ShadowError, trying};
use crate::migration::table::quote_identifier;
use crate::migration::text::printable;

/// What an environment stands on and no migration makes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ground {
    /// Who logs in.
    pub login: String,
    /// Who owns the database.
    pub owner: String,
    /// The database's encoding.
    pub encoding: String,
    roles: Vec<Role>,
    memberships: Vec<(String, String, bool)>,
    extensions: Vec<(String, String)>,
    /// The schemas of the platform that are there.
    pub platform: Vec<String>,
    /// Statements about the schema `public`.
    settings: Vec<String>,
    /// Statements about the database.
    grants: Vec<String>,
    /// Statements about privileges on what is yet to come.
    defaults: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Role {
    name: String,
    /// The words of `CREATE ROLE`.
    attributes: String,
}

/// Whether a schema is one of the platform's that are there.
const OF_PLATFORM: &str = "SELECT nspname FROM pg_catalog.pg_namespace \
    WHERE nspname IN ($platform$) AND pg_catalog.left(nspname, 3) <> 'pg_' ORDER BY nspname";

const DATABASE: &str = "SELECT pg_catalog.pg_get_userbyid(datdba), pg_catalog.pg_encoding_to_char(encoding) \
    FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()";

const ROLES: &str = "SELECT rolname, \
        CASE WHEN rolsuper THEN 'SUPERUSER ' ELSE '' END || CASE WHEN rolinherit THEN '' ELSE 'NOINHERIT ' END \
        || CASE WHEN rolcreaterole THEN 'CREATEROLE ' ELSE '' END || CASE WHEN rolcreatedb THEN 'CREATEDB ' ELSE '' END \
        || CASE WHEN rolbypassrls THEN 'BYPASSRLS' ELSE '' END \
    FROM pg_catalog.pg_roles WHERE pg_catalog.left(rolname, 3) <> 'pg_' ORDER BY rolname";

const MEMBERSHIPS: &str = "SELECT DISTINCT pg_catalog.pg_get_userbyid(roleid), pg_catalog.pg_get_userbyid(member), \
        pg_catalog.bool_or(admin_option) \
    FROM pg_catalog.pg_auth_members GROUP BY roleid, member ORDER BY 1, 2";

const EXTENSIONS: &str = "SELECT e.extname, n.nspname FROM pg_catalog.pg_extension e \
    JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace \
    WHERE e.extname <> 'plpgsql' AND n.nspname IN ($platform$) ORDER BY e.oid";

/// Who owns the schema `public` and may use it: said when a database is set up, before any migration.
const PUBLIC_SCHEMA: &str = "SELECT 'ALTER SCHEMA public OWNER TO ' || pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(nspowner)) \
        FROM pg_catalog.pg_namespace WHERE nspname = 'public' \
    UNION ALL SELECT 'REVOKE ALL ON SCHEMA public FROM PUBLIC' \
        FROM pg_catalog.pg_namespace WHERE nspname = 'public' AND nspacl IS NOT NULL \
    UNION ALL SELECT pg_catalog.format('GRANT %s ON SCHEMA public TO %s%s', a.privilege_type, \
            CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(a.grantee)) END, \
            CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) \
        FROM pg_catalog.pg_namespace, pg_catalog.aclexplode(nspacl) a WHERE nspname = 'public' AND a.grantee <> nspowner";

/// Who may do what with the database: said when it is set up, too. `$database$` stands for its name.
const DATABASE_GRANTS: &str = "SELECT pg_catalog.format('GRANT %s ON DATABASE $database$ TO %s%s', a.privilege_type, \
            CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(a.grantee)) END, \
            CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) \
        FROM pg_catalog.pg_database, pg_catalog.aclexplode(datacl) a \
        WHERE datname = pg_catalog.current_database() AND a.grantee <> datdba";

/// What a platform says once and for all about the privileges on what is yet to come.
const DEFAULTS: &str = "SELECT pg_catalog.format('ALTER DEFAULT PRIVILEGES FOR ROLE %I %s GRANT %s ON %s TO %s%s', \
            pg_catalog.pg_get_userbyid(d.defaclrole), \
            CASE WHEN n.nspname IS NULL THEN '' ELSE pg_catalog.format('IN SCHEMA %I', n.nspname) END, a.privilege_type, \
            CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS' \
                WHEN 'T' THEN 'TYPES' ELSE 'SCHEMAS' END, \
            CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(a.grantee)) END, \
            CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) \
        FROM pg_catalog.pg_default_acl d LEFT JOIN pg_catalog.pg_namespace n ON n.oid = d.defaclnamespace, \
            pg_catalog.aclexplode(d.defaclacl) a \
        WHERE a.grantee <> d.defaclrole AND (n.nspname IS NULL OR n.nspname = 'public')";

impl Ground {
    /// Reads what an environment stands on. `platform` names the schemas that are its platform's, as far as they are
    /// there.
    ///
    /// # Errors
    /// With what the server says.
    pub async fn read(connection: &Connection, platform: &[String]) -> Result<Self, PgError> {
        let named: Vec<String> = platform.iter().map(|schema| literal(schema)).collect();
        let named = if named.is_empty() { "NULL".to_owned() } else { named.join(", ") };
        let of_platform = |question: &str| question.replace("$platform$", &named);
        let (schemas, extensions) = (of_platform(OF_PLATFORM), of_platform(EXTENSIONS));
        let (schemas, database, roles, memberships, extensions, public, grants, defaults) = tokio::try_join!(
            sql::rows(connection, &schemas),
            sql::row(connection, DATABASE),
            sql::rows(connection, ROLES),
            sql::rows(connection, MEMBERSHIPS),
            sql::rows(connection, &extensions),
            sql::rows(connection, PUBLIC_SCHEMA),
            sql::rows(connection, DATABASE_GRANTS),
            sql::rows(connection, DEFAULTS),
        )?;
        let texts = |rows: &[tokio_postgres::SimpleQueryRow]| {
            rows.iter().map(|row| Columns::of(row).string()).collect::<Result<Vec<String>, PgError>>()
        };
        let platform = texts(&schemas)?;
        let mut database = Columns::of(&database);
        let mut ground = Self {
            login: connection.info().user.clone(),
            owner: database.string()?,
            encoding: database.string()?,
            roles: Vec::with_capacity(roles.len()),
            memberships: Vec::with_capacity(memberships.len()),
            extensions: Vec::with_capacity(extensions.len()),
            settings: texts(&public)?,
            grants: texts(&grants)?,
            // Without a platform, whatever is said about these the migrations have said.
            defaults: if platform.is_empty() { Vec::new() } else { texts(&defaults)? },
            platform,
        };
        for row in &roles {
            let mut columns = Columns::of(row);
            ground.roles.push(Role { name: columns.string()?, attributes: columns.string()? });
        }
        for row in &memberships {
            let mut columns = Columns::of(row);
            ground.memberships.push((columns.string()?, columns.string()?, columns.truth()?));
        }
        for row in &extensions {
            let mut columns = Columns::of(row);
            ground.extensions.push((columns.string()?, columns.string()?));
        }
        Ok(ground)
    }

    /// Makes a database that stands on the same ground, as far as this server can. `platform` is the dump of its
    /// platform's schemas. What is missing is added to `missing`, a sentence each.
    ///
    /// # Errors
    /// Not even an empty database could be made.
    pub async fn lay(
        &self,
        shadow: &Shadow,
        platform: Option<&str>,
        missing: &mut Vec<String>,
    ) -> Result<ShadowDatabase, ShadowError> {
        self.make_roles(shadow, missing).await?;
        let database = shadow.database(&self.owner, &self.encoding, None).await?;
        let connection = shadow.connect(&database).await?;
        let mut tell = |what: String, error: &PgError| {
            let why = error.server().map_or_else(|| error.to_string(), |error| error.message.clone());
            missing.push(format!("{what} is missing in the shadow: {}.", printable(&why)));
        };
        for (extension, schema) in &self.extensions {
            let (name, quoted_schema) = (quote_identifier(extension), quote_identifier(schema));
            let statement = format!(
                "CREATE SCHEMA IF NOT EXISTS {quoted_schema}; CREATE EXTENSION {name} WITH SCHEMA {quoted_schema} CASCADE"
            );
            if let Err(error) = sql::rows(&connection, &statement).await {
                tell(format!("The extension {}", printable(extension)), &error);
            }
        }
        if let Some(dump) = platform {
            match restore(&connection, dump).await {
                Ok(failed) => missing.extend(
                    failed.into_iter().map(|what| format!("Of the platform this is missing in the shadow: {what}.")),
                ),
                Err(error) => tell("The platform".to_owned(), &error),
            }
        }
        let named = |statement: &String| statement.replace("$database$", &quote_identifier(database.name()));
        let statements =
            self.settings.iter().cloned().chain(self.grants.iter().map(named)).chain(self.defaults.clone());
        for statement in statements {
            if let Err(error) = sql::rows(&connection, &statement).await {
                tracing::info!(%error, statement, "a privilege cannot be granted in the shadow");
            }
        }
        Ok(database)
    }

    /// Restores the dump of a whole database in a new one. What is missing is added to `missing`.
    ///
    /// # Errors
    /// Not even an empty database could be made.
    pub async fn restore(
        &self,
        shadow: &Shadow,
        dump: &str,
        missing: &mut Vec<String>,
    ) -> Result<ShadowDatabase, ShadowError> {
        self.make_roles(shadow, missing).await?;
        let database = shadow.database(&self.owner, &self.encoding, None).await?;
        let connection = shadow.connect(&database).await?;
        let failed = restore(&connection, dump).await.map_err(trying("Restoring a schema"))?;
        missing.extend(failed.into_iter().map(|what| format!("This could not be restored in the shadow: {what}.")));
        Ok(database)
    }

    /// Makes the roles that are not there yet; nobody can log in as one of them.
    async fn make_roles(&self, shadow: &Shadow, missing: &mut Vec<String>) -> Result<(), ShadowError> {
        let _alone = shadow.roles.lock().await;
        let there = sql::rows(&shadow.admin, "SELECT rolname FROM pg_catalog.pg_roles").await;
        let there: Vec<String> = there
            .and_then(|rows| rows.iter().map(|row| Columns::of(row).string()).collect())
            .map_err(trying("Reading the roles"))?;
        let mut batch = Vec::new();
        for role in self.roles.iter().filter(|role| !there.contains(&role.name)) {
            let name = quote_identifier(&role.name);
            batch.push((role.name.as_str(), format!("CREATE ROLE {name} NOLOGIN {}", role.attributes)));
        }
        let known = |name: &String| !there.contains(name);
        for (role, member, admin) in self.memberships.iter().filter(|(role, member, _)| known(role) || known(member)) {
            let admin = if *admin { " WITH ADMIN OPTION" } else { "" };
            let (granted, to) = (quote_identifier(role), quote_identifier(member));
            batch.push((member.as_str(), format!("GRANT {granted} TO {to}{admin}")));
        }
        let all: Vec<&str> = batch.iter().map(|(_, statement)| statement.as_str()).collect();
        if batch.is_empty() || sql::rows(&shadow.admin, &all.join("; ")).await.is_ok() {
            return Ok(());
        }
        for (role, statement) in &batch {
            if let Err(error) = sql::rows(&shadow.admin, statement).await {
                let why = error.server().map_or_else(|| error.to_string(), |error| error.message.clone());
                let (role, why) = (printable(role), printable(&why));
                missing.push(format!("The role {role} cannot be made in the shadow as it is: {why}."));
            }
        }
        Ok(())
    }
}
