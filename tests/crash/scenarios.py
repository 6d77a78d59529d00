"""What is done while calls fail: of a daemon by a client that keeps what it was answered, or as commands."""
import socket

import office
from office import Refused, envelope_pb2, request, sha256, submission
from proto import control_pb2

ANSWER_S = 60


class Acts:
    """A client that goes on whatever happens to it. `holds` gets what was answered, `faults` what must not happen."""

    def __init__(self, daemon, holds, base, rng):
        self.daemon, self.holds, self.base, self.rng = daemon, holds, base, rng
        self.bodies, self.faults, self.open, self.count = dict(base.recording.bodies), [], {}, 900

    def client(self, name):
        if name not in self.open:
            self.open[name] = self.daemon.client(name)
            self.open[name].s.settimeout(ANSWER_S)
        return self.open[name]

    def attempt(self, what, do, name="office"):
        """What `do` returns; None: it was refused, or nobody is there."""
        if self.faults:
            return None  # who got no answer asks no more
        try:
            return do(self.client(name))
        except Refused:
            return None
        except socket.timeout:
            self.faults.append("no answer: " + what)
        except (EOFError, OSError):
            pass
        self.open.pop(name, None)
        return None

    def ask(self, r, name="office"):
        return self.attempt(r.WhichOneof("what"), lambda c: c.ask(r), name)

    def all(self, r, name="office"):
        return self.attempt(r.WhichOneof("what"), lambda c: c.all(r), name)

    def write(self, to, sizes, template=""):
        self.count += 1
        contents = [self.rng.randbytes(n) for n in sizes]
        for data in contents:
            self.base.recording.keep(data)
        return submission(self.rng, to, "việc %d" % self.count, contents, "" if template else "%d-CV/MID" % self.count, template)

    def keep(self, r, reply):
        if reply is None:
            return
        body = envelope_pb2.DocumentBody.FromString(r.submit.body)
        e = {"id": r.submit.id.hex(), "number": reply.accepted.number or body.number, "subject": body.subject,
             "parts": [[p.name, len(s.content), sha256(s.content)] for p, s in zip(body.parts, r.submit.parts)]}
        self.bodies[e["id"]] = self.holds.documents[e["id"]] = e

    def send(self, to, sizes, **more):
        r = self.write(to, sizes, **more)
        self.keep(r, self.ask(r))

    def streamed(self, to, size):
        """A content that follows its submission against credit."""
        r = self.write(to, [size])
        content = bytes(r.submit.parts[0].content)
        head = control_pb2.Request.FromString(r.SerializeToString())
        head.submit.parts[0].content, head.submit.parts[0].streamed = b"", True

        def do(c):
            c.send(head)
            credit, at = c.reply(r.id).credit.bytes, 0
            while at < size:
                while credit <= at:
                    credit = c.reply(r.id).credit.bytes
                d = control_pb2.Request(id=r.id)
                n = min(size - at, credit - at, 200000)
                d.data.bytes, d.data.last = content[at:at + n], at + n == size
                c.send(d)
                at += n
            reply = c.reply(r.id)
            while reply.WhichOneof("what") == "credit":
                reply = c.reply(r.id)
            return reply

        self.keep(r, self.attempt("streamed", do))

    def act(self, ident, act, code, **fields):
        r = request("office")
        r.office.ref.text, r.office.act = ident, act
        for name, value in fields.items():
            setattr(r.office, name, value)
        reply = self.ask(r)
        if reply is None:
            return
        self.holds.codes.setdefault(ident, set()).add(code)
        if code == "03":
            self.holds.arrivals[ident] = (reply.office.work.arrival_year, reply.office.work.arrival)

    def paper(self, direction, number, template=""):
        r = request("paper_add")
        p = r.paper_add
        p.id, p.direction, p.secrecy = office.new_id(self.rng), direction, 1
        p.type_code, p.type_name, p.subject, p.date, p.party = "CV", "Công văn", "giấy " + number, "2025-04-01", "Sở Nội vụ"
        p.number, p.number_template = number, template
        reply = self.ask(r)
        if reply is not None:
            self.holds.papers[p.id.hex()] = {"direction": direction, "number": reply.paper_accepted.number or number}

    def show(self, what, ident):
        r = request(what)
        getattr(r, what).text = ident
        return self.ask(r)

    def content(self, ident, part, size):
        data = self.attempt("content", lambda c: c.content(ident, part, size))
        if data is not None and (len(data) != size or not self.base.recording.known(sha256(data))):
            self.faults.append("another content was told")


class Scenario:
    """`act`: done on a daemon that has a round's work on its disk, or nothing (`filled`); calls fail from then on (`armed`), or from its
    start. `words`: a command; `reads`: what it says is the same each time. `comes`: what a neighbour sends meanwhile, recipients and sizes."""

    def __init__(self, name, act=None, armed=True, filled=True, words=None, reads=False, comes=None):
        self.name, self.act, self.armed, self.filled, self.reads, self.comes = name, act, armed, filled, reads, comes
        self.command = words is not None
        self.words = (lambda base: words.replace("@ours@", base.ours).replace("@theirs@", base.theirs).split(" ")) if words is not None else None


def start(a):
    a.show("show", a.base.ours)


def submit(a):
    a.send(["top"], [300])
    a.send(["top", "low"], [400], template="auto")


def attach(a):
    a.send(["low"], [500, 90000, 40000])


def stream(a):
    a.streamed(["top"], 600000)


def together(a):
    requests = [a.write(["top"], [n]) for n in (100, 35000, 200, 64)]

    def do(c):
        for r in requests:
            c.send(r)
        for r in requests:
            a.keep(r, c.reply(r.id))

    a.attempt("together", do)


def register(a):
    a.paper(control_pb2.DIRECTION_IN, "77/SNV")
    a.paper(control_pb2.DIRECTION_OUT, "", "auto")


def office_work(a):
    a.act(a.base.theirs, 3, "03", person="Lê Thị Bình")
    a.act(a.base.theirs, 4, "04", to="Trần Văn An")
    a.act(a.base.theirs, 5, "05")
    a.act(a.base.theirs, 6, "06")


def look(a):
    r = request("list")
    r.list.box, r.list.details, r.list.files = control_pb2.BOX_ALL, True, True
    a.all(r)
    for what in ("show", "trace", "evidence", "thread", "verify"):
        a.show(what, a.base.ours) if what not in ("evidence", "thread") else a.attempt(what, lambda c, w=what: c.all(by_ref(w, a.base.ours)))
    for what in ("register", "due", "papers", "why", "types", "links"):
        a.all(by_ref(what, ""))
    a.ask(request("status"))
    a.ask(request("target"))
    a.ask(request("changes"))


def by_ref(what, text):
    r = request(what)
    if text:
        getattr(r, what).text = text
    if what == "register":
        r.register.book = control_pb2.BOOK_OUT
    return r


def read_content(a):
    for n, (_, size, _) in enumerate(a.base.recording.bodies[a.base.ours]["parts"]):
        a.content(a.base.ours, n, size)


def back_up(a):
    r = request("backup")
    r.backup.folder = str((a.daemon.run.parent / "disk" / "copy").resolve())

    def do(c):
        c.send(r)
        while c.reply(r.id).more:
            pass

    a.attempt("backup", do, "operate")


def recount(a):
    a.ask(request("recount"), "operate")


def reload(a):
    a.daemon.process.send_signal(1)
    a.send(["top"], [300])


def stop(a):
    a.send(["top"], [300])
    a.daemon.process.terminate()


ALL = (
    Scenario("first start", start, armed=False, filled=False),
    Scenario("start", start, armed=False),
    Scenario("submit", submit),
    Scenario("submit with attachments", attach),
    Scenario("submit in pieces", stream),
    Scenario("submit several at once", together),
    Scenario("register paper", register),
    Scenario("office work", office_work),
    Scenario("look", look),
    Scenario("read contents", read_content),
    Scenario("backup", back_up),
    Scenario("recount", recount),
    Scenario("reload", reload),
    Scenario("stop", stop),
    Scenario("receive", comes=(["mid"], [400])),
    Scenario("receive attachments", comes=(["mid"], [400, 90000, 200000])),
    Scenario("pass on", comes=(["mid", "low"], [50000])),
    Scenario("vanthu send", words="send @letter@ --to top --type CV --number 990-CV/MID --subject x"),
    Scenario("vanthu inbox", words="inbox", reads=True),
    Scenario("vanthu outbox --json", words="outbox --json", reads=True),
    Scenario("vanthu show", words="show @ours@", reads=True),
    Scenario("vanthu save", words="save @ours@ --to @out@", reads=True),
    Scenario("vanthu verify", words="verify @ours@", reads=True),
    Scenario("vanthu trace", words="trace @ours@", reads=True),
    Scenario("vanthu export", words="export @ours@ --to @out@/e.vtev"),
    Scenario("vanthu register out", words="register out", reads=True),
    Scenario("vanthu register in --plain", words="register in --plain", reads=True),
    Scenario("vanthu target", words="target", reads=True),
    Scenario("vanthu status", words="status"),
    Scenario("vanthu paper list", words="paper list", reads=True),
    Scenario("vanthu link list", words="link list --json"),
    Scenario("vanthu due", words="due --all", reads=True),
    Scenario("vanthu thread", words="thread @ours@", reads=True),
    Scenario("vanthu config show", words="config show"),
    Scenario("vanthu help", words="help send", reads=True),
)
