#!/usr/bin/env bash
# Import, then calculate. A partial import (3) must not stop the figures; the worse code is the last word.
# Arguments go to the import; --config, --data, --store and the scopes (--all, --cloudspending, …) go to both. CTO_BIN is the folder of the programs.
set -uo pipefail
cd "$(dirname "$0")/../.."

both=()
arguments=("$@")
for ((i = 0; i < ${#arguments[@]}; i++)); do
    case "${arguments[i]}" in
        --config | --data | --store | -config | -data | -store) both+=("${arguments[i]}" "${arguments[i + 1]:-}") ;;
        --issues | --pr | --delivery | --ci | --cloudspending | --all | -issues | -pr | -cloudspending | -all) both+=("${arguments[i]}") ;;
        --issues=* | --pr=* | --delivery=* | --ci=* | --cloudspending=*) both+=("${arguments[i]}") ;;
        --config=* | --data=* | --store=*) both+=("${arguments[i]}") ;;
    esac
done

bin=${CTO_BIN:?the folder of the programs, for example target/release}

"$bin/cto-import" "$@"
imported=$?
case $imported in
    0 | 3) ;;
    *) exit "$imported" ;;
esac
"$bin/cto-calculate" ${both[@]+"${both[@]}"}
calculated=$?
if [ "$calculated" -ne 0 ]; then exit "$calculated"; fi
exit "$imported"
