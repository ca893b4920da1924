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
# The simulated Azure allows a hundred times the usual query units: nobody wants to wait for limits in a demo.
"$bin/cto-sandbox" --listen 127.0.0.1:0 --size demo --azure-quota 1200,6000,60000 --write-config "$data/demo-config.yml" \
    --write-google-key "$data/demo-google-key.json" >"$data/demo-sandbox.log" 2>&1 &
sandbox=$!
trap 'kill "$sandbox" 2>/dev/null || true' EXIT
address=
for _ in $(seq 300); do
    address=$(sed -n 's/^listening on //p' "$data/demo-sandbox.log")
    [ -n "$address" ] && break
    kill -0 "$sandbox" 2>/dev/null || { cat "$data/demo-sandbox.log" >&2; exit 1; }
    sleep 0.1
done
[ -n "$address" ] || { echo "the simulated organisation did not start within 30 seconds" >&2; exit 1; }
echo "a simulated organisation with its clouds answers at $address"

export GITHUB_TOKEN=demo GITHUB_API_URL="$address" GITHUB_GRAPHQL_URL="$address/graphql"
export AZURE_CLIENT_SECRET=demo AZURE_AUTHORITY_HOST="$address" AZURE_ENDPOINT="$address"
export GCP_SERVICE_ACCOUNT_JSON="$data/demo-google-key.json" BIGQUERY_ENDPOINT="$address"
# Whatever is set for the clouds of the person at the keyboard stays out of the demo.
unset AZURE_SUBSCRIPTION_ID AZURE_TENANT_ID AZURE_CLIENT_ID GCP_PROJECT_ID GCP_BILLING_ACCOUNT GCP_BIGQUERY_LOCATION
echo "+ cto-import --all --org acme --data $data"
"$bin/cto-import" --all --org acme --config "$data/demo-config.yml" --data "$data"
echo "+ cto-calculate --all --data $data"
"$bin/cto-calculate" --all --config "$data/demo-config.yml" --data "$data"
echo "the same over HTTP: just api --data $data --config $data/demo-config.yml"
