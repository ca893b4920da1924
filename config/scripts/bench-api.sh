#!/usr/bin/env bash
# Measures cto-api over generated organisations: time until it listens and is ready, cold filtered queries, a mixed load
# at 200 requests a second with and without new questions, cached answers as fast as they come, and a reload under load;
# memory at rest, after cold queries, with full caches, at the peak of the reload and after it.
#
#   config/scripts/bench-api.sh [SIZE …]     medium and large by default; any size of cto-sandbox
#
# Generated stores stay in the target folder; FRESH=1 generates them again. SECONDS_EACH=N sets the length of each load.
# PROFILE=dev measures an unoptimised build, to try the script itself.
set -euo pipefail
cd "$(dirname "$0")/../.."
. config/scripts/bench-data.sh
target=${CARGO_TARGET_DIR:-target}
data=$target/bench-data
profile=${PROFILE:-release}
bin=$target/$([ "$profile" = dev ] && echo debug || echo "$profile")
sizes=("$@")
[ ${#sizes[@]} -gt 0 ] || sizes=(medium large)

[ -r /proc/self/status ] || { echo "bench-api: memory is read from /proc, which this system does not have" >&2; exit 2; }

# Together: apart, the libraries below would be compiled twice with other features.
cargo build --profile "$profile" -p cto-sandbox -p cto-api --bins --example bench_api
echo "$(nproc) cores, $(awk '/MemTotal/ {printf "%.0f GiB", $2 / 1048576}' /proc/meminfo), load before: $(cut -d' ' -f1 /proc/loadavg), $profile"
for size in "${sizes[@]}"; do
    # Apart from the folders of bench.sh, which holds CSV files too: this store is written to.
    folder=$data/api-$size
    generate "$size" "$folder"
    printf '%s: cto.db %s\n' "$size" "$(awk "BEGIN {printf \"%.1f MB\", $(wc -c <"$folder/cto.db") / 1000000}")"
    "$bin/examples/bench_api" --server "$bin/cto-api" --store "sqlite:$folder/cto.db" --config "$folder/config.yml" \
        --seconds "${SECONDS_EACH:-10}"
done
