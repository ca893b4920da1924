#!/usr/bin/env bash
# Builds the dashboard into ui/dist. With --if-changed only where it is missing or older than what it is made of.
set -euo pipefail
cd "$(dirname "$0")/../../ui"

made_of=(index.html package.json package-lock.json vite.config.ts tsconfig.json public scripts src)
if [ "${1:-}" = --if-changed ] && [ -e dist/index.html ] &&
    [ -z "$(find "${made_of[@]}" -newer dist/index.html -print -quit)" ]; then
    exit 0
fi
../config/scripts/ui-packages.sh
npm run build
