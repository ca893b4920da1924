#!/usr/bin/env bash
# Measures the programs on generated folders of the sizes medium and large: wall time and peak memory.
set -euo pipefail
cd "$(dirname "$0")/.."
runs=${RUNS:-5}
target=${CARGO_TARGET_DIR:-target}
bench=$target/bench-data
cargo build --release -p cto-sandbox -p cto-calculate -p cto-import
bin=$target/release

measure() { # name, command...
    local name=$1
    shift
    python3 - "$runs" "$name" "$@" <<'PY'
import os, resource, statistics, subprocess, sys, time
runs, name, command = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
walls, peaks = [], []
for _ in range(runs):
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    walls.append(time.perf_counter() - begun)
    peaks.append(usage.ru_maxrss / 1024)
    if status != 0:
        sys.exit(f"{name}: {' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
print(f"{name:<44} best {min(walls):7.3f} s   median {statistics.median(walls):7.3f} s   peak {max(peaks):6.0f} MiB", flush=True)
PY
}

for size in medium large; do
    folder=$bench/$size
    if [ ! -e "$folder/cto.db" ]; then
        rm -rf "$folder"
        mkdir -p "$folder/csv"
        echo "generating $size ..."
        "$bin/cto-sandbox" --size "$size" --write-csv "$folder/csv" --write-config "$folder/config.yml"
        "$bin/cto-sandbox" --size "$size" --write-store "sqlite:$folder/cto.db"
    fi
    du -sh "$folder/csv" | cut -f1 | xargs echo "$size, raw CSV files:"
    wc -l "$folder"/csv/*.csv | tail -1 | awk '{print "rows:", $1}'
    measure "$size, CSV, cto-stats" "$bin/cto-calculate" --issues --pr --rules cto-stats --config "$folder/config.yml" --data "$folder/csv" --out "$folder/out-cto-stats"
    measure "$size, CSV, flow" "$bin/cto-calculate" --issues --pr --rules flow --config "$folder/config.yml" --data "$folder/csv" --out "$folder/out-flow"
    measure "$size, store, cto-stats" "$bin/cto-calculate" --issues --pr --rules cto-stats --config "$folder/config.yml" --store "sqlite:$folder/cto.db" --out "$folder/out-store-cto-stats"
    measure "$size, store, flow" "$bin/cto-calculate" --issues --pr --rules flow --config "$folder/config.yml" --store "sqlite:$folder/cto.db" --out "$folder/out-store-flow"
done
cargo bench -p store
