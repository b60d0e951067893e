#!/usr/bin/env bash
# Checks with redis-benchmark: it ends, and sees no error. How fast is no matter here.
set -euo pipefail
. "$(dirname "$0")/report.sh"

one=$(request reserve '["top",3]')

# Its summary is there, and nothing that it says about errors. Of CONFIG it only warns.
ends() {
    local said
    said=$(timeout 120 redis-benchmark -q "$@" 2>&1 | tr '\r' '\n')
    has 'requests per second' "$said"
    if grep -i 'error' <<<"$said" | grep -v CONFIG; then exit 1; fi
}

many() { ends -p "$MOA_PORT" -n 10000 -c 50 GET "$one"; }
pipelined() { ends -p "$MOA_PORT" -n 10000 -c 50 -P 16 GET "$one"; }
resp3() { ends -p "$MOA_PORT" -3 -n 10000 -c 50 -P 16 GET "$one"; }
threads() { ends -p "$MOA_PORT" --threads 2 -n 10000 -c 50 -P 16 GET "$one"; }
password() { ends -p "$MOA_PASSWORD_PORT" -a "$MOA_PASSWORD" -n 10000 -c 50 -P 16 GET "$one"; }
standard() { ends -p "$MOA_PORT" -n 10000 -c 50 -P 16 -t ping_mbulk,get; }

echo "version $(redis-benchmark --version | sed 's/redis-benchmark //')"
check many many
check pipelined pipelined
check resp3 resp3
check threads threads
check auth password
check standard standard
