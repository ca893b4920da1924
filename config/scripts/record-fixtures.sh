#!/usr/bin/env bash
# Records the exchanges of fixtures/github/recorded: a first import of a tiny simulated organisation, by the programs
# themselves. Twice the same code gives twice the same bytes. Afterwards the snapshots of the replays are renewed:
# look at what has changed in them before you keep it.
set -euo pipefail
cd "$(dirname "$0")/../.."
. config/scripts/started.sh
target=$PWD/fixtures/github/recorded
seed=7

cargo build --quiet -p cto-sandbox -p cto-import
bin=${CARGO_TARGET_DIR:-target}/debug
work=$(mktemp -d)
: >"$work/sandbox.log"
sandbox=
trap 'kill "$sandbox" 2>/dev/null || true; rm -rf "$work"' EXIT

# 502 for pages of more than 20 makes pages of 12: lists take several calls, and the smaller pages are learnt.
"$bin/cto-sandbox" --listen 127.0.0.1:0 --seed "$seed" --size tiny --fault bad-gateway-above=20 \
    --record "$work/recorded" --write-config "$work/config.yml" >"$work/sandbox.log" 2>&1 &
sandbox=$!
address=$(started "$work/sandbox.log" "$sandbox" "the sandbox")
printf 'import:\n  retry_wait_seconds: 0.01\n' >>"$work/config.yml"
CTO_IMPORT__CLOCK=provider GITHUB_TOKEN=recorded GITHUB_API_URL="$address" GITHUB_GRAPHQL_URL="$address/graphql" \
    "$bin/cto-import" --org acme --issues --pr --config "$work/config.yml" --data "$work/data" --concurrency 1
kill -INT "$sandbox"
wait "$sandbox"

# One folder for each connector, the rest is the survey that comes before all of them; numbered from 1 in each.
keep() {
    local folder=$1 number=0 file
    shift
    rm -rf "${target:?}/$folder"
    mkdir "$target/$folder"
    for file in "$@"; do
        number=$((number + 1))
        mv "$file" "$target/$folder/$(printf '%02d' "$number")-$(basename "$file" | sed 's/^[0-9]*-//')"
    done
}
keep issues "$work"/recorded/*-Issues.json
keep projects "$work"/recorded/*-Items.json
keep prs "$work"/recorded/*-PullRequests.json
# What the server has, and which cards are gone, is asked by the import, not by a connector: the replays do not ask it.
rm -f "$work"/recorded/*-Schema.json "$work"/recorded/*-Cards.json
keep survey "$work"/recorded/*.json

INSTA_UPDATE=always cargo test --quiet -p github-issues -p github-projects -p github-prs --test recorded --no-fail-fast
rm -f crates/github-*/tests/snapshots/recorded__*.snap.new
