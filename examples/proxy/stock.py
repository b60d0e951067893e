"""A service in ten lines: a call is a POST of JSON, answered with JSON; a GET asks whether it is there."""
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Stock(BaseHTTPRequestHandler):
    def do_POST(self):
        call = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        item, count = call["args"]
        self.do_GET({"result": len(item) * count})

    def do_GET(self, reply=None):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(reply).encode())


ThreadingHTTPServer(("127.0.0.1", 9001), Stock).serve_forever()
