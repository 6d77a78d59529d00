"""A lab whose daemons are recorded, and a client of their local sockets."""
import hashlib
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
sys.path.insert(0, str(BUILD / "gen" / "py"))
from proto import control_pb2, envelope_pb2  # noqa: E402

LIBRARY = BUILD / "tests" / "crash.so"
WAIT_S = 300  # ends what hangs; a busy machine never takes so long


class Refused(Exception):
    def __init__(self, error):
        super().__init__("VT-%d %s" % (error.code, error.about))
        self.code = error.code


class Client:
    """One connection. Numbers of requests are never used twice, on whatever connection: answers are known by them in the log."""
    number = 0

    def __init__(self, run, name="office"):
        self.s = socket.socket(socket.AF_UNIX)
        self.s.settimeout(WAIT_S)
        self.s.connect(str(run / (name + ".sock")))
        self.held = {}

    def close(self):
        self.s.close()

    def send(self, r):
        data = r.SerializeToString()
        self.s.sendall(len(data).to_bytes(4, "big") + data)

    def exactly(self, n):
        data = b""
        while len(data) < n:
            piece = self.s.recv(n - len(data))
            if not piece:
                raise EOFError("the daemon closed the connection")
            data += piece
        return data

    def reply(self, number):
        """The next one to this request; those to others are kept."""
        while not self.held.get(number):
            r = control_pb2.Reply.FromString(self.exactly(int.from_bytes(self.exactly(4), "big")))
            if r.id == 0:
                raise Refused(r.error)  # what could not be read, or not unpacked
            self.held.setdefault(r.id, []).append(r)
        r = self.held[number].pop(0)
        if r.WhichOneof("what") == "error":
            raise Refused(r.error)
        return r

    def ask(self, r):
        self.send(r)
        return self.reply(r.id)

    def all(self, r):
        """The replies but the last, which says only that it is done."""
        self.send(r)
        out = []
        while True:
            reply = self.reply(r.id)
            if not reply.more:
                return out
            out.append(reply)

    def content(self, ident, part, size):
        r = request("content")
        r.content.ref.text = ident
        r.content.part = part
        r.content.credit_bytes = max(size, 1)
        self.send(r)
        data = b""
        while True:
            reply = self.reply(r.id)
            data += reply.data.bytes
            if reply.data.last:
                return data


def request(what):
    Client.number += 1
    r = control_pb2.Request(id=Client.number)
    getattr(r, what).SetInParent()
    return r


def new_id(rng):
    return int(time.time() * 1000).to_bytes(6, "big") + bytes([0x70 | rng.randrange(16), rng.randrange(256), 0x80]) + rng.randbytes(7)


def submission(rng, to, subject, contents, number="", template="", urgent=False):
    """A document with these contents, whole in the message."""
    r = request("submit")
    r.submit.id = new_id(rng)
    for committee in to:
        r.submit.recipients.add(committee=committee)
    if urgent:
        r.submit.urgency = envelope_pb2.URGENCY_KHAN
    r.submit.number_template = template
    body = envelope_pb2.DocumentBody(number=number, type_code="CV", type_name="Công văn", subject=subject, business=1)
    for i, content in enumerate(contents):
        body.parts.add(name="tệp-%d.bin" % i, media_type="application/octet-stream")
        r.submit.parts.add(size_bytes=len(content), content=content)
    r.submit.body = body.SerializeToString()
    return r


def sha256(data):
    return hashlib.sha256(data).hexdigest()


RUNNING = set()  # processes of this one's


def end_all():
    """Whatever was left running."""
    for process in RUNNING:
        process.kill()


class Daemon:
    """One vanthud, with the preloaded library when it gets a log or a fault."""

    def __init__(self, config, run, err, environment=None, program=None):
        self.run, self.err = run, err
        env = dict(os.environ, LC_ALL="C.UTF-8", LANGUAGE="en", **(environment or {}))
        if environment:
            env["LD_PRELOAD"] = str(LIBRARY)
        self.out = open(err, "ab")
        self.begin = self.out.tell()
        self.process = subprocess.Popen([str(program or BUILD / "vanthud"), "-c", str(config)], env=env, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=self.out)
        RUNNING.add(self.process)

    def said(self):
        with open(self.err, "rb") as f:
            f.seek(self.begin)
            return f.read().decode(errors="replace")

    def started(self):
        """True once it says so; False when it ended instead."""
        end = time.monotonic() + WAIT_S
        while time.monotonic() < end:
            if "event=started " in self.said():
                return True
            if self.process.poll() is not None:
                return "event=started " in self.said()
            time.sleep(0.002)
        return False

    def client(self, name="office"):
        return Client(self.run, name)

    def end(self, how=signal.SIGTERM):
        """The exit status; None: it did not end in time and was killed."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            code = self.process.wait(WAIT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            code = None
        RUNNING.discard(self.process)
        self.out.close()
        return code
