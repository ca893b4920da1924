#!/usr/bin/env bash
# Measures cto-calculate on generated organisations, from raw CSV files and from the store: wall time, processor time and
# peak memory of whole runs, files written and synced included; and once the loading of a store from raw CSV files
# without ids, as those of the original tool are. Then delivery in memory, and the throughput of the store.
#
#   config/scripts/bench.sh [SIZE …]     medium and large by default; any size of cto-sandbox, or vast: 800,000 issues
#
# Generated data stays in the target folder; FRESH=1 generates it again. RUNS=N repeats.
set -euo pipefail
cd "$(dirname "$0")/../.."
. config/scripts/bench-data.sh
runs=${RUNS:-7}
sizes=("$@")
[ ${#sizes[@]} -gt 0 ] || sizes=(medium large)
target=${CARGO_TARGET_DIR:-target}
data=$target/bench-data
bin=$target/release
results=$(mktemp)
loaded=
trap 'rm -rf "$results" ${loaded:+"$loaded"}' EXIT

command -v python3 >/dev/null || { echo "bench: python3 is needed to measure memory; install it" >&2; exit 2; }

# The files that calculate reads; project_item.csv is published for people only.
raw_files=(issue issue_status_event issue_project_event issue_project_custom_field project_item_sighting
    pr pr_review pr_event project repository import_run)

measure() { # size, rows, name, command...
    python3 - "$runs" "$results" "$@" <<'PY'
import os, statistics, subprocess, sys, time

runs, results, size, rows, name, command = int(sys.argv[1]), *sys.argv[2:6], sys.argv[6:]
walls, processors, peaks = [], [], []
for _ in range(runs):
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    walls.append(time.perf_counter() - begun)
    processors.append(usage.ru_utime + usage.ru_stime)
    peaks.append(usage.ru_maxrss / 1024)
    if status != 0:
        sys.exit(f"bench: {' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
best = min(walls)
print(f"  {name:<18} wall best {best:6.3f} s  median {statistics.median(walls):6.3f} s"
      f"   processors {min(processors):6.3f} s   peak {max(peaks):4.0f} MiB", flush=True)
with open(results, "a") as file:
    file.write(f"{name}\t{size}\t{best / int(rows) * 1e9:.0f}\t{min(processors) / int(rows) * 1e9:.0f}\n")
PY
}

# The columns of raw tables that hold ids of the provider, taken out; files of the original tool have none.
without_ids() { # folder, folder
    python3 - "$1" "$2" <<'PY'
import csv, os, sys

folder, out = sys.argv[1:]
os.makedirs(out, exist_ok=True)
csv.field_size_limit(1 << 30)
for name in ("issue", "issue_status_event", "issue_project_event", "issue_project_custom_field", "pr", "pr_review"):
    with open(f"{folder}/{name}.csv", newline="") as read, open(f"{out}/{name}.csv", "w", newline="") as written:
        rows = csv.reader(read)
        header = next(rows)
        kept = [place for place, column in enumerate(header) if column != "id"]
        writer = csv.writer(written, lineterminator="\n")
        writer.writerow([header[place] for place in kept])
        writer.writerows([row[place] for place in kept] for row in rows)
PY
}

# As `just release` does: other programs together would compile their libraries with other features.
cargo build --release -p cto-import -p cto-calculate -p cto-api -p cto-sandbox
echo "$(nproc) cores, $(awk '/MemTotal/ {printf "%.0f GiB", $2 / 1048576}' /proc/meminfo), load before: $(cut -d' ' -f1 /proc/loadavg), best of $runs"
for size in "${sizes[@]}"; do
    folder=$data/$size
    generate "$size" "$folder" csv
    rows=0
    bytes=0
    echo "$size:"
    for name in "${raw_files[@]}"; do
        file=$folder/csv/$name.csv
        [ -e "$file" ] || continue
        lines=$(($(wc -l <"$file") - 1))
        size_bytes=$(wc -c <"$file")
        printf '  %-30s %9d rows %7.1f MB\n' "$name.csv" "$lines" "$(awk "BEGIN {print $size_bytes / 1000000}")"
        rows=$((rows + lines))
        bytes=$((bytes + size_bytes))
    done
    printf '  %-30s %9d rows %7.1f MB\n' "together" "$rows" "$(awk "BEGIN {print $bytes / 1000000}")"
    printf '  %-30s %24.1f MB\n' "cto.db" "$(awk "BEGIN {print $(wc -c <"$folder/cto.db") / 1000000}")"
    for rules in cto-stats flow; do
        common=(--issues --pr --rules "$rules" --config "$folder/config.yml")
        measure "$size" "$rows" "CSV, $rules" "$bin/cto-calculate" "${common[@]}" --data "$folder/csv" --out "$folder/out-csv-$rules"
        measure "$size" "$rows" "store, $rules" "$bin/cto-calculate" "${common[@]}" --store "sqlite:$folder/cto.db" --out "$folder/out-store-$rules"
    done
    loaded=$(mktemp -d "$data/loaded.XXXXXX")
    without_ids "$folder/csv" "$loaded/csv"
    runs=1 measure "$size" "$rows" "import of CSV" "$bin/cto-import" --from-csv "$loaded/csv" --store "sqlite:$loaded/cto.db" --data "$loaded/published"
    rm -rf "$loaded"
    loaded=
done

# One merged pull request in each of 4,000 repositories over ten years: rows, memory and time follow what happened.
folder=$data/repositories
mkdir -p "$folder/csv"
python3 - >"$folder/csv/pr.csv" <<'PY'
from datetime import datetime, timedelta
print("org,repo,number,title,url,state,created_at,closed_at,merged_at,creator")
for number in range(4000):
    opened = datetime(2016, 1, 1, 9) + timedelta(days=number * 3650 / 4000)
    merged = opened + timedelta(days=1)
    print(f"acme,service-{number:04},1,One,,closed,{opened:%Y-%m-%dT%H:%M:%SZ},{merged:%Y-%m-%dT%H:%M:%SZ},{merged:%Y-%m-%dT%H:%M:%SZ},ada")
PY
echo "4,000 repositories with a pull request each over ten years:"
measure repositories 4000 "CSV, flow" "$bin/cto-calculate" --pr --rules flow --data "$folder/csv" --out "$folder/out"
printf '  %-30s %24.1f MB\n' "tables" "$(awk "BEGIN {print $(cat "$folder"/out/*.csv | wc -c) / 1000000}")"

if [ ${#sizes[@]} -gt 1 ]; then
    echo "per input row, ${sizes[*]} (near-linear: about the same):"
    awk -F'\t' '
        $2 == "repositories" { next }
        !($1 in wall) { names[++count] = $1; wall[$1] = $3; processor[$1] = $4; next }
        { wall[$1] = wall[$1] " → " $3; processor[$1] = processor[$1] " → " $4 }
        END {
            for (n = 1; n <= count; n++) {
                printf "  %-18s wall %s ns   processors %s ns\n", names[n], wall[names[n]], processor[names[n]]
            }
        }
    ' "$results"
fi

cargo bench -p metrics-core --bench delivery
cargo bench -p store
