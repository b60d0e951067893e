#!/usr/bin/env bash
# Checks with redis-cli.
set -euo pipefail
. "$(dirname "$0")/report.sh"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

cli() { timeout 60 redis-cli --raw -p "$MOA_PORT" "$@"; }
locked() { timeout 60 redis-cli --raw --no-auth-warning -p "$MOA_PASSWORD_PORT" "$@"; }

call() { same '{"result":9}' "$(cli GET "$(request reserve '["top",3]')")"; }
names() { same '{"result":6}' "$(cli GET "$(request reserve '{"count":2,"item":"top"}')")"; }

# --pipe sends commands as they are, without waiting, and counts the answers. It does not show them.
pipeline() {
    local i one
    for ((i = 0; i < 100; i++)); do
        one=$(request reserve "[\"top\",$i]")
        printf '*2\r\n$3\r\nGET\r\n$%d\r\n%s\r\n' "${#one}" "$one"
    done >"$scratch/commands"
    has 'errors: 0, replies: 100' "$(cli --pipe <"$scratch/commands")"
}

mget() {
    local i requests=() answers
    for ((i = 0; i < 20; i++)); do
        if ((i == 7)); then requests+=(nonsense); else requests+=("$(request reserve "[\"a\",$i]")"); fi
    done
    mapfile -t answers < <(cli MGET "${requests[@]}")
    same 20 "${#answers[@]}"
    for ((i = 0; i < 20; i++)); do
        if ((i == 7)); then has '"status":"INVALID_ARGUMENT"' "${answers[i]}"; else same "{\"result\":$i}" "${answers[i]}"; fi
    done
}

error() {
    local answer
    answer=$(cli GET "$(request fail '["no top is left"]')")
    has '"status":"APPLICATION"' "$answer"
    has '"code":"SOLD_OUT"' "$answer"
    has '"message":"no top is left"' "$answer"
}

method() { has '"status":"UNIMPLEMENTED"' "$(cli GET "$(request resreve '[]')")"; }

unknown_command() {
    local said status=0
    said=$(cli -e SET a b 2>&1) || status=$?
    has "ERR unknown command 'SET'" "$said"
    same 1 "$status"
}

# Both by one connection.
deadline() {
    local answers
    answers=$(printf "GET '%s'\nGET '%s'\n" "$(request hang '[]' '"timeoutMs":100')" "$(request reserve '["top",3]')" | cli)
    has '"status":"DEADLINE_EXCEEDED"' "$answers"
    has '{"result":9}' "$answers"
}

# One redis-cli that reads commands from a pipe.
reconnect() {
    local one line i
    one=$(request reserve '["top",3]')
    coproc lasting { redis-cli --raw -p "$MOA_PORT" 2>&1; }
    local in=${lasting[1]} out=${lasting[0]}
    echo "GET '$one'" >&"$in"
    read -r -t 30 line <&"$out"
    same '{"result":9}' "$line"
    "$MOA_SERVER" restart open
    for ((i = 0; i < 20; i++)); do
        echo "GET '$one'" >&"$in"
        read -r -t 30 line <&"$out"
        [[ $line != '{"result":9}' ]] || break
    done
    eval "exec $in>&-"
    wait "$lasting_PID" || true
    same '{"result":9}' "$line"
}

utf8() {
    local text='grün 中文 🍵 \"quoted\" '"'single'"
    same "{\"result\":\"$text\"}" "$(cli GET "$(request echo "[\"$text\"]")")"
}

large() {
    local bytes
    bytes=$(head -c 1048576 /dev/zero | tr '\0' x)
    request echo "[\"$bytes\"]" >"$scratch/large"
    printf '{"result":"%s"}\n' "$bytes" >"$scratch/expected"
    cli -x GET <"$scratch/large" >"$scratch/answer"
    cmp "$scratch/expected" "$scratch/answer"
}

auth() {
    has NOAUTH "$(locked GET "$(request who '[]')" 2>&1)"
    has WRONGPASS "$(locked --pass wrong PING 2>&1)"
    same '{"result":""}' "$(locked --pass "$MOA_PASSWORD" GET "$(request who '[]')")"
    same '{"result":"web"}' "$(locked --user web --pass "$MOA_PASSWORD" GET "$(request who '[]')")"
}

resp3() {
    same '{"result":9}' "$(cli -3 GET "$(request reserve '["top",3]')" 2>&1)"
    has 'proto' "$(cli -3 HELLO 3 2>&1)"
    same '{"result":"web"}' "$(locked -3 --user web --pass "$MOA_PASSWORD" GET "$(request who '[]')" 2>&1)"
}

caller() {
    has '{"result":"teahouse"}' "$(printf "CLIENT SETNAME teahouse\nGET '%s'\n" "$(request who '[]')" | cli)"
}

own() {
    same clients.Desk "$(cli MOA.LIST)"
    has '"name":"reserve"' "$(cli MOA.DESCRIBE clients.Desk)"
    same ready "$(cli MOA.HEALTH)"
}

echo "version $(redis-cli --version | sed 's/redis-cli //')"
check call call
check names names
check pipeline pipeline
check mget mget
check error error
check method method
check command unknown_command
check deadline deadline
printf 'socket-timeout\tSKIPPED\tredis-cli waits for an answer as long as it takes\n'
check reconnect reconnect
check utf8 utf8
check large large
check auth auth
check resp3 resp3
check caller caller
check moa-commands own
