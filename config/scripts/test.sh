#!/usr/bin/env bash
# Runs every check that this machine can run, one after the other, and says at the end what failed, what was skipped and
# why, and how many tests there were.
#
#   config/scripts/test.sh [--all]
#
# Each part is a recipe of the justfile, which JUST runs (`just` unless it says otherwise). A part whose tools are not
# there is skipped; with --all that is a failure, as nothing may be missing in continuous integration.
# Ends with 0, with 1 where a part failed, with 2 where the command line is wrong.
set -uo pipefail
cd "$(dirname "$0")/../.."
just=${JUST:-just}
all=
for argument in "$@"; do
    case $argument in
        --all) all=1 ;;
        *) echo "test.sh: unknown argument $argument: there is --all; a part alone is a recipe of its own, see \`just --list\`" >&2; exit 2 ;;
    esac
done

log=$(mktemp -d)
trap 'rm -rf "$log"' EXIT
trap 'exit 130' INT

# What a part needs: each of these is silent where it is there, else says what is missing and what to do.
node() {
    local version
    { type -P node && type -P npm; } >/dev/null || { echo "no Node: install Node 20.19 or newer with npm"; return; }
    version=$(command node --version)
    awk -F'[v.]' '{ exit !($2 > 20 || $2 == 20 && $3 >= 19) }' <<<"$version" ||
        echo "Node $version is too old: install 20.19 or newer"
}
chromium() {
    local path=${CHROMIUM:-/usr/bin/chromium}
    [ -x "$path" ] || echo "no Chromium at $path: install it, or name one in CHROMIUM"
}
python() {
    python3 -c 'import ensurepip' >/dev/null 2>&1 || echo "no Python 3 with venv: install python3 and python3-venv"
}
curl() { type -P curl >/dev/null || echo "no curl: install it"; }
cargo_fmt() { cargo fmt --version >/dev/null 2>&1 || echo "no rustfmt: \`rustup component add rustfmt\`"; }
cargo_clippy() { cargo clippy --version >/dev/null 2>&1 || echo "no clippy: \`rustup component add clippy\`"; }
cargo_deny() { cargo deny --version >/dev/null 2>&1 || echo "no cargo-deny: \`just tools\` installs it"; }
cargo_machete() { cargo machete --version >/dev/null 2>&1 || echo "no cargo-machete: \`just tools\` installs it"; }
oldest_rust() { config/scripts/oldest-rust.sh --missing; }

passed=0
took=()
failed=()
skipped=()

# part WHAT [NEED …] -- RECIPE [ARGUMENT …]
part() {
    local what=$1 lacking=
    shift
    while [ "$1" != -- ]; do
        lacking=${lacking:-$("$1")}
        shift
    done
    shift
    if [ -n "$lacking" ]; then
        echo "== skipped: $what: $lacking"
        skipped+=("$what (just $*): $lacking")
        return
    fi
    echo "== $what: just $*"
    local began=$SECONDS
    # What it says is kept for the counts at the end.
    "$just" "$@" 2>&1 | tee "$log/${*: -1}"
    case ${PIPESTATUS[0]} in
        0) passed=$((passed + 1)) ;;
        130) exit 130 ;;
        *) failed+=("$what (just $*)") ;;
    esac
    took+=("$what $((SECONDS - began))")
}

part "format" cargo_fmt -- fmt-check
# Before everything that cargo builds: the programs then hold the dashboard, and are built once.
part "dashboard: build" node -- ui
part "clippy" cargo_clippy -- clippy
part "programs" -- rust-test
# A minute for each input, two inputs at a time.
part "made-up inputs" -- fuzz
part "oldest Rust" oldest_rust -- oldest-rust
part "documentation" -- doc
part "dependency rules" cargo_deny -- deny
part "unused dependencies" cargo_machete -- machete
part "features" -- features
part "dashboard: format, types, units" node -- ui-check
part "dashboard: browser" node chromium -- ui-test
part "requests made up from the OpenAPI document" python -- api-fuzz
DEMO_SERVE=check part "demo" curl -- "data=$log/data" demo
DEMO_SERVE=check part "demo as a group of GitLab" curl -- "data=$log/data-gitlab" demo --gitlab

echo
if [ ! -d "${CTO_REFERENCE_DATA:-}" ]; then
    echo "== without reference data (CTO_REFERENCE_DATA names no folder): comparisons with it passed unseen"
fi
for what in ${skipped[@]+"${skipped[@]}"}; do echo "== skipped: $what"; done
said() { for part in "$@"; do [ ! -e "$log/$part" ] || cat "$log/$part"; done; }
# By name, since the lines that say why may be far above.
said rust-test fuzz ui-check ui-test |
    sed -nE 's/^test (.+) \.\.\. FAILED$/== failed: \1/p; s/^ +[0-9]+\) (\[.+\] › .+)$/== failed: \1/p' | sed 's/ *─*$//' | sort -u
printf '== seconds:'; printf ' %s,' ${took[@]+"${took[@]}"}; echo " $SECONDS in all"
for what in ${failed[@]+"${failed[@]}"}; do echo "== FAILED: $what"; done
echo "== parts: $passed passed, ${#failed[@]} failed, ${#skipped[@]} skipped"

said rust-test | awk '
    /^test result:/ { passed += $4; failed += $6; skipped += $8 }
    END { printf "rust: %d passed, %d failed, %d skipped\n", passed, failed, skipped }' | tee "$log/sums"
said fuzz | awk '
    /^test result:/ { passed += $4; failed += $6; skipped += $8 }
    /^fuzzing [a-z_]+: [0-9]+ executions/ { executions += $3 }
    END { printf "fuzzing: %d passed, %d failed, %d skipped (%d made-up inputs)\n", passed, failed, skipped, executions }' |
    tee -a "$log/sums"
said ui-check ui-test | awk '
    /^ +[0-9]+ (passed|failed|skipped|flaky|did not run|interrupted)/ { count[$2] += $1 }
    END { printf "dashboard: %d passed, %d failed, %d skipped\n",
          count["passed"], count["failed"] + count["flaky"] + count["interrupted"], count["skipped"] + count["did"] }' |
    tee -a "$log/sums"
awk '{ passed += $2; failed += $4; skipped += $6 }
     END { printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped }' "$log/sums"

[ "${#failed[@]}" -eq 0 ] && { [ -z "$all" ] || [ "${#skipped[@]}" -eq 0 ]; }
