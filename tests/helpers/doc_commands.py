#!/usr/bin/env python3
"""Every command that the documents name is one that there is.   doc_commands.py VANTHU VANTHUD FILE…

Looks at code blocks and inline code: verbs, forms and options after `vanthu`, options after `vanthud`. What there is, the program itself says
(vanthu completion words). Prints FILE:LINE: and what is wrong; exits 1 when something is, 2 when nothing was found to look at."""
import functools
import re
import subprocess
import sys

# Where a command stands, not the user or the group of that name.
COMMAND = re.compile(r"\s*(?:\$ )?(?:(?:sudo(?: -u \S+)?|timeout \S+|[A-Z_]+=\S+) )*(?:[\w./~-]*/)?(vanthud?)(?=\s|$)(.*)")
vanthu, vanthud, files = sys.argv[1], sys.argv[2], sys.argv[3:]


@functools.lru_cache(None)
def words(*line):
    out = subprocess.run([vanthu, "completion", "words", "--", *line], capture_output=True, text=True, timeout=20, check=True).stdout
    return {row.split("\t")[0] for row in out.splitlines()} - {""}


def pieces(path):
    """Code with the number of its line; what \\ goes on with is one piece."""
    fenced, joined, began = False, "", 0
    for number, line in enumerate(open(path, encoding="utf-8"), 1):
        if line.startswith("```"):
            fenced = not fenced
        elif fenced:
            joined, began = joined + " " + line.rstrip(), began or number
            if joined.endswith("\\"):
                joined = joined[:-1]
                continue
            yield began, joined.split(" #")[0]
            joined, began = "", 0
        else:
            for code in re.findall(r"`([^`]+)`", line):
                yield number, code


def check_options(found, known, what):
    return ["%s does not take %s" % (what, o) for o in found if o not in known]


def check_vanthu(rest):
    tokens, i = rest.split(), 0
    while i < len(tokens) and tokens[i].startswith(("-", "[")):
        i += 2 if tokens[i].strip("[]") in ("-c", "--config", "--lang", "--timeout") else 1
    if i >= len(tokens) or not re.fullmatch(r"[a-z][a-z|-]*[a-z]", tokens[i]):
        return check_options(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]*", rest), words("--"), "vanthu")  # vanthu COMMAND, vanthu …
    verb = tokens[i]
    if verb not in words(""):
        return ["no such command: " + verb]
    return check_verb(verb, tokens[i + 1:], rest)


def check_verb(verb, tokens, rest):
    """Several forms may stand with | between them; an option must be one of some of them."""
    forms = set(re.findall(r"^  vanthu %s ([a-z]{2,})\b" % verb, help_of(verb), re.M))
    named = [w for w in (tokens[0].split("|") if tokens else []) if re.fullmatch(r"[a-z]+", w)] if forms else []
    wrong = ["no such form: %s %s" % (verb, f) for f in named if f not in forms]
    known = set().union(*(words(verb, f, "--") for f in named)) if named else words(verb, "--")
    return wrong + check_options(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]*", rest), known, " ".join([verb] + named))


@functools.lru_cache(None)
def help_of(verb):
    return subprocess.run([vanthu, "--lang", "en", "help", verb], capture_output=True, text=True, timeout=20, check=True).stdout


def check_vanthud(rest):
    out = subprocess.run([vanthud, "--help"], capture_output=True, text=True, timeout=20, check=True).stdout
    return check_options(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]*", rest), set(re.findall(r"--[a-z-]+", out)), "vanthud")


looked, bad = 0, 0
for path in files:
    for number, code in pieces(path):
        for part in re.split(r"&&|\|\||;|\| (?=[a-z])|\$\(", code):
            m = COMMAND.match(part)
            if m is None:
                continue
            looked += 1
            for fault in check_vanthu(m.group(2)) if m.group(1) == "vanthu" else check_vanthud(m.group(2)):
                print("%s:%d: %s" % (path, number, fault))
                bad += 1
print("# %d commands in %d documents" % (looked, len(files)))
sys.exit(1 if bad else 0 if looked else 2)
