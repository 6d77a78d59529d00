#!/usr/bin/python3
"""A local client with bad manners: each argument is a trick on a socket of one daemon.   local.py GENERATED RUN-FOLDER TRICK…

Prints what it saw, one line a trick; the tests say what must be there."""
import contextlib
import fcntl
import os
import pathlib
import re
import select
import socket
import sys
import tempfile
import threading
import time

sys.path.insert(0, sys.argv[1])
from proto import control_pb2, envelope_pb2  # noqa: E402

RUN = pathlib.Path(sys.argv[2])
PERMISSION = 2017
UNSUPPORTED = 3008


class Client:
    def __init__(self, name):
        self.s = socket.socket(socket.AF_UNIX)
        self.s.settimeout(60)
        self.s.connect(str(RUN / (name + ".sock")))

    def send(self, request):
        data = request.SerializeToString()
        self.s.sendall(len(data).to_bytes(4, "big") + data)

    def exactly(self, n):
        data = b""
        while len(data) < n:
            piece = self.s.recv(n - len(data))
            if not piece:
                raise EOFError
            data += piece
        return data

    def reply(self):
        return control_pb2.Reply.FromString(self.exactly(int.from_bytes(self.exactly(4), "big")))

    def ask(self, request):
        self.send(request)
        return self.reply()

    def closed(self):
        try:
            while True:
                self.reply()
        except (EOFError, ConnectionError):
            return True


def request(what, number=1):
    r = control_pb2.Request(id=number)
    getattr(r, what).SetInParent()
    return r


def submission(number, parts, streamed=False, content=b""):
    r = control_pb2.Request(id=number)
    now = int(time.time() * 1000)
    r.submit.id = now.to_bytes(6, "big") + bytes([0x70 | os.urandom(1)[0] & 15]) + os.urandom(1) + bytes([0x80]) + os.urandom(7)
    r.submit.recipients.add(committee="thads")
    body = envelope_pb2.DocumentBody(number="%d-CV/X" % number, type_code="CV", type_name="Công văn", subject="thử", business=1)
    for i in range(parts):
        body.parts.add(name="p%d" % i, media_type="application/octet-stream")
        r.submit.parts.add(size_bytes=1000 if streamed else len(content), streamed=streamed, content=b"" if streamed else content)
    r.submit.body = body.SerializeToString()
    return r


def sockets():
    """Every request that control.proto has, empty, at every socket, against the table of docs/PROTOCOL.md."""
    page = pathlib.Path(sys.argv[4]).read_text()
    own = {s: re.search(r"^\| `%s\.sock` \| `([a-z_ ]+)`" % s, page, re.M).group(1).split() for s in ("office", "operate", "read")}
    requests = [f.name for f in control_pb2.Request.DESCRIPTOR.oneofs_by_name["what"].fields]
    wrong = ["%s is no request" % w for words in own.values() for w in words if w not in requests]
    for name, may in own.items():
        for what in requests:
            d = Client(name)
            d.send(request(what, 7))
            # Nothing answers data and credit that belong to nothing: then this is the answer.
            first = d.ask(request("status", 8))
            refused = first.WhichOneof("what") == "error" and first.error.code in (PERMISSION, UNSUPPORTED)
            if refused == (what in may or what in own["read"]):
                wrong.append("%s at %s" % (what, name))
    return "wrong: " + ", ".join(wrong) if wrong or len(requests) < 27 else "all requests: as the page says"


def trace_shows():
    """What the read socket says of a document by its number: no content."""
    d = Client("read")
    r = request("trace")
    r.trace.text = sys.argv[4]
    reply = d.ask(r).SerializeToString()
    return "shows" if sys.argv[5].encode() in reply else "keeps"


def pieces_of_nothing():
    d = Client("office")
    assert d.ask(submission(1, 1, streamed=True)).WhichOneof("what") == "credit"
    r = control_pb2.Request(id=1)
    r.data.part = 0
    reply = d.ask(r)
    return "VT-%d" % reply.error.code


def piece(number, part, content, last=False):
    r = control_pb2.Request(id=number)
    r.data.part, r.data.bytes, r.data.last = part, content, last
    return r


def staged(number, parts, streamed):
    """A submission whose parts of these numbers came before it, each with its size."""
    r = submission(number, parts)
    for i, size in streamed.items():
        r.submit.parts[i].streamed, r.submit.parts[i].size_bytes = True, size
    return r


def stages_astray():
    """What a stage does not take: each on a connection of its own; what is said last."""
    said = {}
    sent = {
        "nothing": [piece(1, 0, b"")],
        "after-last": [piece(1, 0, b"x", True), piece(1, 0, b"x")],
        "backwards": [piece(1, 1, b"x", True), piece(1, 0, b"x", True)],
        "between": [piece(1, 0, b"x"), piece(1, 1, b"x")],
        "past-parts": [piece(1, 101, b"x")],
        "too-long": [piece(1, 0, bytes(300000))],
        "twice": [request("stage", 1)],
        "unfinished": [piece(1, 0, b"x"), staged(1, 1, {0: 1})],
        "other-size": [piece(1, 0, b"x", True), staged(1, 1, {0: 2})],
        "not-named": [piece(1, 0, b"x", True), staged(1, 1, {})],
        "not-sent": [staged(1, 2, {1: 5})],
        "number-too-high": [piece(1, 3, b"x", True), staged(1, 1, {})],
        "bad-digest": [piece(1, 0, b"x", True), staged(1, 1, {0: 1})],
        "empty-part": [piece(1, 0, b"", True), staged(1, 1, {0: 0})],
        "good": [piece(1, 0, b"x"), piece(1, 0, b"y", True), piece(1, 2, b"z", True), staged(1, 4, {0: 2, 2: 1})],
    }
    sent["bad-digest"][1].submit.parts[0].sha256 = bytes(32)
    for what, messages in sent.items():
        d = Client("office")
        assert d.ask(request("stage", 1)).WhichOneof("what") == "credit"
        # Not read meanwhile: the client speaks before it listens.
        for m in messages:
            try:
                d.send(m)
            except (BrokenPipeError, ConnectionError):
                break
        try:
            while True:
                reply = d.reply()
                if reply.WhichOneof("what") != "credit":
                    break
            said[what] = "VT-%d" % reply.error.code if reply.WhichOneof("what") == "error" else reply.WhichOneof("what")
        except EOFError:
            said[what] = "closed"
    return ", ".join("%s %s" % s for s in said.items())


def stages_without_end():
    """The fifth stage of a connection; and, of many that never end, whether others are served."""
    d = Client("office")
    for n in range(1, 5):
        assert d.ask(request("stage", n)).WhichOneof("what") == "credit"
    fifth = d.ask(request("stage", 5)).error.code
    crowd = [Client("office") for _ in range(60)]
    for c in crowd:
        c.send(request("stage", 1))
        c.send(piece(1, 0, bytes(1000)))
    other = Client("office")
    served = other.ask(submission(77, 1, content=b"x")).WhichOneof("what")
    return "VT-%d, others: %s" % (fifth, served)


def stages_at_once():
    """More streams than there is room for at once: those that wait go on when others have ended."""
    said = []

    def stream():
        d = Client("office")
        d.s.settimeout(280)
        kind = d.ask(request("stage", 1)).WhichOneof("what")
        for i in range(4):
            d.send(piece(1, 0, os.urandom(250000), i == 3))
        r = staged(1, 1, {0: 1000000})
        body = envelope_pb2.DocumentBody.FromString(r.submit.body)
        body.number = ""
        r.submit.body = body.SerializeToString()
        d.send(r)
        while kind == "credit":
            kind = d.reply().WhichOneof("what")
        said.append(kind)

    streams = [threading.Thread(target=stream) for _ in range(100)]
    for t in streams:
        t.start()
    for t in streams:
        t.join()
    return "%d accepted" % said.count("accepted")


def data_astray():
    """Pieces past the end, of a part that is none, after the last one, past the window."""
    said = []
    for part, size, last in ((0, 2000, False), (9, 10, False), (0, 10, True), (0, 300000, False)):
        d = Client("office")
        assert d.ask(submission(1, 1, streamed=True)).WhichOneof("what") == "credit"
        r = control_pb2.Request(id=1)
        r.data.part, r.data.bytes, r.data.last = part, bytes(size), last
        said.append("VT-%d" % d.ask(r).error.code)
    return " ".join(said)


def imports_over():
    """An import spoilt while a worker checks it, and another begun at once: neither is kept when the client goes."""
    for _ in range(300):
        d = Client("operate")
        first, second = control_pb2.Request(id=1), control_pb2.Request(id=2)
        getattr(first, "import").size_bytes = 10
        getattr(second, "import").size_bytes = 1 << 20
        data = b""
        for r, content in ((first, b""), (1, bytes(10)), (1, b"more"), (second, b""), (2, bytes(150000))):
            if isinstance(r, int):
                r = control_pb2.Request(id=r)
                r.data.bytes = content
            packed = r.SerializeToString()
            data += len(packed).to_bytes(4, "big") + packed
        d.s.sendall(data)  # in one piece: the worker cannot be back in between
        for n in range(10, 16):
            d.send(request("status", n))
            while d.reply().id != n:
                pass
        d.s.close()
    return "answered"


def bad_fields():
    """Documents without a subject, and with texts beyond their bounds: each is answered with the field to blame."""
    said = []
    for field, value in (("subject", ""), ("subject", " \t"), ("number", "  "), ("number", "9" * 61), ("note", "x" * 2001), ("issued_on", "2026-02-30"), ("due_on", "2027-02-29"), ("issued_on", "0026-11-28"),
                         ("type_name", "x" * 201)):
        r = submission(1, 1, content=b"x")
        body = envelope_pb2.DocumentBody.FromString(r.submit.body)
        setattr(body, field, value)
        r.submit.body = body.SerializeToString()
        reply = Client("office").ask(r)
        said.append("%s VT-%d" % (reply.error.about, reply.error.code))
    r = submission(1, 1, content=b"x")
    r.submit.parts[0].size_bytes = 1 << 40
    r.submit.parts[0].streamed, r.submit.parts[0].content = True, b""
    reply = Client("office").ask(r)
    said.append("%s VT-%d" % (reply.error.about, reply.error.code))
    return ", ".join(said)


def unseen():
    """Texts with characters that turn the direction of writing, that nobody sees, and that drive terminals: of documents and of paper."""
    bad, said = "a\u202eb", []
    for field, value in (("number", "66" + bad), ("subject", "a\x07"), ("subject", bad), ("type_name", bad), ("term", bad), ("note", "a\u200bb"),
                         ("signer", "a\u2066b"), ("parts", "rtl\u202etxt.exe"), ("parts", "a\x1b[31m"), ("media", "a\u00adb")):
        r = submission(66, 1, content=b"x")
        body = envelope_pb2.DocumentBody.FromString(r.submit.body)
        if field == "signer":
            body.signer.position = value
        elif field == "parts":
            body.parts[0].name = value
        elif field == "media":
            body.parts[0].media_type = value
        else:
            setattr(body, field, value)
        r.submit.body = body.SerializeToString()
        reply = Client("office").ask(r)
        said.append("%s %d" % (reply.error.about, reply.error.code))
    for field in ("number", "subject", "party"):
        r = request("paper_add")
        a = r.paper_add
        a.id, a.number, a.subject, a.direction, a.secrecy, a.date = os.urandom(16), "1-CV/X", "thử", 1, 1, "2024-03-01"
        a.type_code, a.type_name = "CV", "Công văn"
        setattr(a, field, bad)
        said.append("paper %d" % Client("office").ask(r).error.code)
    return ", ".join(said)


def joined():
    """A name of a file with a family in it, and what else people write."""
    r = submission(67, 1, content=b"x")
    body = envelope_pb2.DocumentBody.FromString(r.submit.body)
    body.subject, body.parts[0].name = "Gia đình \U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f468\u200d\U0001f469.txt"
    r.submit.body = body.SerializeToString()
    return Client("office").ask(r).WhichOneof("what")


def hoard():
    """Whole submissions of nearly a MiB, faster than they can be written, and never a reply read."""
    d = Client("office")
    d.s.setblocking(False)
    content, sent = os.urandom(900000), 0
    pending = b""
    end = time.time() + 4
    while time.time() < end and sent < 400:
        if not pending:
            data = submission(sent + 1, 1, content=content).SerializeToString()
            pending = len(data).to_bytes(4, "big") + data
            sent += 1
        try:
            pending = pending[d.s.send(pending):]
        except BlockingIOError:
            select.select([], [d.s], [], 0.1)
    return "sent"


def long_names():
    d = Client("read")
    said = []
    for what, field in (("committees", "id"), ("trace", "text")):
        r = request(what)
        setattr(getattr(r, what), field, "x" * 500000)
        said.append("VT-%d" % d.ask(r).error.code)
    return " ".join(said)


def too_large():
    d = Client("office")
    d.s.sendall((1 << 21).to_bytes(4, "big"))
    return "closed" if d.closed() else "open"


def pings():
    d = Client("operate")
    for n in range(1, 9001):
        r = request("ping", n)
        r.ping.committee = "khong-co"
        d.send(r)
        if n % 100 == 0:
            for _ in range(100):
                d.reply()
    r = request("ping", 9999)
    r.ping.committee = "thads"
    reply = d.ask(r)
    return "pong" if reply.WhichOneof("what") == "pong" else "VT-%d" % reply.error.code


def add_paper(d, entries, date):
    """So many entries on paper, by turns in and out; date(i) says when."""
    waiting = 0
    for i in range(entries):
        r = control_pb2.Request(id=i + 1)
        a = r.paper_add
        a.id, a.number, a.subject = os.urandom(16), "%d-CV/GIẤY" % i, "thử"
        a.direction, a.secrecy, a.type_code, a.type_name = 1 + i % 2, 1, "CV", "Công văn"
        a.date, a.again = date(i), True
        d.send(r)
        waiting += 1
        if waiting == 200:
            assert d.reply().WhichOneof("what") == "paper_accepted"
            waiting -= 1
    for i in range(waiting):
        assert d.reply().WhichOneof("what") == "paper_accepted"


def paper_month():
    """Much paper of one month on all its days, and a tenth of the month before."""
    add_paper(Client("office"), int(sys.argv[4]), lambda i: "2024-%02d-%02d" % (2 if i % 10 == 9 else 3, 1 + i * 7 % 29))
    return "added"


def searches_share():
    """Much paper, and then more searches through all of it at once than a turn should take: somebody else is answered among them."""
    entries, searches = int(sys.argv[4]), 64
    d = Client("office")
    add_paper(d, entries, lambda i: "%d-%02d-01" % (2000 + i // 24 % 20, 1 + i // 2 % 12))
    other = Client("read")
    other.ask(request("status"))
    data = b""
    for i in range(searches):
        r = request("paper_cancel", i + 1)
        r.paper_cancel.ref.text, r.paper_cancel.reason = "0-CV/KHÔNG", "thử"
        data += r.ByteSize().to_bytes(4, "big") + r.SerializeToString()
    d.s.sendall(data)
    d.reply()  # it is at work on them
    other.ask(request("status"))
    d.s.setblocking(False)
    answered = 1
    try:
        while answered < searches:
            d.reply()
            answered += 1
    except BlockingIOError:
        pass
    return "among them" if answered < searches else "after them"


def odd_descriptors(stack):
    """What nobody asks for, each kind by name: as a client might hand over an open file."""
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    path = os.path.join(folder, "f")
    pathlib.Path(path).write_bytes(b"x" * 5000)
    sparse = os.open(path + "-sparse", os.O_RDWR | os.O_CREAT)
    os.ftruncate(sparse, 1 << 42)
    sealed = os.memfd_create("sealed", os.MFD_ALLOW_SEALING)
    os.write(sealed, b"x" * 5000)
    fcntl.fcntl(sealed, 1033, 15)  # F_ADD_SEALS: all of them
    pathlib.Path(path + "-leased").write_bytes(b"x")
    leased = os.open(path + "-leased", os.O_RDONLY)
    fcntl.fcntl(leased, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    truncated = os.open(path + "-truncated", os.O_RDWR | os.O_CREAT)
    os.write(truncated, b"x" * 5000)
    os.ftruncate(truncated, 0)
    kinds = {"folder": os.open(folder, os.O_RDONLY), "device": os.open("/dev/zero", os.O_RDONLY), "path": os.open(path, os.O_PATH),
             "write-only": os.open(path, os.O_WRONLY), "sparse": sparse, "sealed": sealed, "leased": leased, "truncated": truncated,
             "socket": socket.socket(socket.AF_UNIX).detach()}
    for fd in kinds.values():
        stack.callback(os.close, fd)
    return kinds


def descriptors():
    """Open files that come along with requests, at every socket: each is answered as if they had not come, and the daemon keeps none. That it
    keeps none the other end of a pipe says: it ends when nobody has its beginning."""
    said = []
    with contextlib.ExitStack() as stack:
        for name in ("office", "operate", "read"):
            d = Client(name)
            for kind, fd in {**odd_descriptors(stack), "many": None}.items():
                end, begin = os.pipe()
                r = request("status", 5)
                data = r.ByteSize().to_bytes(4, "big") + r.SerializeToString()
                sent = [begin] * 250 if fd is None else [fd, begin]
                for at in (0, 3, 4):  # with the first byte, within the length, behind it
                    d.s.sendall(data[:at])
                    socket.send_fds(d.s, [data[at:]], sent)
                    assert d.reply().WhichOneof("what") == "status", kind
                os.close(begin)
                stack.callback(os.close, end)
                ready = select.select([end], [], [], 20)[0]
                said.append("kept " + kind if not ready or os.read(end, 1) else "")
    return ", ".join(filter(None, said)) or "%d kinds, none kept" % len(said)


def descriptors_unread():
    """More than a process may have open, in a frame that never ends: they lie in the socket, and others are served."""
    end, begin = os.pipe()
    d, sent = Client("office"), 0
    d.s.sendall((1000000).to_bytes(4, "big"))
    d.s.setblocking(False)
    try:
        while sent < 100:
            socket.send_fds(d.s, [b"x"], [begin] * 250)
            sent += 1
    except OSError:
        pass  # the kernel's own bound
    os.close(begin)
    reply = Client("office").ask(request("status"))
    d.s.close()
    return "others: " + reply.WhichOneof("what") if sent > 0 and os.read(end, 1) == b"" else "kept"


print(globals()[sys.argv[3].replace("-", "_")]())
