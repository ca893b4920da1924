#!/usr/bin/env bash
# Import, then calculate. A partial import (3) must not stop the figures; the worse code is the last word.
# Arguments go to the import; --config, --data and --store go to both.
set -uo pipefail
cd "$(dirname "$0")/../.."

both=()
arguments=("$@")
for ((i = 0; i < ${#arguments[@]}; i++)); do
    case "${arguments[i]}" in
        --config | --data | --store | -config | -data | -store) both+=("${arguments[i]}" "${arguments[i + 1]:-}") ;;
        --config=* | --data=* | --store=*) both+=("${arguments[i]}") ;;
    esac
done

run() {
    if [ -n "${CTO_BIN:-}" ]; then "$CTO_BIN/$1" "${@:2}"; else cargo run --quiet --release -p "$1" -- "${@:2}"; fi
}

run cto-import "$@"
imported=$?
case $imported in
    0 | 3) ;;
    *) exit "$imported" ;;
esac
run cto-calculate ${both[@]+"${both[@]}"}
calculated=$?
if [ "$calculated" -ne 0 ]; then exit "$calculated"; fi
exit "$imported"
