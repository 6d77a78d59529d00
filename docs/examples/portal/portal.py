#!/usr/bin/env python3
"""A portal's page of published documents: follows a gateway and writes index.html, feed.atom, documents.json and the files.

    portal.py URL TOKEN-FILE STATE FOLDER [--once] [--title TEXT] [--address HTTPS-ADDRESS]

Shown is what its issuer sent with `publish` and has not asked back or replaced. A token of scope office sees what was sent and
what came; one of scope receive only what came. STATE is an SQLite file; without it, everything is read anew. FOLDER is for a web server to give out as it is: nothing
in it is a program, every text is escaped, and every file has an ending of a short list. It is written whole or not at all, one
file after the other, the index last."""
import argparse
import datetime
import html
import json
import os
import pathlib
import re
import shutil
import sqlite3
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from vanthu_client import Gateway, Problem, Unknown, alone  # noqa: E402

HANOI = datetime.timezone(datetime.timedelta(hours=7))
# A web server guesses the kind of a file by its ending: none of these can run in a reader's browser.
ENDINGS = {"application/pdf": "pdf", "text/plain": "txt", "image/png": "png", "image/jpeg": "jpg",
           "application/msword": "doc", "application/vnd.oasis.opendocument.text": "odt",
           "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
           "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx"}
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
STYLE = """
body { font: 1rem/1.5 "Times New Roman", serif; max-width: 60rem; margin: 0 auto; padding: 1rem; color: #1a1a1a; background: #fff }
.skip { position: absolute; left: -99rem } .skip:focus { left: 1rem }
h1 { font-size: 1.5rem } caption { text-align: left; padding-bottom: .5rem }
table { border-collapse: collapse; width: 100% }
th, td { border: 1px solid #555; padding: .4rem; text-align: left; vertical-align: top }
th { background: #f0f0f0 } a { color: #00499c } a:focus { outline: 3px solid #b35900 }
@page { size: A4; margin: 20mm 15mm 20mm 25mm }
@media print { .skip, nav { display: none } body { padding: 0; font-size: 11pt } thead { display: table-header-group }
  tr { break-inside: avoid } a { color: inherit; text-decoration: none } }
@media (max-width: 40rem) { thead { position: absolute; left: -99rem } tr, th, td { display: block } td { border-width: 0 1px }
  tbody th { border-width: 0 1px } tr { border-top: 1px solid #555; border-bottom: 1px solid #555; margin-bottom: .5rem } td::before { content: attr(data-name) ": "; font-weight: bold } }
""".strip()


def clean(text):
    """As it may stand in HTML and XML: no control characters, none that turn the direction of writing; escaped."""
    return html.escape(re.sub("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]", "", text or ""))


def replace(path, data):
    """The file is there whole, or as it was."""
    temporary = path.with_name(f".{path.name}.new")
    with open(temporary, "wb") as out:
        out.write(data if isinstance(data, bytes) else data.encode())
        out.flush()
        os.fsync(out.fileno())
    os.replace(temporary, path)


def day(text):
    """2026-11-29 as 29/11/2026; what is no day is nothing."""
    found = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", text or "")
    return f"{found[3]}/{found[2]}/{found[1]}" if found else ""


def is_shown(view):
    """Published, and neither asked back nor replaced since."""
    asked = [(view.get("work") or {}).get("recall")] + [r.get("recall") for r in view.get("receipts", [])]
    newer = [n.get("business") for n in view.get("concerned_by", [])]
    return view.get("published") is True and not any(asked) and not {"recall", "replace"} & set(newer)


class Portal:
    def __init__(self, gateway, state, folder, title, address):
        self.gateway, self.folder, self.title, self.address = gateway, pathlib.Path(folder), title, address.rstrip("/")
        self.db = sqlite3.connect(state, isolation_level=None, timeout=60)
        self.db.executescript("""
            PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
            CREATE TABLE IF NOT EXISTS cursor (one INTEGER PRIMARY KEY CHECK (one = 1), feed TEXT, since INTEGER);
            CREATE TABLE IF NOT EXISTS shown (id TEXT PRIMARY KEY, published_at TEXT, view TEXT);""")

    # ---- what is to be shown ----

    def look(self, document):
        """The document as it is now: shown, or not any more. Looking twice changes nothing."""
        if not ID.fullmatch(document):
            return
        try:
            view = self.gateway.document(document)
        except Problem as p:
            if p.status not in (404, 410):
                raise
            view = {}
        if is_shown(view):
            self.fetch(view)
            self.db.execute("INSERT INTO shown VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET view = excluded.view",
                            (document, view["arrived_at"], json.dumps(view)))
        else:
            self.db.execute("DELETE FROM shown WHERE id = ?", (document,))

    def file_name(self, part):
        return f'{part["index"] + 1}.{ENDINGS.get(part["media_type"], "bin")}'

    def fetch(self, view):
        place = self.folder / "files" / view["id"]
        place.mkdir(parents=True, exist_ok=True)
        for part in view["attachments"]:
            path = place / self.file_name(part)
            if not path.exists():  # a content never changes
                self.gateway.save(view["id"], part["index"] + 1, path, part["sha256"])

    def follow(self, wait):
        feed, since = self.db.execute("SELECT feed, since FROM cursor").fetchone() or (None, 0)
        try:
            answer = self.gateway.changes(since, feed, wait)
            ids = [c["id"] for c in answer["changes"] if c["id"]]
        except Problem as p:
            if p.status != 410:
                raise
            answer = p.body  # changes were missed: all that is there, and all that is shown, is looked at
            ids = [d["id"] for box in ("in", "out") for d in self.list(box) if d.get("published")]
            ids += [row[0] for row in self.db.execute("SELECT id FROM shown")]
        for document in dict.fromkeys(ids):
            self.look(document)
        if ids or not (self.folder / "index.html").exists():
            self.write()
        # Only now: whoever is killed before looks at the same again.
        self.db.execute("INSERT OR REPLACE INTO cursor VALUES (1, ?, ?)", (answer["feed"], answer["next"]))
        return len(ids) > 0

    def list(self, box):
        try:
            return list(self.gateway.documents(box=box))
        except Problem as p:
            if p.status != 403:  # a token of scope receive does not see what was sent
                raise
            return []

    # ---- the pages ----

    def entries(self):
        for (text,) in self.db.execute("SELECT view FROM shown ORDER BY published_at DESC, id"):
            view = json.loads(text)
            yield view, [(f'files/{view["id"]}/{self.file_name(p)}', p) for p in view["attachments"]]

    def write(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        entries = list(self.entries())
        kept = {view["id"] for view, _ in entries}
        replace(self.folder / "documents.json", self.json(entries))
        replace(self.folder / "feed.atom", self.atom(entries))
        replace(self.folder / "index.html", self.page(entries))
        for place in (self.folder / "files").glob("*"):
            if place.name not in kept:
                shutil.rmtree(place, ignore_errors=True)

    def json(self, entries):
        return json.dumps({"v": 1, "documents": [
            {"id": v["id"], "number": v["number"], "type": v["type"], "type_name": v["type_name"], "subject": v["subject"],
             "from": v["from"], "from_name": v["from_name"], "issued": v["issued"], "published_at": v["arrived_at"],
             "files": [{"path": path, "name": p["name"], "media_type": p["media_type"], "size_bytes": p["size_bytes"],
                        "sha256": p["sha256"]} for path, p in files]} for v, files in entries]},
            ensure_ascii=True, indent=1) + "\n"

    def atom(self, entries):
        newest = entries[0][0]["arrived_at"] if entries else "1970-01-01T00:00:00Z"
        out = ['<?xml version="1.0" encoding="UTF-8"?>', '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="vi">',
               f"<title>{clean(self.title)}</title>", f"<id>{clean(self.address)}/</id>", f"<updated>{clean(newest)}</updated>",
               f'<link rel="self" href="{clean(self.address)}/feed.atom"/>', f'<link href="{clean(self.address)}/"/>']
        for v, files in entries:
            out += ["<entry>", f'<id>urn:uuid:{clean(v["id"])}</id>', f'<title>{clean(v["number"])} {clean(v["subject"])}</title>',
                    f'<updated>{clean(v["arrived_at"])}</updated>', f'<author><name>{clean(v["from_name"] or v["from"])}</name></author>',
                    f'<category term="{clean(v["type"])}" label="{clean(v["type_name"])}"/>',
                    f'<link href="{clean(self.address)}/#d-{clean(v["id"])}"/>']
            out += [f'<link rel="enclosure" href="{clean(self.address)}/{clean(path)}" type="{clean(p["media_type"])}" '
                    f'length="{int(p["size_bytes"])}" title="{clean(p["name"])}"/>' for path, p in files]
            out += [f'<summary>{clean(v["subject"])}</summary>', "</entry>"]
        return "\n".join(out + ["</feed>", ""])

    def row(self, v, files):
        links = "<br>".join(f'<a href="{clean(path)}" download>{clean(p["name"])}</a>' for path, p in files)
        cells = [("Số, ký hiệu", clean(v["number"])), ("Ngày ban hành", f'<time datetime="{clean(v["issued"])}">{day(v["issued"])}</time>'),
                 ("Loại", clean(v["type_name"])), ("Trích yếu", clean(v["subject"])),
                 ("Cơ quan ban hành", clean(v["from_name"] or v["from"])), ("Tệp", links)]
        first = f'<th scope="row" data-name="{cells[0][0]}">{cells[0][1]}</th>'
        return (f'<tr id="d-{clean(v["id"])}">{first}'
                + "".join(f'<td data-name="{name}">{text}</td>' for name, text in cells[1:]) + "</tr>")

    def page(self, entries):
        made = datetime.datetime.now(HANOI).strftime("%H:%M ngày %d/%m/%Y")
        heads = "".join(f'<th scope="col">{h}</th>' for h in ("Số, ký hiệu", "Ngày ban hành", "Loại", "Trích yếu", "Cơ quan ban hành", "Tệp"))
        rows = "\n".join(self.row(v, files) for v, files in entries)
        title = clean(self.title)
        table = (f"<table><caption>{len(entries)} văn bản, mới nhất trước</caption>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}\n</tbody></table>"
                 if entries else "<p>Chưa có văn bản nào được công khai.</p>")
        return f"""<!DOCTYPE html>
<html lang="vi">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<title>{title}</title>
<link rel="alternate" type="application/atom+xml" title="Atom" href="feed.atom">
<link rel="alternate" type="application/json" title="JSON" href="documents.json">
<style>
{STYLE}
</style>
</head>
<body>
<a class="skip" href="#documents">Đến danh sách văn bản</a>
<header><h1>{title}</h1></header>
<main id="documents">
{table}
</main>
<footer>
<nav aria-label="Dữ liệu"><a href="feed.atom">Nguồn tin Atom</a> · <a href="documents.json">Dữ liệu JSON</a></nav>
<p>Cập nhật lúc {made}.</p>
</footer>
</body>
</html>
"""


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("url", "token", "state", "folder"):
        p.add_argument(name)
    p.add_argument("--once", action="store_true")
    p.add_argument("--title", default="Văn bản công khai")
    p.add_argument("--address", default="https://localhost")
    o = p.parse_args()
    lock = alone(o.state)  # noqa: F841: held until the end
    portal = Portal(Gateway(o.url, pathlib.Path(o.token).read_text().strip()), o.state, o.folder, o.title, o.address)
    pause = 1
    while True:
        try:
            found = portal.follow(0 if o.once else 20)
            pause = 1
            if o.once and not found:
                return
        except (Problem, Unknown) as e:
            if isinstance(e, Problem) and not e.again:
                sys.exit(str(e))
            print(f"later: {e}", file=sys.stderr)
            time.sleep(max(pause, getattr(e, "retry_after", 0)))
            pause = min(2 * pause, 60)


if __name__ == "__main__":
    main()
