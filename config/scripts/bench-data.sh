# For scripts that measure programs over generated organisations: `. config/scripts/bench-data.sh`.

# Generates an organisation of a size into a folder: cto.db and config.yml, and with `csv` the raw CSV files in csv/.
# What is there already stays; FRESH=1 generates it again. The folder of the programs is $bin.
# Beside the sizes of cto-sandbox there is vast: large with 800,000 issues.
generate() { # size, folder, [csv]
    local size=$1 folder=$2 what=${3:-} options=(--size "$1")
    [ "$size" != vast ] || options=(--size large --issues 800000)
    if [ -z "${FRESH:-}" ] && [ -e "$folder/complete" ]; then
        return
    fi
    echo "generating $size …"
    rm -rf "$folder"
    mkdir -p "$folder/csv"
    [ "$what" != csv ] || "$bin/cto-sandbox" "${options[@]}" --write-csv "$folder/csv" >/dev/null
    "$bin/cto-sandbox" "${options[@]}" --write-store "sqlite:$folder/cto.db" --write-config "$folder/config.yml" >/dev/null
    touch "$folder/complete"
}
