//! The names that a need for an approval hangs on.

/// Tidegate's own schema, which holds the approvals.
pub(super) const OWN: &str = "tidegate";

/// Schemas that tell the server what there is.
pub(super) const CATALOGS: [&str; 2] = ["pg_catalog", "information_schema"];

/// The setting that keeps triggers and foreign keys from being heeded.
pub(super) const REPLICATION_ROLE: &str = "session_replication_role";

/// The setting that has queries fail that row-level security would keep rows from.
pub(super) const ROW_SECURITY: &str = "row_security";

/// The schema that holds who may log in.
pub(super) const AUTH: &str = "auth";

/// The option of a view that has it ask with the rights of whoever uses it.
pub(super) const INVOKER: &str = "security_invoker";

/// Schemas whose functions and tables keep or make secrets.
pub(super) const VAULTS: [&str; 3] = ["vault", "pgsodium", "pgsodium_masks"];

/// Whether an extension encrypts.
pub(super) fn is_crypto_extension(name: &str) -> bool {
    ["pgcrypto", "pgsodium", "supabase_vault", "tcle", "pg_tde"].contains(&name)
}

/// Whether a function of this name, in whatever schema, encrypts, decrypts, hashes or makes keys.
pub(super) fn is_crypto_function(name: &str) -> bool {
    const NAMES: [&str; 13] = [
        "encrypt",
        "encrypt_iv",
        "decrypt",
        "decrypt_iv",
        "crypt",
        "digest",
        "hmac",
        "gen_salt",
        "gen_random_bytes",
        "armor",
        "dearmor",
        "raw_encrypt",
        "raw_decrypt",
    ];
    NAMES.contains(&name)
        || ["pgp_sym_", "pgp_pub_", "pgp_key_", "pgp_armor_", "crypto_"].iter().any(|start| name.starts_with(start))
}

/// Whether a column's name says that it holds a secret, or what is needed to read one.
pub(super) fn is_secret_column(name: &str) -> bool {
    /// Last words that make it tell of a secret what is none itself.
    const ABOUT: [&str; 16] = [
        "at", "on", "by", "date", "time", "count", "limit", "length", "type", "version", "used", "expires", "expiry",
        "attempts", "required", "enabled",
    ];
    let name = name.to_ascii_lowercase();
    let words: Vec<&str> = name.split(|character: char| !character.is_ascii_alphanumeric()).collect();
    let is_any = |word: &&str| {
        ["encrypted", "cipher", "ciphertext", "secret", "secrets", "nonce", "salt"].contains(word)
            || word.starts_with("encrypt")
            || word.starts_with("decrypt")
    };
    let is_credential = |word: &&str| {
        ["token", "tokens", "passwd", "pwd", "passphrase", "passphrases", "credential", "credentials"].contains(word)
            || ["password", "apikey", "privatekey", "secretkey", "accesstoken", "refreshtoken"]
                .iter()
                .any(|start| word.starts_with(start))
    };
    let is_kept_key = |pair: &[&str]| {
        matches!(pair, ["api" | "private" | "secret" | "access" | "signing" | "master" | "auth", "key" | "keys"])
    };
    let is_about = words.last().is_some_and(|last| ABOUT.contains(last));
    words.iter().any(is_any)
        || !is_about && (words.iter().any(is_credential) || words.windows(2).any(is_kept_key))
        || words.ends_with(&["key", "id"]) && words.len() <= 3
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("secret", true)]
    #[case("client_secret", true)]
    #[case("Card_Encrypted", true)]
    #[case("encryption_key", true)]
    #[case("key_id", true)]
    #[case("signing_key_id", true)]
    #[case("nonce", true)]
    #[case("password", true)]
    #[case("password_hash", true)]
    #[case("passwordHash", true)]
    #[case("api_key", true)]
    #[case("token", true)]
    #[case("refresh_token_hash", true)]
    #[case("private_key", true)]
    #[case("passphrase", true)]
    #[case("password_changed_at", false)]
    #[case("token_count", false)]
    #[case("tokenizer", false)]
    #[case("primary_key", false)]
    #[case("secretary", false)]
    #[case("key", false)]
    #[case("campaign_id", false)]
    #[case("announcement", false)]
    fn a_column_says_that_it_is_secret(#[case] name: &str, #[case] expected: bool) {
        assert_eq!(is_secret_column(name), expected);
    }

    #[rstest]
    #[case("pgp_sym_encrypt", true)]
    #[case("crypt", true)]
    #[case("crypto_aead_det_encrypt", true)]
    #[case("encrypted_things", false)]
    #[case("md5", false)]
    fn a_function_encrypts(#[case] name: &str, #[case] expected: bool) {
        assert_eq!(is_crypto_function(name), expected);
    }
}
