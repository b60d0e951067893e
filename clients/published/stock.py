"""A service in Python that answers GET and PING, as a server of Redis would: one thread for each connection."""
import json
import socketserver
import sys


def answer(call):
    method, args = call["method"], call.get("args", [])
    if method == "who":
        return {"result": "python"}
    if method == "echo":
        return {"result": args[0]}
    if method == "reserve":
        item, count = args
        if count > 100:
            return {"error": {"code": "OUT_OF_STOCK", "message": "only 100 are left", "fields": {"left": 100}}}
        return {"result": len(item) * count}
    return {"error": {"status": "UNIMPLEMENTED", "executed": "no", "message": "there is no " + method}}


class Connection(socketserver.StreamRequestHandler):
    def handle(self):
        while True:
            line = self.rfile.readline()
            if not line:
                return
            words = []
            for _ in range(int(line[1:])):
                length = int(self.rfile.readline()[1:])
                words.append(self.rfile.read(length))
                self.rfile.read(2)
            if words[0].upper() == b"PING":
                self.wfile.write(b"+PONG\r\n")
            else:
                reply = json.dumps(answer(json.loads(words[1])), ensure_ascii=False).encode()
                self.wfile.write(b"$%d\r\n%s\r\n" % (len(reply), reply))


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


with Server(("127.0.0.1", int(sys.argv[1])), Connection) as server:
    server.serve_forever()
