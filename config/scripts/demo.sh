#!/usr/bin/env bash
# Serves a simulated organisation on a free port of this computer, imports it and computes the tables.
set -euo pipefail
cd "$(dirname "$0")/../.."
data=${1:-data}
mark="$data/.demo"

if [ -e "$data" ] && [ ! -e "$mark" ] && [ -n "$(ls -A "$data")" ]; then
    echo "$data holds data that is not the demo's: choose another folder with \`just data=demo-data demo\`" >&2
    exit 2
fi
rm -rf "$data"
mkdir -p "$data"
touch "$mark"

echo "building (once; about two minutes on two cores) ..."
cargo build --workspace --bins
bin=${CARGO_TARGET_DIR:-target}/debug

: >"$data/demo-sandbox.log"
"$bin/cto-sandbox" --listen 127.0.0.1:0 --size demo --write-config "$data/demo-config.yml" >"$data/demo-sandbox.log" 2>&1 &
sandbox=$!
trap 'kill "$sandbox" 2>/dev/null || true' EXIT
address=
for _ in $(seq 300); do
    address=$(sed -n 's/^listening on //p' "$data/demo-sandbox.log")
    [ -n "$address" ] && break
    kill -0 "$sandbox" 2>/dev/null || { cat "$data/demo-sandbox.log" >&2; exit 1; }
    sleep 0.1
done
echo "a simulated organisation answers at $address"

echo "+ cto-import --org acme --data $data"
GITHUB_TOKEN=demo GITHUB_API_URL="$address" GITHUB_GRAPHQL_URL="$address/graphql" \
    "$bin/cto-import" --org acme --config "$data/demo-config.yml" --data "$data"
echo "+ cto-calculate --data $data"
"$bin/cto-calculate" --config "$data/demo-config.yml" --data "$data"
