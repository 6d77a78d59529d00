"""The judge of tests/bench/versions: what was handed in, by the run's own book, against what the committees of a lab say that they have.
It shares no code with what it judges."""
import collections
import concurrent.futures
import glob
import hashlib
import os
import tempfile

SHOWN = 12  # differences of a kind that are printed
OPEN = ("accepted", "sending")
COUNTS = ("counted", "digital", "paper", "pending", "refused", "secret", "also_paper", "slow", "processed", "late", "returned", "recalled")


class Book:
    """What was accepted, in the order of each sender."""

    def __init__(self):
        self.entries = {}
        self.given_back = set()  # (id, who): its content is gone there, and rightly
        self.counts = collections.Counter()

    def add(self, entry):
        self.entries[entry["id"]] = entry


class Judge:
    def __init__(self, lab, book, fail):
        self.lab, self.book, self.fail = lab, book, fail

    def inboxes(self):
        return {who: self.lab.ask(who, "inbox") for who in self.lab.ids}

    def open_sends(self):
        return [d["id"] for who in self.lab.ids for d in self.lab.ask(who, "outbox") if d["state"] in OPEN]

    def sets(self, held):
        lost = doubled = foreign = copies = 0
        for who in self.lab.ids:
            got = [d["id"] for d in held[who]]
            wanted = {i for i, e in self.book.entries.items() if who in e["to"]}
            copies += len(wanted)
            doubled += len(got) - len(set(got))
            lost += len(wanted - set(got))
            foreign += len(set(got) - wanted)
            for i in sorted(wanted - set(got)):
                print(f"  {who} has not {i} of {self.book.entries[i]['from']}")
            sent = collections.Counter(d["id"] for d in self.lab.ask(who, "outbox"))
            ours = collections.Counter(i for i, e in self.book.entries.items() if e["from"] == who)
            if sent != ours:
                self.fail(f"the outbox of {who} has {sum(sent.values())} documents, and {sum(ours.values())} were accepted")
        print(f"{len(self.book.entries)} documents, {copies} copies: lost {lost}, doubled {doubled}, foreign {foreign}")
        if lost + doubled + foreign:
            self.fail("the sets of ids differ")

    def shown(self, i):
        """What its issuer has of its recipients; nothing, where the document is not there."""
        try:
            return {r["committee"]: r for r in self.lab.ask(self.book.entries[i]["from"], "show", i)["receipts"]}
        except RuntimeError:
            return {}

    def receipts(self):
        missing = 0
        for i, e in self.book.entries.items():
            said = {who for who, r in self.shown(i).items() if r["state"] == "delivered"}
            missing += len(e["to"] - said)
        print(f"receipts missing: {missing}")
        if missing:
            self.fail("receipts are missing")

    def one_copy(self, i, who):
        """None, or what is wrong with a copy."""
        e = self.book.entries[i]
        said = self.lab.v(who, "verify", i)
        if said.returncode != 0:
            return f"{i} at {who}: verify: {said.stdout.strip()[:160]} {said.stderr.strip()[:160]}"
        with tempfile.TemporaryDirectory(dir=self.lab.work) as folder:
            saved = os.path.join(folder, "saved")
            said = self.lab.v(who, "save", i, "--to", saved)
            files = glob.glob(saved + "/*.bin")
            if said.returncode == 0 and len(files) == 1 and hashlib.sha256(open(files[0], "rb").read()).hexdigest() == e["sha"]:
                return None
            return f"{i} of {e['from']} at {who}: {said.stderr.strip()[:160]} {len(files)} files"

    def copies(self, only):
        """Each at each; `only`: what this one has, and what is of it."""
        pairs = [(i, who) for i, e in self.book.entries.items() for who in e["to"] | {e["from"]}
                 if (i, who) not in self.book.given_back and only in (None, who, e["from"])]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            wrong = [said for said in pool.map(lambda p: self.one_copy(*p), pairs) if said]
        for text in wrong[:SHOWN]:
            print("  " + text)
        print(f"{len(pairs)} copies verified and compared: {len(wrong)} not as they were signed")
        if wrong:
            self.fail("copies are not what was sent")

    def order(self, held):
        """Of one sender and lane, those without large files, by the time at which they came."""
        pairs = wrong = 0
        for who in self.lab.ids:
            last = {}
            for d in sorted(held[who], key=lambda d: d["arrived_at"]):
                e = self.book.entries.get(d["id"])
                if e is None or not e["small"]:
                    continue
                lane = (e["from"], e["urgent"])
                n, at = last.get(lane, (0, ""))
                pairs += lane in last
                if e["n"] < n and d["arrived_at"] != at:
                    wrong += 1
                    print(f"  {who} has {e['n']} of {e['from']} after {n}")
                last[lane] = (max(n, e["n"]), d["arrived_at"])
        print(f"order: {pairs} neighbours of a lane compared, {wrong} out of order")
        if wrong:
            self.fail("documents came out of order")

    def codes(self):
        """How much of what offices of recipients did their issuers do not know."""
        told, self.untold = collections.Counter(), []
        issuers = {i: self.shown(i) for i in self.book.entries}
        for who, held in self.inboxes().items():
            for d in held:
                r = issuers.get(d["id"], {}).get(who, {})
                what = ("code", "arrival", "recall") if (d["id"], who) in self.book.given_back else ("code", "arrival")
                here, there = [d["work"].get(w) for w in what], [r.get(w) for w in what]
                same = here == there or here[0] == "01" and there[0] in (None, "01")
                told["same" if same else "differ"] += 1
                if not same and len(self.untold) < SHOWN:
                    self.untold.append(f"{d['id']} at {who} is {here}, its issuer {self.book.entries[d['id']]['from']} has {there}")
        print(f"statuses: {told['same']} the same at both ends, {told['differ']} not", flush=True)
        return told["differ"]

    def books(self):
        lines = 0
        for who in self.lab.ids:
            for name in ("in", "out"):
                numbers = collections.defaultdict(list)
                for line in self.lab.ask(who, "register", name):
                    numbers[line["year"]].append(line["number"])
                for year, given in numbers.items():
                    lines += len(given)
                    if sorted(given) != list(range(1, len(given) + 1)):
                        self.fail(f"the register {name} of {who}, {year}: {sorted(given)[:40]}")
            if not self.lab.ask(who, "target", "recount")["equal"]:
                self.fail(f"the counters of {who} are not its records")
        print(f"registers: {lines} lines")

    def figures(self):
        """Each superior has of each below it the figures that this one has of itself."""
        own = {who: self.lab.ask(who, "target", "--period", "all") for who in self.lab.ids}
        compared = wrong = 0
        for who in self.lab.ids:
            for below in self.lab.below(who):
                said = self.lab.ask(who, "target", "--period", "all", "--committee", below)
                compared += 1
                if any(said[c] != own[below][c] for c in COUNTS):
                    wrong += 1
                    print(f"  {who} has of {below} {[said[c] for c in COUNTS]}, that has {[own[below][c] for c in COUNTS]}")
        print(f"figures: {compared} of subordinates compared, {wrong} differ")
        return wrong == 0

    def stopped(self):
        """With no daemon running: each store holds together."""
        records = 0
        for who in self.lab.ids:
            said = self.lab.v(who, "doctor", "--store", "--contents", "--json")
            if said.returncode != 0:
                self.fail(f"doctor of {who}: {said.stdout.strip()[:300]} {said.stderr.strip()[:300]}")
            else:
                records += self.lab.data(said)["records"]
            if os.listdir(os.path.join(self.lab.folder, who, "data", "quarantine")) if os.path.isdir(os.path.join(self.lab.folder, who, "data", "quarantine")) else []:
                self.fail(f"something of {who} lies in its quarantine")
        print(f"doctor: {records} records")
