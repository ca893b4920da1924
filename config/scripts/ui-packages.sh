#!/usr/bin/env bash
# Installs what the dashboard is built and tested with, where that is not there or not what package-lock.json says.
set -euo pipefail
cd "$(dirname "$0")/../../ui"
if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
    # Browsers come from the system.
    PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund
fi
