#!/usr/bin/env python3
"""A document and its translation say the same: the same sections with the same commands, options, codes and links.   doc_pairs.py ENGLISH VIETNAMESE

Markdown or manual page. Prose is not compared, only what stands the same in any language. A section of the translation behind a line
`<!-- only here: WHY -->` has no counterpart. Prints where and what is wrong; exits 1 when something is, 2 when nothing was found to compare."""
import itertools
import os
import re
import sys

# Words that the program takes in both languages, and what else is written otherwise in a Vietnamese document.
SAME = {"toàn bộ cấp dưới": "subtree", "cấp dưới": "subordinates", "cấp trên": "superior", "đến": "in", "đi": "out", "theo dõi": "followup", "kế hoạch": "KH",
        "thường": "thuong", "khẩn": "khan", "thượng khẩn": "thuong-khan", "hỏa tốc": "hoa-toc", "mật": "mat"}
IN_VIETNAMESE = re.compile(r"\bexport VANTHU_LANG=vi\b|-L vi |--lang vi (?=[a-z])|(?<=README|RATION)\.vi(?=\.md)|(?<=CLERK)\.vi(?=\.md)")
PROGRAMS = "vanthu vanthud make man systemctl journalctl install adduser addgroup sudo export eval printf kill cp echo ss nc dmesg".split()
# Up to this line the two documents name each other.
LINKS_TO_EACH_OTHER = 4
# Options, codes, keys and events, files, variables.
TECHNICAL = re.compile(r"-{1,2}[a-z][a-z0-9-]*|VT-\d+|[a-z]\w*[._/=@:-][\w./=@:-]*\w|[A-Z]+_[A-Z_]+|SIG[A-Z]+")


def command(text):
    """The command with the same words whatever the language: no comment, quoted texts as …, placeholders as X."""
    text = IN_VIETNAMESE.sub("", re.sub(r"\s+#(?! exit \d).*", "", text))
    text = re.sub(r"\"([^\"]*)\"", lambda m: SAME.get(m[1], m[1] if "$" in m[1] else "…"), text)
    named = re.sub(r"(?<![\w/.$-])[^\W\d_a-z]{2,}(?:-[^\W\d_a-z]+)*(?![\w/-])", lambda m: "X" if m[0].isupper() else m[0], text)
    return " ".join(SAME.get(w, w) for w in named.split())


def is_command(text):
    return text.split()[:1] != [] and os.path.basename(text.split()[0]) in PROGRAMS


class Section:
    def __init__(self, line, level):
        self.line, self.level, self.blocks, self.words, self.only_here = line, level, [], set(), False

    def add(self, code):
        """Code in a sentence or a table: whole when it is a command, else the words that are no language's."""
        self.words |= {command(code)} - {""} if is_command(code) else {w for w in code.split() if TECHNICAL.fullmatch(w) or re.fullmatch("[a-z]+", code)}

    def begin(self, text, console):
        """A line of a code block: commands only; what a backslash ends goes on."""
        if self.blocks[-1].endswith("\\"):
            self.blocks[-1] = command(self.blocks[-1][:-1] + text)
        elif text.startswith("$ ") if console else is_command(text):
            self.blocks += filter(None, [command(text[2:] if console else text)])


def markdown(path):
    """Its sections, and the links in it that lead nowhere."""
    sections, fence, marked, slugs, links = [Section(1, 0)], None, False, set(), []
    for number, line in enumerate(open(path, encoding="utf-8"), 1):
        line = line.rstrip("\n")
        if line.startswith("```"):
            fence = line[3:] if fence is None else None
            sections[-1].blocks += [] if fence is None else ["```" + fence]
        elif fence is not None:
            sections[-1].begin(line, fence == "console")
        elif line.startswith("<!-- only here: "):
            marked = True
        elif line.startswith("#"):
            sections.append(Section(number, line.split()[0]))
            sections[-1].only_here, marked = marked, False
            slugs.add(re.sub(r"[^\w -]", "", line.lstrip("# ").lower()).replace(" ", "-"))
        else:
            for code in re.findall(r"`([^`]+)`", line):
                sections[-1].add(code)
            for link in re.findall(r"\]\(([^)]+)\)", line):
                links.append((number, link))
                sections[-1].words |= {IN_VIETNAMESE.sub("", link)} if number > LINKS_TO_EACH_OTHER and not link.startswith("#") else set()
    return [s for s in sections if not s.only_here], dead_links(path, links, slugs)


def dead_links(path, links, slugs):
    wrong = ["%s:%d: no such section: %s" % (path, n, a) for n, a in links if a.startswith("#") and a[1:] not in slugs]
    files = [(n, a.split("#")[0]) for n, a in links if not re.match(r"#|https?:", a)]
    return wrong + ["%s:%d: no such file: %s" % (path, n, f) for n, f in files if not os.path.exists(os.path.join(os.path.dirname(path), f))]


def manual(path):
    sections, sample = [Section(1, 0)], False
    for number, line in enumerate(open(path, encoding="utf-8"), 1):
        line = line.rstrip("\n").replace("\\-", "-").replace("\\e", "\\")
        macro, _, rest = line.partition(" ")
        if macro == ".SH":
            sections.append(Section(number, macro))
        elif macro in (".nf", ".fi"):
            sample = macro == ".nf"
        elif macro == ".TP" or re.fullmatch(r"@[a-z]+@", line):
            sections[-1].blocks.append(macro)
        elif sample and not line.startswith("."):
            sections[-1].blocks.append(command(line))
        elif macro in (".B", ".I", ".BR", ".BI", ".IR", ".IB", ".RB", ".RI"):
            sections[-1].words |= {w for w in re.split(r"[\s\",;()\[\]\\]+", rest) if TECHNICAL.fullmatch(w)}
    return sections, []


def main(english, vietnamese):
    read = markdown if english.endswith(".md") else manual
    (first, wrong), (second, more) = read(english), read(vietnamese)
    wrong += more
    if [s.level for s in first] != [s.level for s in second]:
        wrong.append("%s: %d sections, %s: %d, or not of the same levels" % (english, len(first), vietnamese, len(second)))
    for a, b in zip(first, second):
        where = "%s:%d, %s:%d: " % (english, a.line, vietnamese, b.line)
        wrong += [where + "“%s” and “%s”" % pair for pair in itertools.zip_longest(a.blocks, b.blocks) if pair[0] != pair[1]][:1]
        wrong += [where + "only in the first: " + w for w in sorted(a.words - b.words)] + [where + "only in the second: " + w for w in sorted(b.words - a.words)]
    print("\n".join(wrong))
    looked = sum(len(s.blocks) + len(s.words) for s in first)
    print("# %d sections, %d commands, options and links" % (len(first), looked))
    return 1 if wrong else 0 if looked > 10 else 2


sys.exit(main(sys.argv[1], sys.argv[2]))
