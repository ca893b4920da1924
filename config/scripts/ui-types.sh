#!/usr/bin/env bash
# Fails when the dashboard's types are not those of the OpenAPI document. `npm run types` in ui/ makes them anew.
set -euo pipefail
cd "$(dirname "$0")/../../ui"

committed=$(mktemp)
cp src/api/schema.ts "$committed"
trap 'cp "$committed" src/api/schema.ts; rm -f "$committed"' EXIT
npm run --silent types >/dev/null
if ! cmp -s "$committed" src/api/schema.ts; then
    diff -u "$committed" src/api/schema.ts | head -40 || true
    echo "ui/src/api/schema.ts is not what crates/http-api/openapi.json says: run \`npm run types\` in ui/" >&2
    exit 1
fi
