#!/usr/bin/env bash
# Fails when the dashboard's types are not those of the OpenAPI document. `npm run types` in ui/ makes them anew.
set -euo pipefail
cd "$(dirname "$0")/../../ui"

made=$(mktemp --suffix=.ts)
trap 'rm -f "$made"' EXIT
npm run --silent types -- --output "$made" >/dev/null
if ! diff -u src/api/schema.ts "$made" | head -40; then
    echo "ui/src/api/schema.ts is not what crates/http-api/openapi.json says: run \`npm run types\` in ui/" >&2
    exit 1
fi
