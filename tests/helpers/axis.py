"""A stand-in for an axis of the State: a server that stores, lists, hands out and is told done or fail (docs/INTEGRATION.md, "The axis"). It misbehaves as
real ones do, by the numbers of a seed: answers get lost after the act was done, lists are in any order and have things twice, some answers are 500, slow, or
not what the list says.

axis.py PORT FOLDER SEED: systems and their organs are in FOLDER/systems.json, {"SYSTEM": {"secret": …, "organs": […]}}. What it holds stays in FOLDER/state.json,
written before each answer, so that it may be killed too. FOLDER/faults: "all", "none", or one of lost, error, order, twice, digest, slow.
"""
import hashlib, json, os, random, re, sys, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

port, folder, seed = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
rng, lock = random.Random(seed), threading.RLock()
path = os.path.join(folder, "state.json")
state = json.load(open(path)) if os.path.exists(path) else {"next": 1, "messages": []}


def save():
    with open(path + ".new", "w") as f:
        json.dump(state, f)
        f.flush()
        os.fsync(f.fileno())
    os.rename(path + ".new", path)


def fault(name, share):
    try:
        want = open(os.path.join(folder, "faults")).read().strip()
    except OSError:
        want = "none"
    with lock:
        return want in ("all", name) and rng.random() < share


def parts(kind, body):
    """multipart/form-data: names to contents."""
    mark = b"--" + re.search(r'boundary="?([^";]+)', kind).group(1).encode()
    out = {}
    for piece in body.split(mark)[1:-1]:
        head, content = piece[2:].split(b"\r\n\r\n", 1)
        out[re.search(rb'name="([^"]+)"', head).group(1).decode()] = content[:-2]
    return out


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, status, value, head=()):
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/xml" if isinstance(value, bytes) else "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, text in head:
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(body)

    def begin(self):
        """The system that asks; None: it has been answered."""
        systems = json.load(open(os.path.join(folder, "systems.json")))
        name = self.headers.get("SystemId", "")
        if name not in systems or systems[name]["secret"] != self.headers.get("SecretKey"):
            self.answer(200, {"errorCode": "15", "errorDesc": "wrong system id or secret"})
        elif fault("slow", 0.04):
            time.sleep(0.3)
            self.answer(503, b"<busy/>", [("Retry-After", "1")])
        elif fault("error", 0.06):
            self.answer(500, b"<html>broken</html>")
        else:
            return name, set(systems[name]["organs"])
        return None

    def finish(self, value):
        """The act is done; its answer may get lost."""
        if fault("lost", 0.12):
            self.close_connection = True
        else:
            self.answer(200, value)

    def do_GET(self):
        who = self.begin()
        if who is None:
            return
        name, organs = who
        with lock:
            if self.path.startswith("/v1/receivedEdocs"):
                found = [m for m in state["messages"] if m["to"] in organs and m["sender"] != name and m["status"] == "INITIAL"]
                shown = [{k: m[k] for k in ("id", "status", "createdTime", "messageType", "from", "to", "contentSha256", "contentLength")} for m in found]
                if fault("twice", 0.3):
                    shown += shown[:3]
                if fault("order", 0.5):
                    rng.shuffle(shown)
                self.finish({"errorCode": "0", "edocs": shown})
            elif self.path.startswith("/v1/sentEdocs"):
                key = self.path.split("senderDocId=")[1]
                self.finish({"errorCode": 0, "edocs": [{"id": m["id"], "senderDocId": key} for m in state["messages"] if m["senderDocId"] == key and m["sender"] == name]})
            elif self.path.startswith("/v1/edocs/"):
                found = [m for m in state["messages"] if m["id"] == self.path.split("/")[-1] and m["to"] in organs]
                if not found:
                    return self.answer(404, {"errorCode": 18, "errorDesc": "no such message"})
                with open(os.path.join(folder, found[0]["contentSha256"]), "rb") as f:
                    body = f.read()
                self.answer(200, body[:-9] + b"</x:edXM>" if found[0]["senderDocId"] == "bad" or fault("digest", 0.08) else body)
            else:
                self.answer(404, b"")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        who = self.begin()
        if who is None:
            return
        with lock:
            if self.path == "/v1/sendEdoc":
                given = parts(self.headers["Content-Type"], body)
                content, label = given.pop("file"), {k: v.decode() for k, v in given.items()}
                digest = hashlib.sha256(content).hexdigest()
                if label["contentSha256"] != digest:
                    return self.answer(200, {"errorCode": 20, "errorDesc": "content"})
                if label["to"] == "REFUSED":
                    return self.answer(200, {"errorCode": 21, "errorDesc": "no such organ"})
                with open(os.path.join(folder, digest), "wb") as f:
                    f.write(content)
                n = state["next"]
                state["next"] += 1
                state["messages"].append(dict(label, id="m%05d" % n, status="INITIAL", sender=who[0], createdTime="2026-11-29T00:00:00.%06dZ" % n,
                                              contentLength=len(content), reason="", acks=0))
                save()
                self.finish({"errorCode": 0, "docId": "m%05d" % n})
            elif self.path == "/v1/updateStatus":
                told = json.loads(body)
                for m in state["messages"]:
                    if m["id"] == told["docId"]:
                        m.update(status=told["status"], reason=told.get("reason", ""), acks=m["acks"] + 1)
                save()
                self.finish({"errorCode": 0})
            else:
                self.answer(404, b"")


class Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True


Server(("127.0.0.1", port), Handler).serve_forever()
