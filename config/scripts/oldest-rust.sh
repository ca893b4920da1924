#!/usr/bin/env bash
# Checks that the oldest Rust that Cargo.toml promises (`rust-version`) compiles everything. Where that is the Rust which
# is installed, every build shows it; otherwise rustup's toolchain of that number is used, with a target folder of its own.
#
#   config/scripts/oldest-rust.sh [--missing]    --missing: only say what is not there, if anything
set -euo pipefail
cd "$(dirname "$0")/../.."

promised=$(awk -F'"' '/^rust-version = / { print $2 }' Cargo.toml)
installed=$(rustc --version | awk '{ print $2 }')
missing=
case $installed in
    "$promised" | "$promised".*) same=1 ;;
    *)
        same=
        RUSTUP_AUTO_INSTALL=0 rustup run "$promised" rustc --version >/dev/null 2>&1 ||
            missing="no Rust $promised beside $installed: \`rustup toolchain install $promised --profile minimal\`, or raise rust-version in Cargo.toml"
        ;;
esac
if [ "${1:-}" = --missing ]; then
    [ -z "$missing" ] || echo "$missing"
    exit 0
fi
[ -z "$missing" ] || { echo "oldest-rust.sh: $missing" >&2; exit 1; }
if [ -n "$same" ]; then
    echo "Rust $installed is the oldest that is promised ($promised): whatever is built here shows that it works"
else
    CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}/oldest-rust rustup run "$promised" cargo check --locked --workspace --all-targets
fi
