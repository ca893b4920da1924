#!/usr/bin/env bash
# The main job on a simulated organisation: builds everything, imports, computes, writes the report, and serves the dashboard until Ctrl-C.
#
#   config/scripts/demo.sh [DATA] [--no-serve] [--now=T] [--gitlab]
#
# The simulated organisation ends yesterday, so that nothing begins with old data, and has 28 months, so that every figure
# has a year to be compared with, the re-organisation in the middle included. Since 2026-09-24 a fifth of its status events
# is lost, as GitHub loses them; with --gitlab the organisation is a group of GitLab, which loses none, and some of its
# teams plan in iterations.
# --now=T (2026-10-30T18:00:00Z, for example) ends it at T, for the same figures each day.
# DEMO_SERVE=0 is --no-serve; DEMO_SERVE=check serves at a free port, looks whether it answers, and ends.
set -euo pipefail
cd "$(dirname "$0")/../.."
. config/scripts/started.sh
data=data
serve=${DEMO_SERVE:-1}
end=yesterday
forge=(--fault lost-status-events=0.2)
for argument in "$@"; do
    case $argument in
        --no-serve) serve=0 ;;
        --now=*) end=${argument#--now=} ;;
        --gitlab) forge=(--gitlab --iterations) ;;
        -*) echo "demo.sh: unknown flag $argument: there are --no-serve, --now=T and --gitlab" >&2; exit 2 ;;
        *) data=$argument ;;
    esac
done
mark="$data/.demo"

if [ -e "$data" ] && [ ! -e "$mark" ] && [ -n "$(ls -A "$data")" ]; then
    echo "$data holds data that is not the demo's: choose another folder with \`just data=demo-data demo\`" >&2
    exit 2
fi
rm -rf "$data"
mkdir -p "$data"
touch "$mark"

# Side by side: only cto-api waits for the dashboard, which it holds.
dashboard=
if command -v npm >/dev/null 2>&1; then
    config/scripts/build-ui.sh --if-changed >"$data/demo-dashboard.log" 2>&1 &
    dashboard=$!
    trap 'kill "$dashboard" 2>/dev/null || true' EXIT
else
    echo "npm is not there, so the dashboard is not built: install Node 20 for it; the figures are served without it" >&2
fi
echo "building the programs and the dashboard (once; several minutes on two cores) ..."
cargo build --workspace --exclude cto-api --exclude dashboard-files --bins
if [ -n "$dashboard" ] && ! wait "$dashboard"; then
    cat "$data/demo-dashboard.log" >&2
    echo "the dashboard could not be built, see above: the figures are served without it" >&2
fi
trap - EXIT
cargo build --workspace --bins
bin=${CARGO_TARGET_DIR:-target}/debug
CTO_BIN="$bin" config/scripts/simulate.sh "$data" --end "$end" --months 28 "${forge[@]}"

echo "+ cto-report --data $data --out $data/reports"
"$bin/cto-report" --data "$data" --config "$data/demo-config.yml" --out "$data/reports" --format html,md,csv,json

arguments=(--data "$data" --config "$data/demo-config.yml")
answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

case $serve in
    0) echo "the same over HTTP: just api --data $data --config $data/demo-config.yml" ;;
    check)
        log=$data/demo-api.log
        "$bin/cto-api" "${arguments[@]}" --addr 127.0.0.1:0 >"$log" 2>&1 &
        api=$!
        trap 'kill "$api" 2>/dev/null || true' EXIT
        address=$(started "$log" "$api" cto-api /readyz)
        curl -fsS "$address/api/v1/meta" | grep -q '"acme"'
        page=$(curl -fsS "$address/")
        grep -q 'name="cto-base"' <<<"$page"
        if [ -e ui/dist/index.html ]; then
            script=$(sed -n 's/.*src="\([^"]*\.js\)".*/\1/p' <<<"$page" | head -1)
            curl -fsS "$address${script:?the page names no script}" >/dev/null
        fi
        echo "served: $address/readyz, /api/v1/meta, / and its script answer"
        ;;
    *)
        port=8080
        if answers "$port"; then
            while answers "$port"; do port=$((port + 1)); done
            echo "another program listens at port 8080, so this is port $port"
        fi
        echo
        echo "the dashboard: http://localhost:$port (Ctrl-C ends it)"
        exec "$bin/cto-api" "${arguments[@]}" --addr "127.0.0.1:$port"
        ;;
esac
