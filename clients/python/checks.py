"""Checks with redis-py."""

import json
import os
import subprocess
import sys
import time

import redis

PORT = int(os.environ["MOA_PORT"])
PASSWORD_PORT = int(os.environ["MOA_PASSWORD_PORT"])
PASSWORD = os.environ["MOA_PASSWORD"]


def request(method, args, **more):
    return json.dumps(dict(service="clients.Desk", method=method, args=args, **more), ensure_ascii=False)


def client(port=PORT, **more):
    return redis.Redis(port=port, decode_responses=True, **{"socket_timeout": 60, **more})


def ask(connection, method, args, **more):
    return json.loads(connection.get(request(method, args, **more)))


def same(expected, actual):
    assert expected == actual, f"expected {str(expected)[:120]}, got {str(actual)[:160]}"


def throws(kind, part, action):
    try:
        action()
    except kind as e:
        assert part in str(e), f"no {part} in {e}"
        return
    raise AssertionError(f"no {kind}")


def call():
    same({"result": 9}, ask(client(), "reserve", ["top", 3]))


def names():
    same({"result": 6}, ask(client(), "reserve", {"count": 2, "item": "top"}))


def pipeline():
    many = client().pipeline(transaction=False)
    for i in range(100):
        many.get(request("reserve", ["top", i]))
    same([{"result": 3 * i} for i in range(100)], [json.loads(each) for each in many.execute()])


def mget():
    requests = [request("reserve", ["a", i]) for i in range(20)]
    requests[7] = "nonsense"
    answers = [json.loads(each) for each in client().mget(requests)]
    same("INVALID_ARGUMENT", answers.pop(7)["error"]["status"])
    same([{"result": i} for i in range(20) if i != 7], answers)


def error():
    told = ask(client(), "fail", ["no top is left"])["error"]
    same(("APPLICATION", "yes", "SOLD_OUT", "no top is left"),
         (told["status"], told["executed"], told["code"], told["message"]))


def method():
    same("UNIMPLEMENTED", ask(client(), "resreve", [])["error"]["status"])


def command():
    connection = client(single_connection_client=True)
    throws(redis.ResponseError, "unknown command 'SET'", lambda: connection.set("a", "b"))
    same({"result": 9}, ask(connection, "reserve", ["top", 3]))


def deadline():
    connection = client(single_connection_client=True)
    same("DEADLINE_EXCEEDED", ask(connection, "hang", [], timeoutMs=100)["error"]["status"])
    same({"result": 9}, ask(connection, "reserve", ["top", 3]))


def socket_timeout():
    connection = client(socket_timeout=0.3)
    throws(redis.TimeoutError, "", lambda: connection.get(request("hang", [], timeoutMs=30000)))
    patient = 0
    while True:  # a machine that is busy may need longer than its patience, and then once more
        try:
            same({"result": 9}, ask(connection, "reserve", ["top", 3]))
            return
        except redis.TimeoutError:
            patient += 1
            assert patient < 20, "it never works again"


def reconnect():
    connection = client()
    same({"result": 9}, ask(connection, "reserve", ["top", 3]))
    subprocess.run([os.environ["MOA_SERVER"], "restart", "open"], check=True, stdout=subprocess.DEVNULL)
    for attempt in range(100):
        try:
            same({"result": 9}, ask(connection, "reserve", ["top", 3]))
            return
        except redis.ConnectionError:
            time.sleep(0.1)
    raise AssertionError("it never works again")


def utf8():
    text = "grün 中文 🍵 \"quoted\" 'single' \\ \n\t\u0000"
    same({"result": text}, ask(client(), "echo", [text]))


def large():
    text = "中x" * (1 << 18)
    same(1 << 20, len(text.encode()))
    same({"result": text}, ask(client(), "echo", [text]))


def auth():
    throws(redis.AuthenticationError, "", lambda: client(PASSWORD_PORT).ping())
    # Which exception depends on the version: 4.3 does not know WRONGPASS, which Redis says since 6.
    throws((redis.AuthenticationError, redis.ResponseError), "invalid username-password pair",
           lambda: client(PASSWORD_PORT, password="wrong").ping())
    same({"result": ""}, ask(client(PASSWORD_PORT, password=PASSWORD), "who", []))
    same({"result": "web"}, ask(client(PASSWORD_PORT, username="web", password=PASSWORD), "who", []))


def resp3():
    if int(redis.__version__.split(".")[0]) < 5:
        return "redis-py speaks RESP3 from 5.0 on"
    connection = client(protocol=3)
    same({"result": 9}, ask(connection, "reserve", ["top", 3]))
    connection = client(PASSWORD_PORT, protocol=3, username="web", password=PASSWORD)
    same({"result": "web"}, ask(connection, "who", []))


def caller():
    connection = client(client_name="teahouse")
    same({"result": "teahouse"}, ask(connection, "who", []))
    same({"result": "batch"}, ask(connection, "who", [], caller="batch"))


def moa_commands():
    connection = client()
    same(["clients.Desk"], connection.execute_command("MOA.LIST"))
    same("clients.Desk", json.loads(connection.execute_command("MOA.DESCRIBE", "clients.Desk"))["service"])


print("version", redis.__version__)
for check in (call, names, pipeline, mget, error, method, command, deadline, socket_timeout, reconnect, utf8, large,
              auth, resp3, caller, moa_commands):
    name = check.__name__.replace("_", "-")
    try:
        skipped = check()
        print(name, "SKIPPED" if skipped else "ok", skipped or "", sep="\t", flush=True)
    except Exception as e:
        print(name, "FAIL", f"{type(e).__name__}: {e}".replace("\n", " ").replace("\t", " ")[:300], sep="\t", flush=True)
