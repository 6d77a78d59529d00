#!/usr/bin/env python3
"""Runs the console blocks of a document in order, in the present folder.   console.py DOCUMENT PORT

A line that begins with `$ ` is a command (what ends in a backslash goes on); `# exit N` behind it is its exit status, else 0. What follows is what
it printed: figures, ids and the width of tables differ from run to run, so of these lines the words are wanted again, and together what matters
most: VT codes, states with their signs, events of the log, exit statuses. VANTHU_LANG says in which language. A command whose result takes a moment
is asked again, for at most a minute. Ports 172NN become PORT + NN, the day 30/12/2026 becomes one a month ahead. `$ export NAME=VALUE` holds for
all that follows."""
import datetime
import os
import re
import subprocess
import sys
import time

document, port = sys.argv[1], int(sys.argv[2])
AGAIN = re.compile(r"^(vanthu .*\b(status|list|trace|show|inbox|send|ping|import|check|rotate|move|target)\b|grep event=)")
WANTED = re.compile(r"VT-[1-9]\d{3}|[✓✗→↑↓·…](?: [^\W\d_]+)+|event=[a-z-]+|needs_restart=[a-z.]+|\"alarms\":\[\]|(?:Valid|Hợp lệ) +\w+")
# No word: a piece of an id, and the unit of what is free on this disk.
OTHER = re.compile(r"[a-f]+|[KMGT]iB")


def steps():
    block, number, out = None, 0, []
    for line in open(document, encoding="utf-8"):
        number += 1
        line = line.rstrip("\n")
        if line == "```console":
            block = []
        elif line == "```" and block is not None:
            block = None
        elif block is not None and line.startswith("$ "):
            block = [number, line[2:], []]
            out.append(block)
        elif block and block[1].endswith("\\"):
            block[1] = block[1][:-1] + line
        elif block:
            block[2].append(line)
    return out


def words(text):
    found = {w.strip(".,:;()…") for w in text.split()}
    return {w for w in found if len(w) > 1 and w.isalpha() and not OTHER.fullmatch(w)}


def run(command, limit=60):
    """Through files: what goes on in the background would keep a pipe open."""
    with open("console.out", "w+", encoding="utf-8") as f:
        code = subprocess.run(["bash", "-c", command], stdout=f, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, timeout=limit).returncode
    return code, open("console.out", encoding="utf-8").read()


failed, ran = 0, 0
for number, text, printed in steps():
    command, _, status = text.partition("# exit ")
    command = re.sub(r":172(\d\d)\b", lambda m: ":%d" % (port + int(m.group(1))), command)
    command = re.sub(r"--port 172(\d\d)", lambda m: "--port %d" % (port + int(m.group(1))), command)
    command = command.replace("30/12/2026", (datetime.date.today() + datetime.timedelta(30)).strftime("%d/%m/%Y"))
    setting = re.fullmatch(r"export (\w+)=(\S+)", command.strip())
    if setting and not printed:
        os.environ[setting[1]] = setting[2]
        continue
    wanted = set(WANTED.findall("\n".join(printed)))
    end = time.monotonic() + 60
    while True:
        code, out = run(command.strip(), 600 if command.startswith("until ") else 60)
        missing = [w for w in wanted if w not in out] + sorted(words("\n".join(printed)) - words(out))
        good = code == int(status or 0) and not missing and bool(out.strip()) == bool(printed)
        if good or time.monotonic() > end or not AGAIN.match(command):
            break
        time.sleep(0.1)
    ran += 1
    if not good:
        failed += 1
        print("%s:%d: %s\n  exit %d, wanted %s; missing %s\n%s" % (document, number, command, code, status or 0, missing, out))
print("# %d commands" % ran)
sys.exit(1 if failed else 0 if ran > 30 else 2)
