#!/usr/bin/env python3
"""A client of vanthu-gateway in Python's standard library: sends, lists, acts and follows, and loses or doubles nothing
when it is killed at any instant.

    vanthu_client.py URL TOKEN-FILE STATE queue KEY META FILE…   note a document to be sent; META is JSON, see below
    vanthu_client.py URL TOKEN-FILE STATE run [--once] [--accept] [--save FOLDER]
    vanthu_client.py URL TOKEN-FILE STATE show                   what is noted, as JSON

STATE is an SQLite file. `queue` writes the order there and ends; `run` sends what is noted and follows the changes.
META has the members that POST /v1/documents takes: {"to": "thads", "type": "CV", "number": "auto", "subject": "…"}."""
import datetime
import fcntl
import hashlib
import http.client
import json
import os
import pathlib
import random
import sqlite3
import ssl
import sys
import time
import urllib.parse
import uuid

PIECE = 1 << 16


class Problem(Exception):
    """What the gateway answered: application/problem+json, see the table of errors in INTEGRATION.md."""

    def __init__(self, status, body, retry_after):
        super().__init__(f"{body.get('code', status)}: {body.get('title', '')} {body.get('detail', '')}".strip())
        self.status, self.body, self.retry_after = status, body, retry_after

    @property
    def again(self):
        """The same request, under the same id, may succeed later."""
        return self.status in (408, 429, 500, 502, 503, 504, 507)


class Unknown(Exception):
    """No answer came: whether it happened nobody knows. Asking again under the same id is safe."""


class Gateway:
    def __init__(self, url, token, timeout=90, ca=None):
        self.url = urllib.parse.urlsplit(url)
        self.token, self.timeout = token, timeout
        self.tls = ssl.create_default_context(cafile=ca) if self.url.scheme == "https" else None
        self.connection = None

    def _open(self):
        if self.connection is None:
            if self.tls:
                self.connection = http.client.HTTPSConnection(self.url.netloc, timeout=self.timeout, context=self.tls)
            else:
                self.connection = http.client.HTTPConnection(self.url.netloc, timeout=self.timeout)
        return self.connection

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def request(self, method, path, query=None, body=None, headers=None):
        """One attempt. Returns the open response; the caller reads it to its end."""
        if query:
            path += "?" + urllib.parse.urlencode({k: v for k, v in query.items() if v is not None})
        headers = {"Authorization": "Bearer " + self.token, **(headers or {})}
        try:
            connection = self._open()
            connection.request(method, path, body=body, headers=headers)
            response = connection.getresponse()
            if response.status < 400:
                return response
            text = response.read()
        except (OSError, http.client.HTTPException) as e:
            self.close()
            raise Unknown(str(e)) from e
        if "close" in (response.getheader("Connection") or ""):
            self.close()
        try:
            problem = json.loads(text)
        except ValueError:
            problem = {}
        raise Problem(response.status, problem, int(response.getheader("Retry-After") or 0))

    def json(self, *args, **named):
        try:
            return json.loads(self.request(*args, **named).read())
        except (OSError, http.client.HTTPException) as e:
            self.close()
            raise Unknown(str(e)) from e

    def send(self, meta, files):
        """The same meta["id"] is the same document, however often it is asked. Files are streamed."""
        boundary = "vanthu-" + os.urandom(16).hex()  # at most 70 characters (RFC 2046)
        heads = [f'--{boundary}\r\nContent-Disposition: form-data; name="meta"\r\n'
                 f"Content-Type: application/json\r\n\r\n{json.dumps(meta)}\r\n".encode()]
        for file in files:
            name = pathlib.Path(file).name.replace("%", "%25").replace('"', "%22")
            heads.append(f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
                         "Content-Type: application/octet-stream\r\n\r\n".encode())
        end = f"--{boundary}--\r\n".encode()
        length = sum(map(len, heads)) + sum(os.path.getsize(f) + 2 for f in files) + len(end)

        def pieces():
            yield heads[0]
            for head, file in zip(heads[1:], files):
                yield head
                with open(file, "rb") as f:
                    while piece := f.read(PIECE):
                        yield piece
                yield b"\r\n"
            yield end

        return self.json("POST", "/v1/documents", body=pieces(), headers={
            "Content-Length": str(length), "Content-Type": "multipart/form-data; boundary=" + boundary})["data"]

    def document(self, document):
        return self.json("GET", f"/v1/documents/{document}")["data"]

    def documents(self, **query):
        """All of a list, the newest first, a page at a time."""
        query.setdefault("limit", 100)
        while True:
            answer = self.json("GET", "/v1/documents", query)
            yield from answer["data"]
            if not answer.get("next"):
                return
            query["cursor"] = answer["next"]

    def act(self, document, verb, **fields):
        """accept, return, assign, start, finish, recall … Doing it twice is doing it once."""
        return self.json("POST", f"/v1/documents/{document}/{verb}", body=json.dumps(fields).encode(),
                         headers={"Content-Type": "application/json"})["data"]

    def save(self, document, part, path, sha256):
        """A part (1 is the document) into a file that is there whole or not at all."""
        temporary, digest = f"{path}.part", hashlib.sha256()
        response = self.request("GET", f"/v1/documents/{document}/parts/{part}")
        try:
            with open(temporary, "wb") as out:
                while piece := response.read(PIECE):
                    out.write(piece)
                    digest.update(piece)
                out.flush()
                os.fsync(out.fileno())
        except (OSError, http.client.HTTPException) as e:
            self.close()
            raise Unknown(str(e)) from e
        if digest.hexdigest() != sha256:
            raise Unknown("not all of it came")
        os.replace(temporary, path)

    def changes(self, since, feed=None, wait=20, kinds=None):
        return self.json("GET", "/v1/changes", {"since": since, "wait": wait, "feed": feed, "kind": kinds})["data"]


def new_id():
    """A UUID of version 7: the time, and what nobody else draws."""
    return str(uuid.UUID(int=(time.time_ns() // 1000000 << 80) | 7 << 76 | 2 << 62
                         | int.from_bytes(os.urandom(10), "big") & ~(15 << 76) & ~(3 << 62)))


def alone(state):
    """One process a state at a time; the lock goes with its process, however that ends."""
    lock = open(f"{state}.lock", "w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(f"another one works with {state}")
    return lock


class Book:
    """What this program must not forget: one SQLite file. A change and the cursor behind it are one transaction."""

    def __init__(self, path):
        self.db = sqlite3.connect(path, isolation_level=None, timeout=60)
        self.db.executescript("""
            PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
            CREATE TABLE IF NOT EXISTS outbox (key TEXT PRIMARY KEY, meta TEXT, files TEXT, id TEXT, refused TEXT);
            CREATE TABLE IF NOT EXISTS cursor (one INTEGER PRIMARY KEY CHECK (one = 1), feed TEXT, since INTEGER);
            CREATE TABLE IF NOT EXISTS changes (feed TEXT, number INTEGER, kind TEXT, id TEXT, PRIMARY KEY (feed, number));
            CREATE TABLE IF NOT EXISTS documents (id TEXT PRIMARY KEY, number TEXT, subject TEXT, arrival INTEGER);""")

    def queue(self, key, meta, files):
        # Noted now, so that each attempt is the same document, also tomorrow and with another token.
        meta.setdefault("id", new_id())
        meta.setdefault("date", datetime.date.today().isoformat())
        self.db.execute("INSERT OR IGNORE INTO outbox (key, meta, files) VALUES (?, ?, ?)",
                        (key, json.dumps(meta), json.dumps([os.path.abspath(f) for f in files])))

    def cursor(self):
        return self.db.execute("SELECT feed, since FROM cursor").fetchone() or (None, 0)

    def move(self, feed, since):
        self.db.execute("INSERT OR REPLACE INTO cursor VALUES (1, ?, ?)", (feed, since))

    def know(self, document, arrival):
        self.db.execute("INSERT OR IGNORE INTO documents VALUES (?, ?, ?, ?)",
                        (document["id"], document["number"], document["subject"], arrival))

    def knows(self, document):
        return self.db.execute("SELECT 1 FROM documents WHERE id = ?", (document,)).fetchone() is not None

    def dump(self):
        def rows(sql):
            return [list(r) for r in self.db.execute(sql)]
        return {"outbox": rows("SELECT key, id, refused FROM outbox ORDER BY rowid"), "cursor": list(self.cursor()),
                "changes": rows("SELECT number, kind, id FROM changes ORDER BY rowid"),
                "documents": rows("SELECT id, number, arrival FROM documents ORDER BY rowid")}


class Office:
    def __init__(self, gateway, book, accept, folder):
        self.gateway, self.book, self.accept, self.folder = gateway, book, accept, folder

    def send(self):
        """In order, each until it is taken, or refused for good."""
        for key, meta, files in self.book.db.execute(
                "SELECT key, meta, files FROM outbox WHERE id IS NULL AND refused IS NULL ORDER BY rowid").fetchall():
            try:
                sent = self.gateway.send(json.loads(meta), json.loads(files))
                self.book.db.execute("UPDATE outbox SET id = ? WHERE key = ?", (sent["id"], key))
            except Problem as p:
                if p.again:
                    raise
                self.book.db.execute("UPDATE outbox SET refused = ? WHERE key = ?", (str(p), key))

    def take(self, document):
        """A document that arrived: files first, then the register, then our book. Killed between, it begins anew."""
        if self.book.knows(document):
            return None
        view = self.gateway.document(document)
        if self.folder:
            place = pathlib.Path(self.folder, document)
            place.mkdir(parents=True, exist_ok=True)
            for part in view["attachments"]:  # the index is ours: names of strangers are no paths
                self.gateway.save(document, part["index"] + 1, place / str(part["index"] + 1), part["sha256"])
        if self.accept and view["arrival"] is None:
            try:
                return view, self.gateway.act(document, "accept")[0]["arrival"]
            except Problem as p:
                if p.status != 409:  # the office was faster: entered and at work, or given back
                    raise
                view = self.gateway.document(document)
        return view, view["arrival"]

    def apply(self, feed, change):
        taken = self.take(change["id"]) if change["kind"] == "arrived" else None
        self.book.db.execute("BEGIN IMMEDIATE")
        if taken:
            self.book.know(*taken)
        self.book.db.execute("INSERT OR IGNORE INTO changes VALUES (?, ?, ?, ?)",
                             (feed, change["number"], change["kind"], change["id"]))
        self.book.move(feed, change["number"])
        self.book.db.execute("COMMIT")

    def catch_up(self, problem):
        """Changes were missed: what is there now is listed, the oldest first, and the feed goes on."""
        try:
            arrived = list(self.gateway.documents(box="in"))
        except Problem as p:
            if p.status != 403:  # a token of scope send sees nothing that arrives
                raise
            arrived = []
        for line in reversed(arrived):
            taken = self.take(line["id"])
            if taken:
                self.book.know(*taken)
        self.book.move(problem.body["feed"], problem.body["next"])

    def follow(self, wait):
        feed, since = self.book.cursor()
        try:
            answer = self.gateway.changes(since, feed, wait)
        except Problem as p:
            if p.status != 410:
                raise
            self.catch_up(p)
            return True
        for change in answer["changes"]:
            self.apply(answer["feed"], change)
        self.book.move(answer["feed"], answer["next"])
        return len(answer["changes"]) > 0

    def run(self, once):
        pause = 0.5
        while True:
            try:
                self.send()
                found = self.follow(0 if once else 5)
                pause = 0.5
                if once and not found:
                    return
            except (Problem, Unknown) as e:
                if isinstance(e, Problem) and not e.again:
                    raise
                print(f"later: {e}", file=sys.stderr)
                time.sleep(max(pause * random.uniform(0.5, 1), getattr(e, "retry_after", 0)))
                pause = min(pause * 2, 60)


def main(url, token, state, verb, *rest):
    book = Book(state)
    if verb == "queue":
        book.queue(rest[0], json.loads(rest[1]), rest[2:])
    elif verb == "show":
        print(json.dumps(book.dump(), ensure_ascii=False))
    elif verb == "run":
        lock = alone(state)  # noqa: F841: held until the end
        folder = rest[rest.index("--save") + 1] if "--save" in rest else None
        gateway = Gateway(url, pathlib.Path(token).read_text().strip())
        Office(gateway, book, "--accept" in rest, folder).run("--once" in rest)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    try:
        main(*sys.argv[1:])
    except Problem as e:
        sys.exit(str(e))
