# For scripts that start one of the programs in the background: `. config/scripts/started.sh`.

# Prints the address at which a program listens: `address=$(started LOG PROCESS NAME [PATH])`. LOG is its standard
# output, NAME is for the message when it does not come up within 30 seconds; with PATH, waits until that answers too.
# Where the program ends instead, its log is shown.
started() {
    local log=$1 process=$2 name=$3 path=${4:-} address
    for _ in $(seq 300); do
        address=$(sed -n 's/^listening on //p' "$log")
        if [ -n "$address" ] && { [ -z "$path" ] || curl -fsS "$address$path" >/dev/null 2>&1; }; then
            echo "$address"
            return
        fi
        kill -0 "$process" 2>/dev/null || { cat "$log" >&2; return 1; }
        sleep 0.1
    done
    echo "$name did not start within 30 seconds" >&2
    return 1
}
