"""An office's program as an integrator writes it, on nothing but Python's standard library: it hands documents in under
Idempotency-Keys, follows the changes, takes what arrives and accepts it. It may be killed at any instant. What it knows lies in
its folder: a line is appended before and after each step, and the cursor is replaced whole.
    integrator.py FOLDER URL TOKEN-FILE COMMITTEE OTHER…
With a file FOLDER/finish it hands nothing new in and goes on with the rest."""
import hashlib
import http.client
import json
import os
import sys
import time
import urllib.parse

FOLDER, URL, TOKEN_FILE, ME, *OTHERS = sys.argv[1:]
TOKEN = open(TOKEN_FILE).read().strip()
PLACE = urllib.parse.urlsplit(URL).netloc
FAULT = os.environ.get("INTEGRATOR_FAULT", "")  # what the test of the test plants: forget, twice
FAULT_EACH = 10
AT_ONCE, PATIENCE_S, PAUSE_S = 20, 20, 0.05
BOUNDARY = "integrator-7f3a"


class Later(Exception):
    """Nothing is known of what became of it: the same again."""


def content(sender, number):
    """Small, and now and then too large for one request to the daemon."""
    line = f"{sender} {number}\n".encode()
    return line * (20000 if number % 40 == 39 else 60 + number % 97)


class Log:
    def __init__(self, name, synced=True):
        self.synced = synced
        self.path = os.path.join(FOLDER, name)
        self.lines = [json.loads(t) for t in open(self.path)] if os.path.exists(self.path) else []
        self.fd = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def add(self, **line):
        os.write(self.fd, (json.dumps(line) + "\n").encode())
        if self.synced:
            os.fsync(self.fd)
        self.lines.append(line)


connection = None


def ask(method, path, body=None, headers=None):
    """(status, bytes). Later: the gateway is away, or says so."""
    global connection
    try:
        if connection is None:
            connection = http.client.HTTPConnection(PLACE, timeout=PATIENCE_S)
        connection.request(method, path, body, {"Authorization": "Bearer " + TOKEN, **(headers or {})})
        answer = connection.getresponse()
        data = answer.read()
    except (OSError, http.client.HTTPException) as why:
        if connection is not None:
            connection.close()
        connection = None
        raise Later(why) from why
    if answer.status in (429, 500, 502, 503, 504, 507):
        raise Later(f"{answer.status} {data[:300]!r}")
    if answer.status >= 400:
        Log("errors").add(method=method, path=path, status=answer.status, text=data.decode(errors="replace")[:2000])
        sys.exit(f"{ME}: {method} {path}: {answer.status} {data[:500]!r}")
    return answer.status, data


def data_of(answer):
    return json.loads(answer[1])["data"]


# ---- handing in ----

sent = Log("sent")
begun = [line for line in sent.lines if "key" in line]
acknowledged = {line["n"]: line["id"] for line in sent.lines if "id" in line}


def hand_in():
    """The next one, or the one that was under way."""
    n = len(acknowledged)
    if n == len(begun):
        if os.path.exists(os.path.join(FOLDER, "finish")):
            return False
        to = OTHERS if n % 5 == 4 else [OTHERS[n % len(OTHERS)]]
        begun.append({"n": n, "to": to, "key": f"{ME}-{n}"})
        sent.add(**begun[n])
    meta = {"to": begun[n]["to"], "type": "CV", "number": f"{n + 1}-CV/ĐU", "subject": f"{ME} {n}"}
    body = (
        f"--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"meta\"\r\nContent-Type: application/json\r\n\r\n"
        f"{json.dumps(meta)}\r\n--{BOUNDARY}\r\n"
        f"Content-Disposition: form-data; name=\"file\"; filename=\"vb.txt\"\r\n\r\n"
    ).encode() + content(ME, n) + f"\r\n--{BOUNDARY}--\r\n".encode()
    head = {"Content-Type": "multipart/form-data; boundary=" + BOUNDARY, "Idempotency-Key": begun[n]["key"]}
    status, data = ask("POST", "/v1/documents", body, head)
    if FAULT == "twice" and n % FAULT_EACH == 0:
        ask("POST", "/v1/documents", body, {**head, "Idempotency-Key": begun[n]["key"] + "-again"})
    acknowledged[n] = data_of((status, data))["id"]
    sent.add(n=n, id=acknowledged[n], status=status)
    return True


# ---- what arrives ----

received, accepted, changes = Log("received"), Log("accepted"), Log("changes", synced=False)
has, has_accepted = ({line["id"] for line in log.lines} for log in (received, accepted))
# Small batches: one that is killed before the end of each would never get on.
cursor_path = os.path.join(FOLDER, "cursor")
cursor = json.load(open(cursor_path)) if os.path.exists(cursor_path) else {"since": 0}


def keep_cursor():
    with open(cursor_path + ".new", "w") as f:
        json.dump(cursor, f)
        f.flush()
        os.fsync(f.fileno())
    os.replace(cursor_path + ".new", cursor_path)


def take(change):
    """A second time after a crash it finds what was done already."""
    document = change["id"]
    if document not in has:
        answer = data_of(ask("GET", "/v1/documents/" + document))
        data = ask("GET", f"/v1/documents/{document}/parts/1")[1]
        if FAULT != "forget" or len(has) % FAULT_EACH != 0:
            received.add(id=document, subject=answer["subject"], sender=answer["from"],
                         sha256=hashlib.sha256(data).hexdigest())
        has.add(document)
    if document not in has_accepted:
        ask("POST", f"/v1/documents/{document}/accept")
        accepted.add(id=document)
        has_accepted.add(document)


def follow(wait):
    query = {"since": cursor["since"], "limit": AT_ONCE, "wait": wait}
    if "feed" in cursor:
        query["feed"] = cursor["feed"]
    answer = data_of(ask("GET", "/v1/changes?" + urllib.parse.urlencode(query)))
    if answer["missed"]:
        sys.exit(f"{ME}: {answer}")
    for change in answer["changes"]:
        changes.add(**{k: change[k] for k in ("number", "kind", "id", "code", "from", "committee")})
        if change["kind"] == "arrived":
            take(change)
    if answer["next"] != cursor["since"] or "feed" not in cursor:
        cursor.update(since=answer["next"], feed=answer["feed"])
        keep_cursor()


while True:
    try:
        follow(0 if hand_in() else 1)
    except Later:
        time.sleep(PAUSE_S)
