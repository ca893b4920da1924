# What a person types and what CI calls. `just` lists the recipes.

set shell := ["bash", "-euo", "pipefail", "-c"]

# Folder of the store and of all CSV files.
data := "data"

# How the programs are built: `just profile=release import …` for a faster program that takes longer to build.
profile := "dev"
bin := absolute_path(env("CARGO_TARGET_DIR", "target")) / if profile == "dev" { "debug" } else { profile }

# List the recipes.
[private]
default:
    @{{ just_executable() }} --list --unsorted

# Show the main job: a simulated organisation is imported, computed, and its dashboard served until Ctrl-C (`--no-serve`: not; `--now=T`: it ends at T instead of yesterday; `--gitlab`: as a group of GitLab).
[group('use')]
demo *arguments:
    config/scripts/demo.sh {{ quote(data) }} {{ arguments }}

# Import what changed, for example `just import --org acme` (needs GITHUB_TOKEN).
[group('use')]
[positional-arguments]
import *arguments: build
    "{{ bin }}/cto-import" "$@"

# Compute the tables, for example `just calculate --rules cto-stats`.
[group('use')]
[positional-arguments]
calculate *arguments: build
    "{{ bin }}/cto-calculate" "$@"

# Serve the dashboard and the figures of the data folder at http://127.0.0.1:8080, for example `just api --addr 127.0.0.1:9000`.
[group('use')]
[positional-arguments]
api *arguments: build
    "{{ bin }}/cto-api" "$@"

# Write the monthly report into reports/, for example `just report 2026-10`.
[group('use')]
[positional-arguments]
report *arguments: build
    "{{ bin }}/cto-report" "$@"

# Import, then calculate after exit 0 or 3; ends with the worse of the two codes.
[group('use')]
[positional-arguments]
nightly *arguments: build
    CTO_BIN="{{ bin }}" config/scripts/nightly.sh "$@"

# Always the whole workspace: without tests, one program alone would compile its libraries once more with other features.
[private]
build:
    cargo build --quiet --workspace --bins --profile {{ profile }}

# Build the dashboard into ui/dist; the next build of cto-api holds it. Needs Node 20.
[group('use')]
ui:
    config/scripts/build-ui.sh

# Build the programs as they are shipped, the dashboard inside, into target/release.
[group('use')]
release: ui
    cargo build --release -p cto-import -p cto-calculate -p cto-report -p cto-api -p cto-dora -p cto-sandbox

# Everything that this machine can check: the recipes below from format to demo; says what it skipped and why. `--all`: a skipped part is a failure.
[group('develop')]
test *flags:
    JUST={{ quote(just_executable()) }} config/scripts/test.sh {{ flags }}

# The tests of the programs.
[group('develop')]
rust-test:
    cargo test --workspace --no-fail-fast

# The dashboard as it is written, at http://localhost:5173, over a running cto-api (`just api`; another address: CTO_API).
[group('develop')]
ui-dev: ui-packages
    cd ui && npm run dev

# Format and lint of the dashboard, its types against the OpenAPI document, its unit tests.
[group('develop')]
ui-check: ui-packages
    cd ui && npm run check
    config/scripts/ui-types.sh
    cd ui && npm run test

# The dashboard in a browser, over real servers with simulated data, for example `just ui-test flow`.
[group('develop')]
[positional-arguments]
ui-test *arguments: ui build
    cd ui && npm run test:browser -- --project=light --project=dark "$@"

# Pictures of the dashboard for the documentation, into docs/images.
[group('develop')]
screenshots: ui build
    cd ui && SCREENSHOTS=1 npm run test:browser -- --project=screenshots

[private]
ui-packages:
    config/scripts/ui-packages.sh

# Requests made up from the OpenAPI document, against the demo's data: no answer may be undocumented. Needs Python 3.
[group('develop')]
api-fuzz: build
    config/scripts/fuzz-api.sh

# Inputs made up for all that the programs read, each as long, two at a time, for example `just fuzz 600 focus webhooks`. A finding is written below the target folder and ends its input; `CTO_FUZZ_SEED=N` begins elsewhere.
[group('develop')]
fuzz seconds="60" *inputs:
    CTO_FUZZ_SECONDS={{ quote(seconds) }} SSL_CERT_FILE={{ quote(absolute_path("crates/fuzzing/certificate.pem")) }} cargo test --quiet -p fuzzing --test inputs -- --nocapture --test-threads=2 {{ inputs }}
    CTO_FUZZ_SECONDS={{ quote(seconds) }} cargo test --quiet -p cto-api --lib -- --nocapture {{ if inputs == "" { "made_up" } else { inputs } }}

# As many made-up bodies to each door of cto-api: all senders of webhooks, all that is pushed. A million take hours.
[group('develop')]
fuzz-doors bodies="1000000":
    CTO_FUZZ_EXECUTIONS={{ quote(bodies) }} cargo test --quiet -p cto-api --lib -- --nocapture doors_take

# Formatting, clippy, documentation, dependency rules, unused dependencies, features.
[group('develop')]
lint: fmt-check clippy doc deny machete features

# Format everything.
[group('develop')]
fmt:
    cargo fmt --all

[group('develop')]
fmt-check:
    cargo fmt --all --check

[group('develop')]
clippy:
    cargo clippy --workspace --all-targets -- -D warnings

# Public documentation, broken links are errors.
[group('develop')]
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps

# Licences, sources and which crate may use what. Needs cargo-deny (`just tools`).
[group('develop')]
deny:
    cargo deny --offline check bans licenses sources

# Dependencies that nothing uses. Needs cargo-machete (`just tools`).
[group('develop')]
machete:
    cargo machete bins $(ls -d crates/*/ | grep -vx crates/build-features/)

# Every crate alone is built with the features that the whole workspace uses, so that nothing is compiled twice.
[group('develop')]
features:
    config/scripts/features.sh

# Write what crates/build-features switches on. Needs cargo-hakari, and installs it.
[group('develop')]
build-features:
    cargo hakari --version >/dev/null 2>&1 || cargo install cargo-hakari --locked
    cargo hakari generate

# The oldest Rust that Cargo.toml promises compiles everything.
[group('develop')]
oldest-rust:
    config/scripts/oldest-rust.sh

# Known vulnerabilities of what the programs and the dashboard are made of. Needs a network; to be run by a timer, as .github/workflows/advisories.yml does.
[group('develop')]
advisories:
    cargo deny check advisories
    cd ui && npm audit --omit=dev

# Install what the lints need.
[group('develop')]
tools:
    cargo deny --version >/dev/null 2>&1 || cargo install cargo-deny --locked
    cargo machete --version >/dev/null 2>&1 || cargo install cargo-machete --locked

# What the engine says of generated data whose truth is known, at full size, for example `just truth forecast`: docs/metrics.md quotes the shares.
[group('develop')]
[positional-arguments]
truth *simulation:
    CTO_TRUTH=full cargo test --quiet --workspace --test truth -- --nocapture --test-threads=1 "$@"
    CTO_TRUTH=full cargo test --quiet --workspace --test whole_runs -- --nocapture no_median_is_far_from_the_truth

# Benchmarks of the engine, the CSV reader, delivery and the store, on the organisations medium and large, or on others, for example `just bench large vast`.
[group('develop')]
bench *sizes:
    config/scripts/bench.sh {{ sizes }}

# Instructions of whole runs, which a busy machine does not change; with FILE, beside those of an earlier run. Needs valgrind.
[group('develop')]
bench-instructions *file:
    config/scripts/bench-instructions.sh {{ file }}

# Signed deliveries and pushed events at a rate, beside an import and readers: none may be lost or count twice, and 19 of 20 answers have to come in time. `just profile=release load 500 60` for figures.
[group('develop')]
load rate="500" seconds="60":
    CTO_LOAD_RATE={{ quote(rate) }} CTO_LOAD_SECONDS={{ quote(seconds) }} cargo test --quiet --profile {{ if profile == "dev" { "test" } else { profile } }} -p cto-api --test serving -- --nocapture nothing_is_lost_and_nothing_counts_twice

# Load the server: latency, throughput, cold queries, memory, a reload under load.
[group('develop')]
bench-api *sizes:
    config/scripts/bench-api.sh {{ sizes }}

# Record the fixtures again from the simulated GitHub, and renew the files that follow from the code.
[group('develop')]
fixtures:
    config/scripts/record-fixtures.sh
    UPDATE_DOCS=1 cargo test --quiet -p config-model -p store -p http-api
