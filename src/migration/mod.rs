//! A migration on disk: name, header, script, checksum, catalogue.
