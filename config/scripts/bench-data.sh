# For scripts that measure programs over generated organisations: `. config/scripts/bench-data.sh`.

# Generates an organisation of a size into a folder: cto.db and config.yml, and with `csv` the raw CSV files in csv/.
# What is there already stays; FRESH=1 generates it again. The folder of the programs is $bin.
generate() { # size, folder, [csv]
    local size=$1 folder=$2 what=${3:-}
    if [ -z "${FRESH:-}" ] && [ -e "$folder/complete" ]; then
        return
    fi
    echo "generating $size …"
    rm -rf "$folder"
    mkdir -p "$folder/csv"
    [ "$what" != csv ] || "$bin/cto-sandbox" --size "$size" --write-csv "$folder/csv" >/dev/null
    "$bin/cto-sandbox" --size "$size" --write-store "sqlite:$folder/cto.db" --write-config "$folder/config.yml" >/dev/null
    touch "$folder/complete"
}
