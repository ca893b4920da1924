#!/usr/bin/env bash
# Fails where a crate that is built alone, with its tests, would compile a dependency once more: with other features than
# the whole workspace does. Reads what cargo resolves, compiles nothing.
set -euo pipefail
cd "$(dirname "$0")/../.."

# Every dependency with its features, once for each set of them.
resolved() {
    cargo tree --locked --quiet "$@" --edges normal,build,dev --prefix none --format '{p}|{f}' |
        grep -vF "($PWD/" | sed 's/ (\*)$//; s/ (proc-macro)//' | sort -u
}

whole=$(mktemp)
trap 'rm -f "$whole"' EXIT
resolved --workspace >"$whole"
code=0
for manifest in crates/*/Cargo.toml bins/*/Cargo.toml; do
    # For the compiler's own side, where a dev-dependency would build all of it once more; it has syn alone.
    [ "$manifest" != crates/model-derive/Cargo.toml ] || continue
    name=$(awk -F'"' '/^name = / { print $2; exit }' "$manifest")
    others=$(resolved --package "$name" | comm -23 - "$whole")
    [ -z "$others" ] && continue
    code=1
    printf '%s alone would compile once more:\n%s\n' "$name" "$others" >&2
done
[ "$code" -eq 0 ] || echo "features.sh: each crate needs \`build-features.workspace = true\` among its dev-dependencies; \`just build-features\` renews what that one switches on" >&2
exit "$code"
