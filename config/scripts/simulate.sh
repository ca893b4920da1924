#!/usr/bin/env bash
# Serves a simulated organisation and its clouds on a free port of this computer, imports all of it over HTTP and
# computes the tables. Ends with the worse exit code of the two, 3 for a partial import.
#
# With --gitlab among the flags the organisation is imported from GitLab, else from GitHub.
#
#   CTO_BIN=target/debug config/scripts/simulate.sh DATA [FLAG OF cto-sandbox …]
set -euo pipefail
cd "$(dirname "$0")/../.."
. config/scripts/started.sh
data=${1:?the folder to write to}
shift
bin=${CTO_BIN:?the folder of the programs, for example target/debug}

from=(--org acme)
for flag in "$@"; do
    if [ "$flag" = --gitlab ]; then from=(--gitlab-group acme); fi
done

mkdir -p "$data"
: >"$data/demo-sandbox.log"
# The simulated Azure allows a hundred times the usual query units: nobody wants to wait for limits here.
"$bin/cto-sandbox" --listen 127.0.0.1:0 --size demo --azure-quota 1200,6000,60000 --write-config "$data/demo-config.yml" \
    --write-google-key "$data/demo-google-key.json" "$@" >"$data/demo-sandbox.log" 2>&1 &
sandbox=$!
trap 'kill "$sandbox" 2>/dev/null || true' EXIT
address=$(started "$data/demo-sandbox.log" "$sandbox" "the simulated organisation")
echo "a simulated organisation with its clouds answers at $address"

# The simulated clock is far from that of this computer.
export CTO_IMPORT__CLOCK=provider
# Whatever is set for the forges of the person at the keyboard stays out of it.
unset GITHUB_TOKEN GITHUB_APP_ID GITHUB_APP_PRIVATE_KEY GITHUB_APP_INSTALLATION GITLAB_TOKEN
if [ "${from[0]}" = --org ]; then
    export GITHUB_TOKEN=demo GITHUB_API_URL="$address" GITHUB_GRAPHQL_URL="$address/graphql"
else
    export GITLAB_TOKEN=demo GITLAB_URL="$address"
fi
export AZURE_CLIENT_SECRET=demo AZURE_AUTHORITY_HOST="$address" AZURE_ENDPOINT="$address"
export GCP_SERVICE_ACCOUNT_JSON="$data/demo-google-key.json" BIGQUERY_ENDPOINT="$address"
# The same for the clouds.
unset AZURE_SUBSCRIPTION_ID AZURE_TENANT_ID AZURE_CLIENT_ID GCP_PROJECT_ID GCP_BILLING_ACCOUNT GCP_BIGQUERY_LOCATION
echo "+ cto-import --all ${from[*]} --data $data, then cto-calculate --all --data $data"
CTO_BIN="$bin" config/scripts/nightly.sh --all "${from[@]}" --config "$data/demo-config.yml" --data "$data"
