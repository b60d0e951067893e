"""Leads examples/python/moa_services.py as ./moa conformance wants: see README.md."""
import json
import pathlib
import sys
from concurrent.futures import ThreadPoolExecutor

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "examples" / "python"))
from moa_services import CallFailed, Services  # noqa: E402


class Fixed(Services):
    """Finds servers where it is told to."""

    addresses = []

    def instances(self, service):
        return [{"address": each, "state": "ONLINE", "weight": 100} for each in self.addresses]


services = Fixed([])
threads = ThreadPoolExecutor(16)


def call(request, idempotent=False):
    fields = dict(request)
    timeout = fields.pop("timeoutMs", 1000)
    try:
        result = services.call(fields.pop("service"), fields.pop("method"), fields.pop("args", []), timeout, idempotent, **fields)
        return {"result": result}
    except CallFailed as e:
        return {"error": {"status": e.status, "executed": e.executed, "message": str(e), **e.error}}


def obey(order):
    what = order["do"]
    if what == "hello":
        return {"name": "examples/python", "levels": ["calls", "large", "failover"]}
    if what == "use":
        services.addresses = order["addresses"]
        return {}
    if what == "call":
        return {"reply": call(order["request"], order.get("idempotent", False))}
    if what == "many":
        return {"replies": list(threads.map(call, order["requests"]))}
    if what == "length":
        return {"length": len(call(order["request"])["result"])}
    if what == "send":
        return {"length": len(call({**order["request"], "args": ["y" * order["chars"]]})["result"])}
    return {"failed": "an order that is not known"}


for line in sys.stdin:
    order = json.loads(line)
    print(json.dumps({"id": order["id"], **obey(order)}), flush=True)
