#!/usr/bin/env bash
# Counts the instructions of whole runs on generated organisations, which other programs on the machine do not change:
# cto-calculate from raw CSV files and from the store under both rule sets, and a first import of a small organisation.
#
#   config/scripts/bench-instructions.sh [FILE]
#
# Prints a line for each run and writes the counts to target/bench-data/instructions.tsv. With FILE, the counts of an
# earlier run, each line ends with the ratio to it, and a run that takes 3 % more than before ends this with 1.
# Of the size medium, or another one in SIZE; medium takes a minute or two when the programs are built.
set -euo pipefail
cd "$(dirname "$0")/../.."
. config/scripts/bench-data.sh
. config/scripts/started.sh
size=${SIZE:-medium}
before=${1:-}
target=${CARGO_TARGET_DIR:-target}
data=$target/bench-data
bin=$target/release
counts=$data/instructions.tsv

command -v valgrind >/dev/null || { echo "bench-instructions: valgrind counts the instructions; install it" >&2; exit 2; }
[ -z "$before" ] || [ -f "$before" ] || { echo "bench-instructions: there is no file $before" >&2; exit 2; }

# As `just release` does: other programs together would compile their libraries with other features.
cargo build --release -p cto-import -p cto-calculate -p cto-api -p cto-sandbox
generate "$size" "$data/$size" csv

work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT
: >"$work/counts"
slower=

count() { # name, command...
    local name=$1 of_run was ratio=
    shift
    valgrind --tool=callgrind --callgrind-out-file="$work/callgrind" "$@" >"$work/out" 2>"$work/said" || {
        tail -n 5 "$work/said" >&2
        echo "bench-instructions: $* failed" >&2
        exit 1
    }
    of_run=$(awk '/Collected *:/ { print $NF }' "$work/said")
    printf '%s\t%s\n' "$name" "$of_run" >>"$work/counts"
    if [ -n "$before" ]; then
        was=$(awk -F'\t' -v name="$name" '$1 == name { print $2 }' "$before")
        if [ -n "$was" ]; then
            ratio=$(awk "BEGIN { printf \"%.3f of before\", $of_run / $was }")
            ! awk "BEGIN { exit !($of_run > 1.03 * $was) }" || slower="$slower $name,"
        fi
    fi
    printf '  %-26s %9.1f million instructions  %s\n' "$name" "$(awk "BEGIN { print $of_run / 1e6 }")" "$ratio"
}

echo "$size:"
for rules in cto-stats flow; do
    common=(--issues --pr --rules "$rules" --config "$data/$size/config.yml")
    count "$size CSV, $rules" "$bin/cto-calculate" "${common[@]}" --data "$data/$size/csv" --out "$work/csv"
    count "$size store, $rules" "$bin/cto-calculate" "${common[@]}" --store "sqlite:$data/$size/cto.db" --out "$work/store"
done

# The size "small" and not a larger one: the simulated server answers in its own time, and the import waits for it.
: >"$work/sandbox.log"
"$bin/cto-sandbox" --listen 127.0.0.1:0 --seed 11 --size small --ci-months 0 --write-config "$work/config.yml" >"$work/sandbox.log" 2>&1 &
server=$!
address=$(started "$work/sandbox.log" "$server" "the simulated organisation")
export CTO_IMPORT__CLOCK=provider GITHUB_TOKEN=measured GITHUB_API_URL="$address" GITHUB_GRAPHQL_URL="$address/graphql"
count "small, import" "$bin/cto-import" --org acme --config "$work/config.yml" --data "$work/data" --concurrency 1

mv "$work/counts" "$counts"
echo "kept in $counts"
[ -z "$slower" ] || { echo "more than 3 % slower:${slower%,}" >&2; exit 1; }
