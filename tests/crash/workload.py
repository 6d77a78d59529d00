"""What happens in the recorded lab, and what each committee must still have after a power cut at any moment since.

Three committees, one below the other: `top`, `mid`, `low`. What `mid` does is nearly everything that a daemon writes."""
import os
import pathlib
import random
import shutil
import signal
import subprocess
import time

import disk
import office
from office import Client, Refused, envelope_pb2, request, sha256, submission

TREE = """committees:
  - {id: top, name: "Đảng ủy trên", symbol: "ĐU"}
  - {id: mid, name: "Đảng ủy giữa", symbol: "ĐUG", superior: top}
  - {id: low, name: "Chi bộ dưới", symbol: "CBD", superior: mid}
"""
IDS = ("top", "mid", "low")


class Lab:
    """Made in `folder`; each daemon's disk is FOLDER/ID/disk, its log FOLDER/ID.log, what it says FOLDER/ID.err."""

    def __init__(self, folder, port):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True)
        tree = self.folder / "tree.yaml"
        tree.write_text(TREE)
        subprocess.run([office.BUILD / "vanthu", "lab", "create", self.folder / "lab", "--tree", tree, "--port", str(port), "-q"], check=True,
                       stdout=subprocess.DEVNULL)
        self.daemons, self.clients, self.environment, self.program = {}, {}, {}, None
        for who in IDS:
            config = self.config(who)
            config.write_text(config.read_text().replace("data: data", "data: disk/data") + "recall: {content: drop}\nstore: {map: 64M, reserve: 1M}\n")
            (config.parent / "disk").mkdir()
            disk.write_mark(self.log(who), {"root": os.stat(config.parent / "disk").st_ino})

    def config(self, who):
        return self.folder / "lab" / who / "vanthud.yaml"

    def run(self, who):
        return self.folder / "lab" / who / "run"

    def log(self, who):
        return self.folder / (who + ".log")

    def start(self, who):
        env = {"CRASH_ROOT": str((self.config(who).parent / "disk").resolve()), "CRASH_LOG": str(self.log(who)), **self.environment.get(who, {})}
        self.daemons[who] = office.Daemon(self.config(who), self.run(who), self.folder / (who + ".err"), env, self.program)
        if not self.daemons[who].started():
            raise RuntimeError("%s does not start:\n%s" % (who, self.daemons[who].said()))
        self.clients[who] = self.daemons[who].client()

    def stop(self, who, how=signal.SIGTERM):
        self.clients.pop(who).close()
        return self.daemons.pop(who).end(how)

    def stop_all(self):
        for who in list(self.daemons):
            self.daemons.pop(who).end()

    def mark(self, who, what, **more):
        disk.write_mark(self.log(who), dict(more, what=what))

    def wait(self, condition, what):
        end = time.monotonic() + office.WAIT_S
        while not condition():
            if time.monotonic() > end:
                raise RuntimeError("not in time: " + what)
            time.sleep(0.005)


class Work:
    """What is asked of the daemons, and marked in their logs once it was answered."""

    def __init__(self, lab, seed):
        self.lab, self.rng = lab, random.Random(seed)
        self.count = 0
        self.contents = lab.folder / "contents"
        self.contents.mkdir()

    def bytes(self, size):
        data = self.rng.randbytes(size)
        (self.contents / sha256(data)).write_bytes(data)
        return data

    def write(self, who, to, sizes, template="", urgent=False):
        """A submission, not sent yet."""
        self.count += 1
        number = "" if template else "%d-CV/%s" % (self.count, who.upper())
        return submission(self.rng, to, "văn bản %d" % self.count, [self.bytes(n) for n in sizes], number, template, urgent)

    def accepted(self, who, r, reply):
        body = envelope_pb2.DocumentBody.FromString(r.submit.body)
        ident = r.submit.id.hex()
        parts = [[p.name, len(s.content), sha256(s.content)] for p, s in zip(body.parts, r.submit.parts)]
        self.lab.mark(who, "document", request=r.id, id=ident, number=reply.accepted.number or body.number, subject=body.subject, parts=parts, own=True)
        return ident

    def send(self, who, to, sizes, **more):
        r = self.write(who, to, sizes, **more)
        return self.accepted(who, r, self.lab.clients[who].ask(r))

    def send_together(self, who, orders):
        """Several are under way at once, so that one commit has more than one of them."""
        c = self.lab.clients[who]
        requests = [self.write(who, to, sizes) for to, sizes in orders]
        for r in requests:
            c.send(r)
        return [self.accepted(who, r, c.reply(r.id)) for r in requests]

    def arrived(self, who, ident):
        def there():
            r = request("show")
            r.show.text = ident
            try:
                self.lab.clients[who].ask(r)
                return True
            except Refused:
                return False

        self.lab.wait(there, "%s at %s" % (ident, who))

    def delivered(self, who, ident):
        def all_of_them():
            r = request("show")
            r.show.text = ident
            return self.lab.clients[who].ask(r).view.line.state == "delivered"

        self.lab.wait(all_of_them, "receipt of %s at %s" % (ident, who))

    def act(self, who, ident, act, code, **fields):
        r = request("office")
        r.office.ref.text = ident
        r.office.act = act
        for name, value in fields.items():
            if name == "answer":
                r.office.answer.text = value
            else:
                setattr(r.office, name, value)
        if code == "15":
            self.lab.mark(who, "may-drop", id=ident)  # asked, not answered: it may be either
        reply = self.lab.clients[who].ask(r).office
        if code == "03":
            self.lab.mark(who, "arrival", request=r.id, id=ident, year=reply.work.arrival_year, number=reply.work.arrival)
        if code != "13":
            self.lab.mark(who, "status", request=r.id, id=ident, code=code)

    def paper(self, who, direction, number="", template=""):
        self.count += 1
        r = request("paper_add")
        p = r.paper_add
        p.id = office.new_id(self.rng)
        p.direction, p.type_code, p.type_name, p.subject, p.date, p.party = direction, "CV", "Công văn", "giấy %d" % self.count, "2025-03-0%d" % (self.count % 9 + 1), "Sở Nội vụ"
        p.secrecy, p.number, p.number_template = 1, number, template
        reply = self.lab.clients[who].ask(r).paper_accepted
        self.lab.mark(who, "paper", request=r.id, id=p.id.hex(), number=reply.number or number, direction=direction)
        return p.id.hex()

    def cancel_paper(self, who, ident):
        r = request("paper_cancel")
        r.paper_cancel.ref.text = ident
        r.paper_cancel.reason = "nhập nhầm"
        self.lab.clients[who].ask(r)
        self.lab.mark(who, "cancelled", request=r.id, id=ident)

    def backup(self, who):
        c = self.lab.daemons[who].client("operate")
        r = request("backup")
        r.backup.folder = str(self.lab.config(who).parent / "disk" / "backup")
        c.send(r)
        reply = c.reply(r.id)
        while reply.more:
            reply = c.reply(r.id)
        c.close()
        self.lab.mark(who, "backup", request=r.id, name=reply.backup.name)


def play(lab, seed, rounds, program=None):
    """All of it. A round is some 60 commits of `mid`."""
    w, lab.program = Work(lab, seed), program
    for who in IDS:
        lab.start(who)
    for n in range(rounds):
        one_round(w, n)
    for who in IDS:
        lab.stop(who)


def one_round(w, n):
    lab = w.lab
    # Ours: small, and with contents of their own files; to one and to several; several at once.
    first = w.send("mid", ["top"], [200])
    w.send("mid", ["top", "low"], [300, 40000])
    w.send("mid", ["low"], [70000, 10, 140000], urgent=True)
    w.send("mid", ["top"], [500], template="auto")
    w.send_together("mid", [(["top"], [100]), (["low"], [33000]), (["top", "low"], [50, 50]), (["low"], [4096])])
    # Others', for us and through us.
    small = w.send("top", ["mid"], [700])
    large = w.send("top", ["mid", "low"], [900, 180000])
    w.send("top", ["low"], [600])
    w.send("low", ["top"], [36000])
    up = w.send("low", ["mid"], [1200])
    for ident in (small, large, up):
        w.arrived("mid", ident)
    w.delivered("mid", first)
    # The office at work.
    w.act("mid", small, 3, "03", person="Lê Thị Bình")
    w.act("mid", small, 4, "04", to="Trần Văn An", due_on=time.strftime("%Y-%m-%d", time.localtime(time.time() + 30 * 86400)))
    w.act("mid", small, 5, "05")
    answer = w.send("mid", ["top"], [400])
    w.act("mid", small, 6, "06", answer=answer)
    w.act("mid", up, 2, "02", note="sai địa chỉ")
    w.act("mid", large, 3, "03")
    w.paper("mid", 1, "%d/SNV" % (n + 1))
    out = w.paper("mid", 2, template="auto")
    w.cancel_paper("mid", out)
    # It is killed at work, and stopped in order.
    if n % 2 == 0:
        lab.stop("mid", signal.SIGKILL)
    else:
        lab.stop("mid")
    w.send("top", ["mid"], [800, 50000])
    lab.start("mid")
    w.backup("mid")
    # Asked back: content goes.
    w.act("top", large, 13, "13", note="gửi nhầm")

    def asked():
        r = request("show")
        r.show.text = large
        return lab.clients["mid"].ask(r).view.line.work.recall == "13"

    lab.wait(asked, "the recall")
    w.act("mid", large, 15, "15")
    last = w.send("top", ["mid", "low"], [64])
    w.arrived("mid", last)
    w.arrived("low", last)
    w.delivered("top", last)
