#!/usr/bin/env python3
"""A receiver of webhooks that behaves as a test says.   webhook_sink.py FOLDER [CERTIFICATE KEY]

FOLDER/script has a behaviour each line, the first is for the first request, the last for all that follow; FOLDER/port gets the port, FOLDER/log a
JSON object for each request, before it is answered. Behaviours: a status, perhaps with a Retry-After behind it ("429 7", "503 date+90"); "redirect URL"; "drop"
(closes without an answer); "reset" (in the middle of one); "hang" (never answers); "long BYTES" (200 with so much behind it); "endless" (a header
without end); "kill FILE" (200, and then ends the process whose number is in FILE by SIGKILL)."""
import email.utils
import http.server
import json
import os
import signal
import socket
import ssl
import sys
import threading
import time

folder = sys.argv[1]
lock = threading.Lock()
count = 0
released = threading.Event()


def behaviour():
    global count
    with open(os.path.join(folder, "script"), encoding="utf-8") as f:
        lines = f.read().split("\n")
    lines = [line for line in lines if line]
    word = lines[min(count, len(lines) - 1)]
    count += 1
    return word


class Sink(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def say(self, status, headers=(), body=b""):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with lock:
            words = behaviour().split()
            with open(os.path.join(folder, "log"), "a", encoding="utf-8") as f:
                f.write(json.dumps({"path": self.path, "did": words[0], "headers": {k.lower(): v for k, v in self.headers.items()},
                                    "body": body.decode()}) + "\n")
        getattr(self, "do_" + words[0], self.do_status)(*words)

    def do_status(self, status, after=None):
        if after and after.startswith("date+"):
            after = email.utils.formatdate(time.time() + int(after[5:]), usegmt=True)
        self.say(int(status), [("Retry-After", after)] if after else [])

    def do_redirect(self, _, url):
        self.say(302, [("Location", url)])

    def do_drop(self, _):
        self.close_connection = True

    def do_reset(self, _):
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Le")
        self.wfile.flush()
        self.close_connection = True

    def do_hang(self, _):
        released.wait(600)
        self.close_connection = True

    def do_long(self, _, size):
        try:
            self.say(200, body=b"x" * int(size))
        except OSError:
            self.close_connection = True

    def do_endless(self, _):
        try:
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            while True:
                self.wfile.write(b"X-Filler: " + b"x" * 1000 + b"\r\n")
        except OSError:
            self.close_connection = True

    def do_kill(self, _, path):
        self.say(200)
        with open(path, encoding="utf-8") as f:
            os.kill(int(f.read()), signal.SIGKILL)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass


server = Server(("127.0.0.1", 0), Sink)
if len(sys.argv) > 2:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2], sys.argv[3])
    server.socket = context.wrap_socket(server.socket, server_side=True)
with open(os.path.join(folder, "port.new"), "w", encoding="utf-8") as f:
    f.write(str(server.server_address[1]))
os.rename(os.path.join(folder, "port.new"), os.path.join(folder, "port"))
server.serve_forever()
