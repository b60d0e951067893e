# Sourced by the checks of redis-cli and redis-benchmark.

# request METHOD ARGUMENTS [FIELDS]: a call as JSON
request() {
    printf '{"service":"clients.Desk","method":"%s","args":%s%s}' "$1" "$2" "${3:+,$3}"
}

# check NAME FUNCTION: runs it in a shell of its own; what it prints last is why it failed
check() {
    local said
    if said=$(set -euo pipefail; "$2" 2>&1); then
        printf '%s\tok\t\n' "$1"
    else
        printf '%s\tFAIL\t%s\n' "$1" "$(tail -1 <<<"$said" | tr '\t\r' '  ' | cut -c 1-300)"
    fi
}

# same EXPECTED ACTUAL
same() {
    [[ $1 == "$2" ]] || {
        echo "expected ${1:0:120}, got ${2:0:160}"
        exit 1
    }
}

# has PART WHOLE
has() {
    [[ $2 == *"$1"* ]] || {
        echo "no ${1:0:120} in ${2:0:160}"
        exit 1
    }
}
