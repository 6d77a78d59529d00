#!/usr/bin/python3
"""Two clerks at each committee of a lab work at once while daemons die by SIGKILL at random; then the books are counted by nothing of vanthu's own.

    clerks.py VANTHU LAB ACTS SEED      ACTS: of each clerk

What a clerk was told is done must be there, once; numbers of books and series have no gap; both ends of each document have the same history."""
import collections
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time

VANTHU, LAB, ACTS, SEED = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
IDS = ["bo", "cuc", "vp"]
ENV = dict(os.environ, LANGUAGE="en", LC_ALL="C.UTF-8")
TRIES, ANSWERS = 400, (0, 1, 2, 4, 5, 6, 7)  # exit codes of a daemon that answered
CODES = {"accept": "03", "return": "02", "assign": "04", "start": "05", "finish": "06", "agree": "15", "decline": "16"}
done = threading.Event()
said = []  # what clerks were told


def vanthu(who, *words):
    p = subprocess.run([VANTHU, "-c", f"{LAB}/{who}", *words, "--json"], capture_output=True, text=True, env=ENV, check=False)
    try:
        return p.returncode, json.loads(p.stdout)
    except ValueError:
        return p.returncode, None


def start(*who):
    subprocess.run([VANTHU, "lab", "start", LAB, *who, "-q"], capture_output=True, env=ENV, check=False)


def until_answered(who, *words):
    """Asks again while nobody is there; None: refused."""
    for _ in range(TRIES):
        code, reply = vanthu(who, *words)
        if reply is not None and code in ANSWERS and reply.get("error", {}).get("code") not in ("VT-5001", "VT-5002"):
            return reply.get("data") if code in (0, 7) else None
        time.sleep(0.05)
    sys.exit(f"{who} does not answer: {words}")


def new_id(r):
    ms, n = time.time_ns() // 1000000, r.getrandbits(74)
    h = f"{ms:012x}7{n >> 62:03x}{0x8000 | n >> 48 & 0x3fff:04x}{n & (1 << 48) - 1:012x}"
    return "-".join((h[:8], h[8:12], h[12:16], h[16:20], h[20:]))


def send(who, r, name):
    others = [x for x in IDS if x != who]
    words = ["send", f"{LAB}/vb.txt", "--type", r.choice(["CV", "KH"]), "--number", "auto", "--subject", name, "--id", new_id(r)]
    out = until_answered(who, "outbox") or []
    if out and r.random() < 0.3:
        words += [r.choice(["--replace", "--update"]), r.choice(out[:8])["id"]]
    else:
        words += ["--to", r.choice([",".join(others), r.choice(others)])]
    told = until_answered(who, *words)
    if told:
        said.append(("out", who, told["id"], told["number"]))


def paper(who, r, name):
    told = until_answered(who, "paper", "add", "out", "auto", name, "--type", "CV", "--id", new_id(r))
    if told:
        said.append(("out", who, told["id"], told["number"]))


def import_table(who, r, name):
    path = f"{LAB}/{who}-{r.getrandbits(40)}.csv"
    with open(path, "w", encoding="utf-8") as f:
        f.write("hướng;số;ngày;trích yếu;nơi nhận\n" + "".join(f"đi;auto-TB;02/01/2026;{name} dòng {i};Y\n" for i in range(20)))
    told = until_answered(who, "paper", "import", path, "--all-or-nothing")
    said.append(("import", who, name + " dòng ", 20 if told and all(x["state"] in ("registered", "there") for x in told) else None))


def accept_all(who, r, name):
    for x in until_answered(who, "accept", "--all-valid") or []:
        if x.get("arrival"):
            said.append(("in", who, x["id"], x["arrival"]))


def act(who, r, name):
    rows = until_answered(who, "inbox", "--all") or []
    if not rows:
        return
    verb = r.choice(["accept", "return", "assign", "start", "finish", "agree", "decline"])
    words = {"return": ["--reason", name], "assign": ["--to", name], "decline": ["--reason", name]}.get(verb, [])
    told = until_answered(who, *(["recall"] if verb in ("agree", "decline") else []), verb, r.choice(rows[:12])["id"], *words)
    if told and not told[0].get("error"):
        said.append(("act", who, told[0]["id"], CODES[verb]))


def ask_back(who, r, name):
    out = until_answered(who, "outbox") or []
    if out:
        until_answered(who, "recall", "ask", r.choice(out[:12])["id"], "--reason", name)


def clerk(who, n):
    r = random.Random(SEED * 100 + n)
    for i in range(ACTS):
        r.choices([send, paper, import_table, accept_all, act, ask_back], [6, 2, 1, 2, 8, 1])[0](who, r, f"{who} {n} {i}")


def killer():
    r, kills = random.Random(SEED), 0
    while not done.is_set():
        time.sleep(r.random() / 2)
        who = r.choice(IDS)
        with open(f"{LAB}/{who}/vanthud.pid", encoding="ascii") as f:
            pid = int(f.read())
        try:
            os.kill(pid, signal.SIGKILL)
            kills += 1
            while "Z" not in open(f"/proc/{pid}/stat", encoding="utf-8").read().rsplit(")", 1)[1].split()[0]:
                time.sleep(0.01)
        except (ProcessLookupError, FileNotFoundError):
            pass
        start(who)
    said.append(("kills", kills))


def count_books():
    books, wrong = {(w, d): vanthu(w, "register", d, "--period", "all")[1]["data"] for w in IDS for d in ("in", "out")}, []
    for (who, which), rows in books.items():
        numbers, ids = [x["number"] for x in rows], collections.Counter(x["id"] for x in rows)
        if numbers != list(range(1, len(rows) + 1)) or max(ids.values(), default=1) > 1:
            wrong.append(("book", who, which, numbers))
    for who in IDS:
        series = collections.defaultdict(list)
        for x in books[who, "out"]:
            number, rest = x["symbol"].split("-", 1)
            series[rest].append(int(number))
        wrong += [("series", who, s, n) for s, n in series.items() if sorted(n) != list(range(1, len(n) + 1))]
        if not vanthu(who, "target", "recount")[1]["data"]["equal"]:
            wrong.append(("share", who))
    for what, *told in said:
        if what in ("in", "out"):
            who, i, number = told
            if [number] != [x["number" if what == "in" else "symbol"] for x in books[who, what] if x["id"] == i]:
                wrong.append((what, *told))
        elif what == "import":
            who, name, all_of_it = told
            n = sum((x["subject"] or "").startswith(name) for x in books[who, "out"])
            if n not in ((0, 20) if all_of_it is None else (20,)):
                wrong.append(("import", who, name, n))
    return wrong + [w for who in IDS for x in books[who, "out"] if x["form"] == "digital" for w in compare_ends(who, x["id"])] + lost_acts()


def by(view, who):
    return [s for s in view["statuses"] if s["committee"] == who]


def compare_ends(who, i):
    view = vanthu(who, "show", i)[1]["data"]
    if view["state"] != "delivered":
        return [("waits", who, i)]
    ends = [(to, vanthu(to, "show", i)[1]["data"]) for to in view["to"]]
    return [("ends", who, to, i) for to, end in ends if by(end, to) != by(view, to) or end["digest"] != view["digest"]
            or [s["n"] for s in by(end, to)] != list(range(1, len(by(end, to)) + 1))]


def lost_acts():
    acts = [t[1:] for t in said if t[0] == "act"]
    return [("act", who, i, code) for who, i, code in acts if code not in [s["code"] for s in by(vanthu(who, "show", i)[1]["data"], who)]]


def main():
    clerks = [threading.Thread(target=clerk, args=(who, 2 * i + n)) for i, who in enumerate(IDS) for n in (0, 1)]
    end = threading.Thread(target=killer)
    for t in [*clerks, end]:
        t.start()
    for t in clerks:
        t.join()
    done.set()
    end.join()
    start()
    for _ in range(TRIES):  # what is under way arrives
        wrong = count_books()
        if not wrong:
            break
        time.sleep(0.5)
    for w in wrong[:20]:
        print("wrong:", *w)
    kinds = collections.Counter(t[0] for t in said)
    print(f"clerks: {kinds['out']} out, {kinds['in']} in, {kinds['act']} acts, {kinds['import']} imports, {said[-1][1]} kills, {len(wrong)} wrong")


main()
