# The five commands of a working day. Each is what stands here; `just` is not needed for any of them.

# Formatting, lints and types
check:
    cargo fmt --check
    cargo clippy --all-targets -- -D warnings

# Every test, those on real PostgreSQL servers included
test:
    cargo test

# Two throwaway servers, a sample project, and the console on them
demo *options:
    cargo run --release -- demo {{options}}

# Speed, as ratios to psql and to itself
bench:
    cargo bench --bench speed

# The documentation of the code
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --open
