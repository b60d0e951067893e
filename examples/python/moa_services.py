"""Calls services of MOA by redis-py. The steps are those of docs/other-languages.md, "Finding servers". Safe for many threads."""
import json
import random
import threading
import time

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

LOOKUP_TIMEOUT = 0.5  # s; another copy may answer
REFRESH = 10.0  # s
BAD = 5.0  # s that an instance is left alone after it failed
STALE = 15.0  # s; of older knowledge another copy may have newer
ATTEMPTS = 3


class CallFailed(Exception):
    """A call without a result. `executed` says whether the method ran: no, yes or unknown."""

    def __init__(self, status, executed, message, error=None):
        super().__init__(f"{status}, executed: {executed}: {message}")
        self.status, self.executed, self.error = status, executed, error or {}


class Services:
    """`lookups` are addresses such as "10.0.0.5:9100"; `password` is what lookups and servers want, if they want one."""

    def __init__(self, lookups, caller="", password=None, refresh=REFRESH):
        self.lookups, self.caller, self.password, self.refresh = list(lookups), caller, password, refresh
        self.lists = {}  # service -> (instances, known as of, ask again at)
        self.bad = {}  # address -> until
        self.clients = {}  # (address, timeout) -> client, each with a pool of connections
        self.lock = threading.Lock()

    def call(self, service, method, args=(), timeout_ms=1000, idempotent=False, **fields):
        """`fields` are others of a request, such as tag or attachments."""
        deadline = time.monotonic() + timeout_ms / 1000
        tried, failure = set(), None
        while len(tried) < ATTEMPTS:
            left_ms = int((deadline - time.monotonic()) * 1000)
            address = self.pick(service, tried)
            if left_ms <= 0 or address is None:
                break
            tried.add(address)
            request = {"service": service, "method": method, "args": args, "timeoutMs": left_ms, **fields}
            if self.caller:
                request.setdefault("caller", self.caller)
            try:
                connection = self.client(address, timeout_ms / 1000 + 0.5).connection_pool
                link = connection.get_connection("GET")
            except redis.RedisError as e:  # nothing was sent
                failure = CallFailed("UNAVAILABLE", "no", f"{address}: {e}")
                self.bad[address] = time.monotonic() + BAD
                continue
            try:
                link.send_command("GET", json.dumps(request))
                reply = json.loads(link.read_response())
            except redis.RedisError as e:  # it was sent: it may have run
                link.disconnect()
                self.bad[address] = time.monotonic() + BAD
                failure = CallFailed("UNAVAILABLE", "unknown", f"{address}: {e}")
                if not idempotent:
                    break
                continue
            finally:
                connection.release(link)
            error = reply.get("error")
            if error is None:
                return reply["result"]
            failure = CallFailed(error["status"], error["executed"], error["message"], error)
            if error["status"] == "DRAINING":  # it closes its connections soon
                self.bad[address] = time.monotonic() + BAD
            again = error["executed"] == "no" or (idempotent and error["executed"] == "unknown")
            if not again or error.get("neverRetry") or error["status"] == "INVALID_ARGUMENT":
                break
        raise failure or CallFailed("UNAVAILABLE", "no", f"no address of {service} is known, or no time was left")

    def pick(self, service, tried):
        there = [each for each in self.instances(service) if each["address"] not in tried]
        now = time.monotonic()
        good = [each for each in there if self.bad.get(each["address"], 0) < now]
        sure = [each for each in good if each["state"] == "ONLINE"]
        some = sure or good or there
        return random.choices(some, [each["weight"] for each in some])[0]["address"] if some else None

    def instances(self, service):
        held, as_of, again = self.lists.get(service, ([], float("-inf"), 0))
        if time.monotonic() < again or not self.lock.acquire(blocking=not held):
            return held  # or somebody else is asking
        try:
            held, as_of, again = self.lists.get(service, ([], float("-inf"), 0))
            if time.monotonic() >= again:
                found, known = self.ask(service)
                if found is not None and (not held or (found and known > as_of - STALE)):
                    held, as_of = found, known
                self.lists[service] = (held, as_of, time.monotonic() + (self.refresh if found is not None else 1))
            return held
        finally:
            self.lock.release()

    def ask(self, service):
        """The freshest that a copy says; None if none says anything."""
        best, as_of = None, float("-inf")
        for lookup in random.sample(self.lookups, len(self.lookups)):
            try:
                said = json.loads(self.client(lookup, LOOKUP_TIMEOUT).execute_command("MOA.LOOKUP", service, "JSON"))
            except redis.RedisError:  # it is away, or says TRYAGAIN: it knows nothing yet
                continue
            known = time.monotonic() - said["ageMs"] / 1000
            if best is None or known > as_of:
                best, as_of = [each for each in said["instances"] if each["usable"]], known
            if said["ageMs"] <= STALE * 1000:
                break
        return best, as_of

    def client(self, address, timeout):
        key = (address, timeout)
        if key not in self.clients:
            host, port = address.rsplit(":", 1)
            self.clients[key] = redis.Redis(
                host.strip("[]"), int(port), password=self.password, socket_timeout=timeout,
                socket_connect_timeout=LOOKUP_TIMEOUT, retry=Retry(NoBackoff(), 0))  # only call() knows what may be repeated
        return self.clients[key]
