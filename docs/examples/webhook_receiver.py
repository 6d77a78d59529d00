#!/usr/bin/env python3
"""Receives webhooks of vanthu-gateway: checks the signature, does each event once, prints it as a line.

    webhook_receiver.py --key-file FILE [--listen 127.0.0.1:9000] [--seen FILE]

FILE has the secret (whsec_…) that `vanthu webhook add` showed, or the public key (whpk_…) of a subscription made with --ed25519; then Python's
package `cryptography` is wanted. Put a server with TLS before it (nginx, Apache), or give --certificate and --private-key."""
import argparse
import base64
import hashlib
import hmac
import http.server
import json
import os
import ssl
import sys
import time

TOLERANCE_S = 5 * 60
BODY_MAX_BYTES = 1 << 20


def make_check(key):
    """A function that says whether a signature (its raw bytes) is one of these bytes, and the version of such signatures."""
    if key.startswith("whsec_"):
        secret = base64.b64decode(key[len("whsec_"):], validate=True)
        return "v1", lambda signature, signed: hmac.compare_digest(signature, hmac.new(secret, signed, hashlib.sha256).digest())
    if not key.startswith("whpk_"):
        sys.exit("the key begins with whsec_ or whpk_")
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key[len("whpk_"):], validate=True))

    def check(signature, signed):
        try:
            public.verify(signature, signed)
        except InvalidSignature:
            return False
        return True
    return "v1a", check


class Seen:
    """The ids of events that were done. They are on the disk before the answer goes out: an event that was answered is never asked for again, one
    that was not comes again."""

    def __init__(self, path):
        self.file = open(path, "a+", encoding="ascii")
        self.file.seek(0)
        self.ids = set(self.file.read().split())

    def add(self, event_id):
        self.ids.add(event_id)
        self.file.write(event_id + "\n")
        self.file.flush()
        os.fsync(self.file.fileno())


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    version, check, seen = "", None, None

    def log_message(self, *_):
        pass

    def answer(self, status):
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def is_genuine(self, event_id, body):
        """Of a body as it came: not one that was parsed and written anew."""
        at = self.headers.get("webhook-timestamp", "")
        if not at.isdigit() or abs(time.time() - int(at)) > TOLERANCE_S:
            return False
        signed = event_id.encode() + b"." + at.encode() + b"." + body
        for one in self.headers.get("webhook-signature", "").split():
            version, _, value = one.partition(",")
            try:
                if version == self.version and type(self).check(base64.b64decode(value, validate=True), signed):
                    return True
            except ValueError:
                continue
        return False

    def do_POST(self):
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > BODY_MAX_BYTES:
            self.close_connection = True
            return self.answer(413)
        body = self.rfile.read(int(length))
        event_id = self.headers.get("webhook-id", "")
        if not self.is_genuine(event_id, body):
            return self.answer(401)
        if event_id not in self.seen.ids:
            # Here the work is done, or put where it will be done. It must stand being done again: the power may go before the next line.
            print(json.dumps(json.loads(body)), flush=True)
            self.seen.add(event_id)
        return self.answer(204)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--key-file", required=True)
    arguments.add_argument("--listen", default="127.0.0.1:9000")
    arguments.add_argument("--seen", default="seen")
    arguments.add_argument("--certificate")
    arguments.add_argument("--private-key")
    given = arguments.parse_args()
    with open(given.key_file, encoding="ascii") as f:
        Receiver.version, check = make_check(f.read().strip())
    Receiver.check = staticmethod(check)
    Receiver.seen = Seen(given.seen)
    host, _, port = given.listen.rpartition(":")
    # One request after the other: the events of a subscription come in order.
    server = http.server.HTTPServer((host.strip("[]"), int(port)), Receiver)
    if given.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(given.certificate, given.private_key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
