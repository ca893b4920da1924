#!/usr/bin/env bash
# Asks cto-api what the OpenAPI document allows, and what it does not, over the demo's data. No answer may be a failure
# of the server, have a status or a media type that is not documented, or a body that its schema does not allow.
#
#   config/scripts/fuzz-api.sh [FLAG OF schemathesis run …]
#
# Needs Python 3 with venv; schemathesis is installed once, below the target folder, as fuzz-requirements.txt says.
# MAX_EXAMPLES=N asks more or less.
set -euo pipefail
cd "$(dirname "$0")/../.."
. config/scripts/started.sh
target=${CARGO_TARGET_DIR:-target}
bin=$target/debug
requirements=$PWD/config/scripts/fuzz-requirements.txt
mkdir -p "$target/fuzz"
venv=$(cd "$target/fuzz" && pwd)/venv

if ! cmp -s "$requirements" "$venv/requirements.txt"; then
    rm -rf "$venv"
    python3 -m venv "$venv" || { echo "python3 has no venv: apt-get install python3-venv" >&2; exit 1; }
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$requirements"
    cp "$requirements" "$venv/requirements.txt"
fi

data=$(mktemp -d)
api=
trap 'kill $api 2>/dev/null || true; rm -rf "$data"' EXIT
"$bin/cto-sandbox" --size demo --write-store "sqlite:$data/cto.db" --write-config "$data/config.yml" >/dev/null
# With a secret that nobody knows: deliveries are looked at, and none is good. The token for pushing is known: bodies are read.
random() { od -An -N16 -tx1 /dev/urandom | tr -d ' \n'; }
token=$(random)
CTO_WEBHOOK_SECRET=$(random) CTO_EVENT_TOKENS=$token "$bin/cto-api" --data "$data" --config "$data/config.yml" --addr 127.0.0.1:0 >"$data/log" 2>&1 &
api=$!
address=$(started "$data/log" "$api" cto-api /readyz)

# The same requests each time: a finding is one everywhere. One worker: two end some Pythons in the middle. In the folder that goes away: schemathesis writes notes.
cd "$data"
"$venv/bin/schemathesis" run "$address/api/openapi.json" --header "Authorization: Token $token" --generation-deterministic --workers 1 \
    --phases coverage,fuzzing --max-examples "${MAX_EXAMPLES:-10}" --continue-on-failure \
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance,negative_data_rejection,unsupported_method \
    --no-color "$@"
if grep -E 'ERROR|panicked' "$data/log"; then
    echo "the server's log has failures, see above" >&2
    exit 1
fi
