"""try.py LOOKUPS REFRESH-S STOP-FILE: calls until the file is there, and prints a line for each call."""
import os
import sys
import time

from moa_services import CallFailed, Services

services = Services(sys.argv[1].split(","), caller="python", refresh=float(sys.argv[2]))
number = 0
while not os.path.exists(sys.argv[3]):
    number += 1
    for line, method, args, idempotent in ("who", "who", [], True), ("buy", "buy", [f"python-{number}"], False):
        try:
            print(line, services.call("shop.Till", method, args, 30000, idempotent), flush=True)
        except CallFailed as e:
            print(f"{line}-failed {e.executed} {args} {e}", flush=True)
    time.sleep(0.02)
