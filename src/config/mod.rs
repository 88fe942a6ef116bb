//! `config.toml` as typed, validated configuration; secrets; where files live.
