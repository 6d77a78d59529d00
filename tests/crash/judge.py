"""Starts a daemon on one image and asks it for everything that must be there. The daemon is the shipped one; who asks shares no code
with it."""
import pathlib
import shutil
import subprocess

import office
from office import Client, Refused, request, sha256
from proto import control_pb2


def ident(raw):
    return raw.hex()


class Judge:
    """One committee's machine, on which images are put one after the other. `folder`: of this judge alone; `known`: the contents of all
    documents, by their digests; `bodies`: what each document is, by its id, whoever issued it."""

    def __init__(self, folder, lab_config, known, bodies):
        self.folder, self.known, self.bodies = pathlib.Path(folder), known, bodies
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        for name in ("sign.key", "link.key"):
            shutil.copy(lab_config.parent / name, self.folder)
        text = lab_config.read_text().replace("../registry", str(lab_config.parent.parent / "registry"))
        # Nobody is to connect, and two judges may work at a time.
        text = "\n".join(line for line in text.split("\n") if not line.startswith("listen:"))
        (self.folder / "vanthud.yaml").write_text(text)
        self.disk, self.err = self.folder / "disk", self.folder / "err"
        self.verified = {}

    def put(self, files):
        shutil.rmtree(self.disk, ignore_errors=True)
        self.disk.mkdir()
        for path in sorted(files):
            content = files[path]
            if content is None:
                (self.disk / path).mkdir(mode=0o700)
            else:
                with open(self.disk / path, "wb", buffering=0) as f:
                    f.write(content)

    def judge(self, files, must, key, program=None):
        """What is wrong, a line each. `key`: of the image, so that what does not change is not verified again."""
        self.put(files)
        self.err.unlink(missing_ok=True)
        faults = []
        # Before the start: a backup is as the cut left it, whatever the daemon does.
        if must.backups:
            faults += self.backups(must, files)
        daemon = office.Daemon(self.folder / "vanthud.yaml", self.folder / "run", self.err, program=program)
        return faults + self.ask(daemon, must, self.bodies)

    def ask(self, daemon, must, bodies):
        """What is wrong with a daemon that was just started, and with its end."""
        if not daemon.started():
            code = daemon.end()
            last = [line for line in daemon.said().split("\n") if line.startswith("level=error")][-1:]
            return ["does not start (%s): %s" % ("it hangs" if code is None else code, last)]
        faults = []
        try:
            client, operator = daemon.client(), daemon.client("operate")
            faults += self.look(client, operator, must, bodies)
            client.close()
            operator.close()
        except Refused as e:
            faults.append("refuses: %s" % e)
        except (EOFError, OSError) as e:
            faults.append("ends while it is asked: %s" % e)
        code = daemon.end()
        if code != 0:
            faults.append("ends with %s" % code)
        return faults + ["says %s" % line for line in daemon.said().split("\n") if line.startswith("level=error")]

    def look(self, client, operator, must, bodies):
        faults = []
        status = operator.ask(request("status")).status
        if status.alarms or status.damaged or status.missing or status.store_faults:
            faults.append("alarms %s, damaged %d, missing %d, faults %d" % (list(status.alarms), status.damaged, status.missing, status.store_faults))
        r = request("list")
        r.list.box = control_pb2.BOX_ALL
        r.list.passing = True
        lines = [reply.line for reply in client.all(r)]
        listed = [ident(line.id) for line in lines]
        if len(set(listed)) != len(listed):
            faults.append("twice: %s" % sorted({i for i in listed if listed.count(i) > 1}))
        for i in must.documents:
            faults += self.document(client, i, must, listed, bodies[i])
        for i in must.held - set(must.documents):
            faults += self.held(client, i)
        for book in (control_pb2.BOOK_OUT, control_pb2.BOOK_IN):
            faults += self.register(client, book, must, lines)
        faults += self.papers(client, must)
        recounted = operator.ask(request("recount")).recounted
        if recounted.differences or recounted.damaged:
            faults.append("counters are not what the records say")
        return faults

    def held(self, client, i):
        r = request("trace")
        r.trace.text = i
        try:
            client.ask(r)
            return []
        except Refused as e:
            return ["acknowledged to a neighbour and not here: %s: %s" % (i, e)]

    def document(self, client, i, must, listed, is_to_be):
        if i not in listed:
            return ["lost: %s" % i]
        r = request("show")
        r.show.text = i
        view = client.ask(r).view
        faults = []
        if view.line.number != is_to_be["number"] or view.line.subject != is_to_be["subject"]:
            faults.append("altered: %s is %s %s" % (i, view.line.number, view.line.subject))
        parts = [[p.name, p.size_bytes, p.sha256.hex()] for p in view.parts]
        if parts != is_to_be["parts"]:
            faults.append("altered: the files of %s are %s" % (i, parts))
        elif not (i in must.may_drop and view.line.content_dropped):
            for n, (_, size, digest) in enumerate(parts):
                faults += self.content(client, i, n, size, digest)
            r = request("verify")
            r.verify.text = i
            if not client.ask(r).verdict.valid:
                faults.append("no good signature: %s" % i)
        arrival = must.arrivals.get(i)
        if arrival is not None and (view.line.work.arrival_year, view.line.work.arrival) != arrival:
            faults.append("arrival number of %s: %s, not %s" % (i, view.line.work.arrival, arrival))
        missing = must.codes.get(i, set()) - {s.code for s in view.statuses}
        if missing:
            faults.append("statuses of %s are lost: %s" % (i, sorted(missing)))
        delivered = {t.committee for t in view.receipts if t.state == "delivered"}
        told = {(s.committee, s.code) for s in view.statuses}
        faults += ["the receipt of %s for %s is lost" % (who, d) for d, who in must.receipts if d == i and who not in delivered]
        faults += ["the status %s of %s for %s is lost" % (c, who, d) for d, who, c in must.said if d == i and c != "13" and (who, c) not in told]
        return faults

    def content(self, client, i, n, size, digest):
        try:
            data = client.content(i, n, size)
        except Refused as e:
            return ["content %d of %s: %s" % (n, i, e)]
        return [] if data == self.known(digest) else ["content %d of %s is another (%s)" % (n, i, sha256(data))]

    def register(self, client, book, must, lines):
        r = request("register")
        r.register.book = book
        faults, numbers, of = [], [], []
        for reply in client.all(r):
            line = reply.register
            if line.addition == 0:
                numbers.append((line.year, line.number))
                of.append(ident(line.id))
        name = control_pb2.Book.Name(book)
        for year in {y for y, _ in numbers}:
            if [n for y, n in numbers if y == year] != list(range(1, sum(y == year for y, _ in numbers) + 1)):
                faults.append("%s: a gap or a double in %s" % (name, [n for y, n in numbers if y == year]))
        if len(set(of)) != len(of):
            faults.append("%s: a document has two lines" % name)
        at = dict(zip(of, numbers))
        if book == control_pb2.BOOK_OUT:
            wanted = {i for i, e in must.documents.items() if e is not None} | {ident(x.id) for x in lines if getattr(x, "from") == must.who}
            wanted |= {i for i, e in must.papers.items() if e["direction"] == control_pb2.DIRECTION_OUT}
        else:
            wanted = set(must.arrivals) | {ident(x.id) for x in lines if x.work.arrival != 0 and getattr(x, "from") != must.who}
            wanted |= {i for i, e in must.papers.items() if e["direction"] == control_pb2.DIRECTION_IN}
            faults += ["%s: %s stands at %s, not %s" % (name, i, at.get(i), n) for i, n in must.arrivals.items() if at.get(i) != n]
        faults += ["%s: no line of %s" % (name, i) for i in wanted if i not in at]
        given = [x.number for x in lines if getattr(x, "from") == must.who and x.number]
        if len(set(given)) != len(given):
            faults.append("a number of ours is given twice: %s" % sorted(n for n in given if given.count(n) > 1))
        return faults

    def papers(self, client, must):
        faults = []
        for i, e in must.papers.items():
            r = request("papers")
            r.papers.ref.text = i
            found = [reply.paper for reply in client.all(r)]
            if len(found) != 1 or found[0].number != e["number"]:
                faults.append("paper %s is lost or altered" % i)
            elif i in must.cancelled and found[0].cancelled_at_ms == 0:
                faults.append("the cancelling of %s is lost" % i)
        return faults

    def backups(self, must, files):
        faults = []
        key = tuple(sorted((p, hash(c)) for p, c in files.items() if p.startswith("backup")))
        for name in must.backups:
            if (key, name) not in self.verified:
                p = subprocess.run([office.BUILD / "vanthu", "-c", self.folder, "backup", "verify", self.disk / "backup", "--backup", name],
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=office.WAIT_S)
                self.verified[key, name] = p.returncode == 0 or p.stdout.decode(errors="replace")
            if self.verified[key, name] is not True:
                faults.append("the backup %s is not whole: %s" % (name, self.verified[key, name]))
        return faults
