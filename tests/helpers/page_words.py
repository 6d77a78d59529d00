#!/usr/bin/python3 -B
"""Texts of the office's page that vi.js and vi_more.js lack, and those that they have for nothing.   page_words.py FOLDER

A text is what t("…") and tn("…", "…") are called with, and what stands in tables as label, help, text or done, or first in a row."""
import pathlib
import re
import sys

TEXT = r'"((?:[^"\\]|\\.)*)"'
folder = pathlib.Path(sys.argv[1])
wanted, words = {}, set(re.findall(r'^  (?:"((?:[^"\\]|\\.)*)"|(\w+)):', "".join(p.read_text(encoding="utf-8") for p in folder.glob("vi*.js")), re.M))
have = {a or b for a, b in words}
everywhere = ""
for path in sorted(folder.glob("*.js")):
    if path.name.startswith("vi"):
        continue
    code = path.read_text(encoding="utf-8")
    everywhere += code
    for pattern in (r"\bt\(\s*" + TEXT, r"\b(?:label|help|text): " + TEXT, r"\bdone: \[" + TEXT, r"\bdone: \[" + TEXT + ", " + TEXT,
                    r"\[\s*\"([A-Z][^\"]*)\",", r"\[\"\d\w*\", \"([^\"]*)\"\]"):
        for found in re.finditer(pattern, code):
            wanted.setdefault(found.groups()[-1], path.name)
    for found in re.finditer(r"\btn\(\s*" + TEXT + r",\s*" + TEXT, code):
        for text in found.groups():
            wanted.setdefault(text, path.name)
    # Tables of words: const states = { accepted: "on disk", … } that t() is called with.
    for table in re.finditer(r"^const (\w+) = \{\n(.*?)^\};", code, re.M | re.S):
        if re.search(r"\bt\(%s\[" % table[1], code):
            for found in re.finditer(r"^  (?:\w+|\"[^\"]*\"): " + TEXT, table[2], re.M):
                wanted.setdefault(found[1], path.name)
    for table in re.finditer(r"^const (\w+) = \{ (.*?) \};$", code, re.M):
        if re.search(r"\bt\(%s\[" % table[1], code):
            for found in re.finditer(r"(?:\w+|\"[^\"]*\"): " + TEXT, table[2]):
                wanted.setdefault(found[1], path.name)
bad = ["%s: not in vi.js: %s" % (name, text) for text, name in sorted(wanted.items()) if text not in have and re.search("[a-z]{2}", text)]
bad += ["vi.js: nobody says: %s" % text for text in sorted(have) if '"%s"' % text not in everywhere]
print("\n".join(bad))
sys.exit(1 if bad else 0)
