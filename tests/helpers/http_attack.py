#!/usr/bin/env python3
"""What a scanner tries against vanthu-gateway, byte by byte.   http_attack.py GROUP URL TOKEN-FILE PID

Each attack must be answered with one of the statuses named beside it (0: no answer, and the connection
ends), once, and a good request must be served right after it. Prints what was otherwise; exit 1 then.
The waits are bounds of what hangs: nothing is measured."""
import json
import os
import re
import socket
import struct
import sys
import threading

GROUP, URL, TOKEN, PID = sys.argv[1], sys.argv[2], open(sys.argv[3]).read().strip(), int(sys.argv[4])
HOST, PORT = re.match(r"http://([^:]+):(\d+)$", URL).groups()
PORT = int(PORT)
WAIT_S = 120
RESIDENT_MAX_KIB = 64 * 1024
BOUNDARY = b"----b"
H = b"Host: %s:%d\r\n" % (HOST.encode(), PORT)
A = b"Authorization: Bearer " + TOKEN.encode() + b"\r\n"
JSON = A + b"Content-Type: application/json\r\n"
CHUNKED = JSON + b"Transfer-Encoding: chunked\r\n"
DO = "/v1/documents/accept-all-valid"
SMUGGLED = b"GET /v1/status HTTP/1.1\r\n" + H + A + b"\r\n"
failures = []


def fail(text):
    failures.append(text)
    print("not as it should be: " + text)


def head(path="/healthz", extra=b"", method="GET", version="HTTP/1.1"):
    return ("%s %s %s\r\n" % (method, path, version)).encode("latin-1") + H + extra + b"\r\n"


def connect():
    s = socket.create_connection((HOST, PORT), WAIT_S)
    s.settimeout(WAIT_S)
    return s


def read_all(s):
    """Until the other side ends it."""
    out = b""
    try:
        while True:
            piece = s.recv(65536)
            if not piece:
                return out
            out += piece
    except (ConnectionResetError, BrokenPipeError):
        return out


def statuses(answer):
    """Of all answers, each with its body skipped. The library says what it refuses itself twice."""
    found = []
    while answer:
        m = re.match(rb"HTTP/1\.1 (\d\d\d) .*?\r\n\r\n", answer, re.S)
        if not m:
            return found + [-1]
        found.append(int(m.group(1)))
        size = re.search(rb"\r\nContent-Length: (\d+)", m.group(0))
        size = int(size.group(1)) if size else 0
        rest = answer[m.end():]
        if rest.startswith(b"HTTP/1.1 400") or rest.startswith(b"HTTP/1.1 413"):
            size = 0 if found[-1] in (400, 413) else size
            found.pop()
        answer = rest[size:]
    return found


def resident_kib():
    return int(re.search(r"VmRSS:\s+(\d+)", open("/proc/%d/status" % PID).read()).group(1))


def good(after):
    """A good request is served, and the process is small."""
    try:
        s = connect()
        s.sendall(head("/v1/openapi.json", b"Connection: close\r\n"))
        answer = read_all(s)
        s.close()
    except OSError as e:
        answer = str(e).encode()
    if not answer.startswith(b"HTTP/1.1 200 "):
        fail("%s: afterwards a good request gets %r" % (after, answer[:80]))
    try:
        if resident_kib() > RESIDENT_MAX_KIB:
            fail("%s: %d KiB resident" % (after, resident_kib()))
    except OSError:
        fail("%s: the gateway is gone" % after)


def attack(name, data, want, end=True):
    """end: the connection must end by itself; else it stays, and is half closed by us."""
    s = connect()
    try:
        try:
            s.sendall(data)
            if not end:
                s.shutdown(socket.SHUT_WR)
        except (BrokenPipeError, ConnectionResetError):
            pass
        answer = read_all(s)
    except OSError as e:
        fail("%s: %s" % (name, e))
        answer = b""
    s.close()
    got = statuses(answer) or [0]
    want = want if isinstance(want, (tuple, list)) else (want,)
    if len(got) != 1 or got[0] not in want:
        fail("%s: %s, not one of %s: %r" % (name, got, list(want), answer[:200]))
    good(name)
    return answer


# ---- how a request is framed ----

def frames():
    def post(name, fields, body, want=400):
        attack(name, head(DO, JSON + fields, "POST") + body, want)

    zero = b"0\r\n\r\n" + SMUGGLED
    post("length and chunks", b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", zero)
    post("chunks and length", b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", zero)
    for value in (b"xchunked", b"chunked, identity", b"identity", b"gzip, chunked", b"\x0bchunked",
                  b'"chunked"', b"", b"chunked\x00", b"chunked;a=b", b"\r\n chunked", b"cow"):
        post("coding %r" % value, b"Transfer-Encoding: " + value + b"\r\n", zero)
    post("blank before the colon", b"Transfer-Encoding : chunked\r\n", zero)
    post("coding twice", b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", zero)
    post("coding behind a bare LF", b"X: y\nTransfer-Encoding: chunked\r\n", zero)
    post("coding behind a bare CR", b"X: y\rTransfer-Encoding: chunked\r\n", zero)
    post("coding behind a NUL", b"X: y\x00\r\nTransfer-Encoding: chunked\r\n", zero)
    for value in (b"+2", b"-2", b"0x2", b"1 0", b"2, 2", b"2,3", b"", b"2a", b"\r\n 2", b"2\x00"):
        post("length %r" % value, b"Content-Length: " + value + b"\r\n", b"{}" + SMUGGLED)
    for value in (b"18446744073709551618", b"99999999999999999999999999"):
        post("length %r" % value, b"Content-Length: " + value + b"\r\n", b"{}" + SMUGGLED, 413)
    post("length twice", b"Content-Length: 2\r\nContent-Length: 0\r\n", b"{}" + SMUGGLED)
    post("the same length twice", b"Content-Length: 2\r\nContent-Length: 2\r\n", b"{}" + SMUGGLED)
    for name, body in (("overflow", b"FFFFFFFFFFFFFFFFF\r\n{}\r\n"), ("2^64", b"10000000000000002\r\n{}\r\n"),
                       ("negative", b"-2\r\n{}\r\n"), ("0x", b"0x2\r\n{}\r\n"), ("no end", b"2\r\n{}"),
                       ("blank", b"2 \r\n{}\r\n"), ("long extension", b"2;" + b"a" * 100000 + b"\r\n{}\r\n")):
        attack("chunk: " + name, head(DO, CHUNKED, "POST") + body + zero, (400, 413, 500))
    # Read one way or the other, nothing that follows is a request.
    for name, body in (("extension", b"2;a=b\r\n{}\r\n0\r\n\r\n"), ("bare LF", b"2\n{}\n0\n\n"),
                       ("LF extension", b"2;\n{}\r\n0\r\n\r\n"), ("trailer", b"2\r\n{}\r\n0\r\nContent-Length: 50\r\n\r\n")):
        attack("chunk: " + name, head(DO, CHUNKED, "POST") + body + SMUGGLED, (200, 400))


def heads():
    def line(text, want):
        attack(repr(text[:40]), text + H + b"\r\n" + SMUGGLED, want)

    for text, want in ((b"GET /healthz HTTP/1.0\r\n", 200), (b"GET /healthz HTTP/1.2\r\n", 400),
                       (b"GET /healthz HTTP/2.0\r\n", 505), (b"GET /healthz HTTP/1.1x\r\n", 400),
                       (b"GET  /healthz HTTP/1.1\r\n", 400), (b"GET /healthz\x00 HTTP/1.1\r\n", 400),
                       (b"GET /healthz HTTP/1.1\n", 400), (b"GET /healthz x HTTP/1.1\r\n", 0),
                       (b"GET\t/healthz\tHTTP/1.1\r\n", 0), (b"GET /healthz\r\n", 400)):
        line(text, want)
    attack("HTTP/0.9", b"GET /healthz\r\n\r\n" + SMUGGLED, 400)
    attack("HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0", 505)
    attack("LF alone", head().replace(b"\r\n", b"\n") + SMUGGLED, 400)
    attack("no host", b"GET /healthz HTTP/1.1\r\n\r\n", 400)
    attack("HTTP/1.0 without host", b"GET /healthz HTTP/1.0\r\n\r\n", 400)
    attack("HTTP/1.0 with chunks", b"GET /healthz HTTP/1.0\r\n" + H + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED, 400)
    for name in (b"Idempotency-Key", b"Content-Type", b"Content-Encoding", b"Range", b"If-Range", b"If-None-Match", b"If-Match", b"If-Modified-Since",
                 b"If-Unmodified-Since", b"Last-Event-ID", b"Origin", b"Sec-Fetch-Site", b"Expect"):
        attack("twice %r" % name, head(extra=name + b": a\r\n" + name.lower() + b": b\r\n") + SMUGGLED, 400)
    attack("two hosts", head(extra=H) + SMUGGLED, 400)
    attack("two tokens", head("/v1/status", A + A) + SMUGGLED, 400)
    attack("token and a NUL", head("/v1/status", A[:-2] + b"\0x\r\n") + SMUGGLED, 400)
    attack("host and a NUL", b"GET /healthz HTTP/1.1\r\n" + H[:-2] + b"\0.evil.example\r\n\r\n", 400)
    for extra in (b"X: a\r\n b\r\n", b"garbage\r\n", b" X: y\r\n", b": y\r\n", b"X\0: y\r\n", b"X: a\0b\r\n",
                  b"X Y: z\r\n", b"X\x80: y\r\n", b"X: \x01\r\n", b"\0X: y\r\n"):
        attack("field %r" % extra, head(extra=extra) + SMUGGLED, 400)
    for name in (b"evil.example", b"evil.example:%d" % PORT, b"127.0.0.1", b"localhost", b"", b"127.0.0.1:%d@evil.example" % PORT,
                 b"127.0.0.1.evil.example:%d" % PORT, b"127.0.0.1:%d, evil.example" % PORT):
        attack("host %r" % name, b"GET /healthz HTTP/1.1\r\nConnection: close\r\nHost: " + name + b"\r\n\r\n", (400, 421))
    for extra in (b"Origin: http://evil.example\r\n", b"Origin: null\r\n", b"Sec-Fetch-Site: cross-site\r\n",
                  b"Sec-Fetch-Site: same-site\r\n", b"Origin: http://127.0.0.1\r\n", b"Origin: https://127.0.0.1:%d\r\n" % PORT):
        attack("page %r" % extra, head(DO, JSON + extra + b"Content-Length: 2\r\nConnection: close\r\n", "POST") + b"{}", 403)
    for kind in (b"text/plain", b"application/x-www-form-urlencoded", b"multipart/form-data; boundary=b",
                 b"application/jsonp", b"text/json", b"application/json/x"):
        attack("form %r" % kind, head(DO, A + b"Content-Type: " + kind + b"\r\nContent-Length: 2\r\nConnection: close\r\n", "POST") + b"{}", 415)
    attack("no type", head(DO, A + b"Content-Length: 2\r\nConnection: close\r\n", "POST") + b"{}", 415)
    attack("packed", head(DO, JSON + b"Content-Encoding: gzip\r\nContent-Length: 2\r\nConnection: close\r\n", "POST") + b"\x1f\x8b", 415)
    close = b"Connection: close\r\n"
    attack("64 KiB head", head(extra=b"X: " + b"a" * 65536 + b"\r\n"), (431, 0))
    attack("10 MiB head", head(extra=b"X: " + b"a" * (10 << 20) + b"\r\n"), (431, 0))
    attack("10,000 lines", head(extra=b"X: a\r\n" * 10000), (431, 0))
    attack("long target", head("/" + "a" * 100000), (414, 0))
    for target in ("http://%s:%d/healthz" % (HOST, PORT), "http://evil.example/healthz", "*", "evil.example:80",
                   "healthz", "/healthz/../healthz", "//healthz", "/./healthz"):
        attack("target " + target, head(target, close), 404)
    for method in ("TRACE", "OPTIONS", "PUT", "DELETE", "PATCH", "PROPFIND", "get", "QUERY"):
        attack(method, head("/v1/documents", A + close, method), 405)
    attack("CONNECT", head("evil.example:80", close, "CONNECT"), 404)
    for extra in (b"X-HTTP-Method-Override: POST\r\n", b"X-HTTP-Method: DELETE\r\n", b"X-Method-Override: PUT\r\n",
                  b"X-Original-URL: /v1/status\r\n", b"X-Rewrite-URL: /v1/status\r\n", b"X-Forwarded-Host: evil.example\r\n",
                  b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n", b"Expect: 200-ok\r\n"):
        answer = attack("override %r" % extra, head(extra=extra + close), 200)
        if b'"running"' not in answer or b"evil.example" in answer:
            fail("override %r changes something" % extra)
    # Traversal: a word of a path is an id, a number or an ending of one, never a path.
    secret = re.compile(rb"committee:|root:|PRIVATE KEY")
    for word in ("../../../../etc/passwd", "..%2f..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/etc/passwd", "%2e%2e%2f%2e%2e%2fvanthud.yaml",
                 "..%5c..%5cvanthud.yaml", "..%c0%af..%c0%afetc%c0%afpasswd", "%252e%252e%252fvanthud.yaml", "..;/vanthud.yaml",
                 "%2fetc%2fpasswd", "vanthud.yaml%00.pdf", "%e0%80%ae%e0%80%ae%2f", "..%u2215..", "file:%2f%2f%2fetc%2fpasswd",
                 "-", "--help", "--config=%2fetc%2fpasswd", "-c", "@vanthud.yaml", "%0d%0aSet-Cookie:%20a=b", "'%20or%201=1", "$(id)"):
        for path in ("/v1/documents/%s", "/v1/documents/%s/parts/1", "/v1/documents/%s/evidence", "/v1/committees/%s", "/v1/registers/%s"):
            answer = attack("traversal " + path % word, head(path % word, A + close), (400, 404, 422))
            if secret.search(answer) or b"\r\nSet-Cookie" in answer:
                fail("traversal %s: %r" % (path % word, answer[:300]))
    attack("traversal of a part", head("/v1/documents/x/parts/..%2f1", A + close), (400, 404))


# ---- bodies ----

def part(name, content, file=None, extra=b""):
    text = b'--%s\r\nContent-Disposition: form-data; name="%s"' % (BOUNDARY, name)
    return text + (b'; filename="%s"' % file if file is not None else b"") + b"\r\n" + extra + b"\r\n" + content + b"\r\n"


def meta(**fields):
    return json.dumps({"to": "duoi", "type": "KH", "subject": "Thử", **fields}).encode()


def send(*parts, end=b"--" + BOUNDARY + b"--\r\n", extra=b"", length=None):
    body = b"".join(parts) + end
    return head("/v1/documents", A + extra + b"Connection: close\r\nContent-Type: multipart/form-data; boundary=" + BOUNDARY +
                b"\r\nContent-Length: %d\r\n" % (len(body) if length is None else length), "POST") + body


def bodies():
    def act(name, text, want=400):
        attack(name, head(DO, JSON + b"Connection: close\r\nContent-Length: %d\r\n" % len(text), "POST") + text, want)

    act("nested 100,000 deep", b"[" * 100000)
    act("nested objects", b'{"as":' * 50000)
    act("doubled members", b'{"as":"a","as":"b"}')
    act("huge number", b'{"as":1' + b"0" * 10000 + b"}")
    act("1e400", b'{"as":1e400}')
    act("NUL in a text", b'{"as":"a\\u0000b"}')
    act("NUL", b'{"as":"a\x00b"}')
    act("lone surrogate", b'{"as":"\\ud800"}')
    act("broken UTF-8", b'{"as":"\xff"}')
    act("UTF-16", '{"as":"a"}'.encode("utf-16"))
    act("mark of UTF-8", b'\xef\xbb\xbf{}')
    act("trailing", b"{}{}")
    act("a list", b"[]")
    act("prototype", b'{"__proto__":{"as":"a"}}')
    act("unknown", b'{"file":"/etc/passwd"}')
    act("an option", b'{"config":"/etc/passwd"}')
    act("1 MiB and a byte", b" " * ((1 << 20) + 1), 413)
    act("an argument of 128 KiB", b'{"as":"' + b"a" * (128 << 10) + b'"}')

    good_meta, file = part(b"meta", meta()), part(b"file", b"x", b"a.txt")
    for name, parts, want in (
            ("no part", (), 400), ("no meta", (file,), 400), ("no file", (good_meta,), (400, 422)),
            ("meta twice", (good_meta, good_meta, file), 400), ("meta last", (file, good_meta), 400),
            ("a field", (good_meta, part(b"x", b"y"), file), 400), ("file without a name", (good_meta, part(b"file", b"x")), 400),
            ("no JSON", (part(b"meta", b"{"), file), 400), ("meta of 300 KiB", (part(b"meta", b" " * (300 << 10)), file), 413),
            ("base64", (good_meta, part(b"file", b"eA==", b"a.txt", b"Content-Transfer-Encoding: base64\r\n")), 400),
            ("NUL in a head", (good_meta, part(b"file", b"x", b"a\0.txt")), 400),
            ("long head", (good_meta, part(b"file", b"x", b"a" * 20000)), 400),
            ("200 parts", (good_meta,) + (part(b"file", b"", b"a"),) * 200, (400, 413)),
            ("a boundary inside", (good_meta, part(b"file", b"a\r\n--" + BOUNDARY, b"a.txt")), 400),
            ("a date that is none", (part(b"meta", meta(date="2026-02-30")), file), 400),
            ("to itself as a path", (part(b"meta", meta(to="../duoi")), file), (400, 422)),
            ("an id that is none", (part(b"meta", meta(id="../../x")), file), 400)):
        attack("form: " + name, send(*parts), want)
    attack("form: not its end", send(good_meta, file, end=b""), 400)
    attack("form: other boundary", send(good_meta, file).replace(b"boundary=" + BOUNDARY, b"boundary=x"), 400)
    attack("form: a query and a body that differ", send(part(b"meta", meta(dry_run=False)), file).replace(
        b"POST /v1/documents ", b"POST /v1/documents?dry_run=1 "), 400)
    # Names and subjects that would be header lines, paths or commands come back as what they are.
    for name in (b"a\r\nSet-Cookie: a=b", b"%0d%0aSet-Cookie: a=b", b"../../../tmp/x", b"/etc/passwd", b"..", b".", b"CON", b"a" * 300,
                 "ảnh\u202egpj.exe".encode(), b"$(id).txt", b"-rf", b"a\\..\\b"):
        answer = attack("name %r" % name, send(part(b"meta", meta(dry_run=True)), part(b"file", b"x", name)), (200, 400, 422))
        if re.search(rb"\r\nSet-Cookie", answer):
            fail("name %r is a header line" % name)
    for subject in ("a\r\nSet-Cookie: a=b", "\u202e", "<script>", "a\u0000b", "\n"):
        answer = attack("subject %r" % subject, send(part(b"meta", meta(subject=subject, dry_run=True)), file), (200, 400, 422))
        if re.search(rb"\r\nSet-Cookie", answer):
            fail("subject %r is a header line" % subject)
    for key in (b"a\tb", b"\xff", b"a" * 256, b"", b"'; drop"):
        attack("key %r" % key[:20], send(part(b"meta", meta(dry_run=True)), file, extra=b"Idempotency-Key: " + key + b"\r\n"), (200, 400))


def more():
    """Requests that are more than they seem to be, or from elsewhere."""
    close, own = b"Connection: close\r\n", "%s:%d" % (HOST, PORT)

    def sized(body):
        return b"Content-Length: %d\r\n" % len(body)

    # Bodies where none belongs, and bytes behind one that does.
    for method in ("GET", "HEAD"):
        attack(method + " with a request for its body", head("/healthz", close + sized(SMUGGLED), method) + SMUGGLED, (200, 400))
        attack(method + " with a request in a chunk", head("/healthz", close + b"Transfer-Encoding: chunked\r\n", method) +
               b"%x\r\n%s\r\n0\r\n\r\n" % (len(SMUGGLED), SMUGGLED), (200, 400))
    attack("bytes behind a body", head(DO, JSON + close + sized(b"{}"), "POST") + b"{}" + SMUGGLED, 200)
    attack("lines behind a body", head(DO, JSON + close + sized(b"{}"), "POST") + b"{}\r\n\r\nx\r\n" + SMUGGLED, 200)
    attack("a body without a length", head(DO, JSON + close, "POST") + SMUGGLED, 200)
    for value, want in ((b"100-continue", 401), (b"100-Continue, x", (401, 417)), (b"x", (401, 417)), (b"", (400, 401)), (b"100-continue\r\nExpect: x", (400, 401, 417))):
        answer = attack("expectation %r" % value, head(DO, b"Content-Type: application/json\r\nContent-Length: 1000000\r\nExpect: " + value + b"\r\n" + close, "POST"), want)
        if answer.startswith(b"HTTP/1.1 100"):
            fail("expectation %r: who has no token is told to go on" % value)
    for extra in (b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n",
                  b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n",
                  b"Connection: keep-alive, Content-Length\r\n", b"Connection: close, Authorization\r\n", b"TE: trailers, chunked\r\n", b"Trailer: Content-Length\r\n",
                  b"Max-Forwards: 0\r\n", b"Proxy-Connection: keep-alive\r\n", b"Keep-Alive: timeout=999999, max=999999\r\n"):
        attack("field %r" % extra[:40], head(extra=extra), 200, end=False)
    # Pages of elsewhere, asking first or not, and names of this machine that are not the one it has.
    for method in ("OPTIONS", "GET", "POST"):
        answer = attack("page asks: " + method, head("/v1/documents", A + b"Origin: http://evil.example\r\nAccess-Control-Request-Method: POST\r\n"
                        b"Access-Control-Request-Private-Network: true\r\n" + close, method), 403)
        if b"Access-Control" in answer:
            fail("a page of elsewhere is let in")
    answer = attack("page of here asks", head("/v1/documents", A + b"Origin: http://" + own.encode() + b"\r\nAccess-Control-Request-Method: POST\r\n" + close, "OPTIONS"), 405)
    if b"Access-Control" in answer:
        fail("pages are let in")
    for name in ("2130706433", "127.1", "0x7f.0.0.1", "0177.0.0.1", "[::ffff:127.0.0.1]", "[::1]", "[127.0.0.1]", "localhost.", "127.0.0.1.", "localhost.evil.example", "127.0.0.1.nip.io",
                 "x@127.0.0.1", "127.0.0.1%00", "%31%32%37.0.0.1", "127.0.0.1\t", "a" * 5000):
        attack("host " + name[:40], b"GET /healthz HTTP/1.1\r\n" + close + ("Host: %s:%d\r\n\r\n" % (name, PORT)).encode(), (400, 421))
    for port in ("0%d" % PORT, "%d:%d" % (PORT, PORT), "+%d" % PORT, "", "65536", "-1", "%dx" % PORT):
        attack("port " + port, b"GET /healthz HTTP/1.1\r\n" + close + ("Host: 127.0.0.1:%s\r\n\r\n" % port).encode(), (400, 421))
    # What a query may be.
    for query in ("limit=-1", "limit=0", "limit=1001", "limit=99999999999999999999", "limit=0x10", "limit=+1", "limit=%201", "limit=1e1", "limit=", "limit=1&limit=1",
                  "since=-1", "since=1.5", "since=18446744073709551616", "since=NaN", "wait=61", "wait=-1", "since%00=1", "since=1%00", "since[]=1", "since[$ne]=1",
                  "kind=nothing", "kind=" + ",".join(["arrived"] * 40), "feed=../../etc/passwd", "_method=DELETE", "access_token=x", "callback=alert(1)", "%ff=1", "x"):
        attack("query " + query[:40], head("/v1/changes?" + query, A + close), 400)
    for query in ("cursor=../../x", "cursor=" + "A" * 3000, "cursor=%00", "limit=99999999999", "box=", "box=in&box=out", "box=in%00", "from=" + "a" * 5000, "format=../x"):
        attack("list " + query[:40], head("/v1/documents?" + query, A + close), (400, 404, 422))
    for query in ("from=--help", "from=-rf", "q=--config%3D%2Fetc%2Fpasswd", "q=$(id)"):
        answer = attack("option " + query, head("/v1/documents?" + query, A + close), (200, 400))
        if answer.startswith(b"HTTP/1.1 200") and not re.search(rb'"data": ?\[\]', answer):
            fail("option %s is followed: %r" % (query, answer[-300:]))
    attack("10,000 parameters", head("/v1/changes?" + "&".join("a%d=1" % n for n in range(10000)), A + close), (0, 414, 431))
    attack("3,000 short parameters", head("/v1/changes?" + "&".join("a" for _ in range(3000)), A + close), (0, 400, 414, 431))
    attack("1,000 lines", head(extra=b"a: b\r\n" * 1000 + close), (0, 200, 431))
    # Who one is, said otherwise than in the one field.
    right = TOKEN.encode()
    for field in (b"", b"Authorization: \r\n", b"Authorization: Bearer\r\n", b"Authorization: Bearer \r\n", b"Authorization: Basic " + right + b"\r\n", b"Authorization: " + right + b"\r\n",
                  b"Authorization: Bearer " + right + b" x\r\n", b"Authorization: Bearer " + right[:-1] + b"\r\n", b"Authorization: Bearer " + right + b"A\r\n", b"Authorization: Bearer " + right.upper() + b"\r\n",
                  b'Authorization: Bearer "' + right + b'"\r\n', b"Authorization: Bearer " + b"A" * 8000 + b"\r\n", b"Cookie: token=" + right + b"\r\n", b"X-API-Key: " + right + b"\r\n",
                  b"Proxy-Authorization: Bearer " + right + b"\r\n", b"X-Forwarded-For: 127.0.0.1\r\nX-Remote-User: lab\r\nX-Client-Cert: x\r\n"):
        attack("who %r" % field[:40], head("/v1/status", field + close), 401)
    # Guessing: each guess is refused by itself, and makes nobody else's refused.
    s = connect()
    for n in range(500):
        s.sendall(head("/v1/status", b"Authorization: Bearer vt_%043d\r\n" % n, "HEAD"))
        answer = b""
        while b"\r\n\r\n" not in answer:
            piece = s.recv(65536)
            if not piece:
                break
            answer += piece
        if not answer.startswith(b"HTTP/1.1 401 "):
            fail("guess %d: %r" % (n, answer[:60]))
            break
    s.close()
    attack("right after 500 guesses", head("/v1/status", A + close), 200)
    # A thousand at once in one connection: each is answered, in order, or the connection ends.
    s = connect()
    feeder = threading.Thread(target=lambda: s.sendall(b"".join(head("/healthz?" if n % 2 else "/nothing") for n in range(999)) + head("/healthz", close)))
    feeder.start()
    got = statuses(read_all(s))
    feeder.join()
    s.close()
    if got != [404 if n % 2 == 0 else 200 for n in range(999)] + [200]:
        fail("1,000 requests in a row: %d answers" % len(got))
    good("1,000 in a row")


def forms():
    """Forms as no client writes them."""
    good_meta, file = part(b"meta", meta(dry_run=True)), part(b"file", b"x", b"a.txt")

    def disposition(text):
        return b"--" + BOUNDARY + b"\r\n" + text + b"\r\n\r\nx\r\n"

    attack("100,000 parts", send(good_meta, part(b"file", b"", b"a") * 100000), (400, 413))
    inner = b"--c\r\nContent-Disposition: form-data; name=meta\r\n\r\n{}\r\n--c--\r\n"
    attack("a form in a form", send(good_meta, part(b"file", inner, b"a.txt", b"Content-Type: multipart/mixed; boundary=c\r\n")), 200)
    for like in (b"\r\n--" + BOUNDARY[:-1] + b"x\r\n", b"\r\n-" + BOUNDARY, b"\n--" + BOUNDARY + b"\r\n", b"\r--" + BOUNDARY + b"\r\n", b"--" + BOUNDARY + b"--\r\n"):
        attack("like a boundary %r" % like, send(good_meta, part(b"file", like, b"a.txt")), 200)
    for text, want in ((b"x" * 71, 400), (b'""', 400), (b"", 400), (BOUNDARY + b"; boundary=c", 400), (b'"' + BOUNDARY, 400), (b'"' + BOUNDARY + b'"', 200), (b"----\x01", 400), (b"----B", 400)):
        attack("boundary %r" % text[:20], send(good_meta, file).replace(b"boundary=" + BOUNDARY, b"boundary=" + text), want)
    for kind in (b"multipart/mixed", b"multipart/form-datax", b"multipart/related", b"application/x-www-form-urlencoded"):
        attack("type %r" % kind, send(good_meta, file).replace(b"multipart/form-data", kind), 415)
    attack("packed form", send(good_meta, file, extra=b"Content-Encoding: gzip\r\n"), 415)
    attack("blanks behind a boundary", send(good_meta, file).replace(b"--" + BOUNDARY + b"\r\n", b"--" + BOUNDARY + b"  \r\n"), 400)
    attack("words before the first", head("/v1/documents", A + b"Connection: close\r\nContent-Type: multipart/form-data; boundary=" + BOUNDARY +
           b"\r\nContent-Length: %d\r\n" % (len(good_meta) + len(file) + 7 + 8), "POST") + b"words\r\n" + good_meta + file + b"--" + BOUNDARY + b"--", 400)
    attack("bare LF", send(good_meta.replace(b"\r\n", b"\n"), file.replace(b"\r\n", b"\n")), 400)
    attack("another form behind the end", send(good_meta, file, end=b"--" + BOUNDARY + b"--\r\n" + part(b"meta", meta(to="../x")) + file + b"--" + BOUNDARY + b"--\r\n"), 200)
    for text in (b"X: y", b"Content-Disposition: attachment; name=file; filename=a", b'Content-Disposition: form-data; filename="a"', b'Content-Disposition: form-data; name="file"; name="meta"; filename="a"',
                 b'Content-Disposition: form-data; name="file"; filename="a"; filename="b"', b'Content-Disposition: form-data; name="file"; filename="a\r\nContent-Disposition: form-data; name="meta"',
                 b'Content-Disposition: form-data; name="file";\r\n filename="a"', b'Content-Disposition: form-data; name="file\0"; filename="a"', b"Content-Disposition: form-data; name=\"file\"; filename*0=a; filename*1=b",
                 b"Content-Disposition: form-data; name=\"file\"; filename*=iso-8859-1''a", b"Content-Disposition: form-data; name=\"file\"; filename*=utf-8''a%00b", b"Content-Disposition: form-data; name=\"file\"; filename*=utf-8''%c0%ae%c0%ae%2fa",
                 b"Content-Disposition: form-data; name=\"file\"; filename*=utf-8''%e", b"Content-Disposition: form-data; name=\"file\"; filename*=utf-8''a%0d%0ab", b"Content-Disposition: form-data; name=\"file\"; filename*=a",
                 b"Content-Disposition: form-data; name=\"\xff\"; filename=a", b"Content-Disposition: form-data; name=_charset_", b'Content-Disposition: form-data; name="files[]"; filename="a"',
                 b" Content-Disposition: form-data; name=file; filename=a", b"Content-Disposition : form-data; name=file; filename=a", b": x", b""):
        attack("part %r" % text[:90], send(good_meta, disposition(text)), 400)
    for name in (b"..%2f..%2fx", b"%2fetc%2fpasswd", b"..%5c..%5cx", b"%2e%2e", b"a%2fb", b"%e2%80%ae"):
        answer = attack("name %r" % name, send(good_meta, disposition(b"Content-Disposition: form-data; name=\"file\"; filename=\"good.txt\"; filename*=utf-8''" + name)), (200, 400, 422))
        if re.search(rb'"(name|file)":"[^"]*(\.\.|/)', answer):
            fail("name %r is a path: %r" % (name, answer[-200:]))


# ---- connections ----

def crowd():
    """600 that say nothing: others are served, and the process stays small."""
    idle = [connect() for _ in range(600)]
    good("600 idle connections")
    for s in idle[::2]:
        try:
            s.sendall(b"GET /healthz HTTP/1.1\r\n")
        except OSError:
            pass
    good("600 half heads")
    for s in idle:
        s.close()
    good("600 closed")
    # Bodies without a token that never end, and answers that are never read.
    held = []
    for n in range(600):
        s = connect()
        s.setblocking(False)
        try:
            s.send(head(DO, b"Content-Type: application/json\r\nContent-Length: 1000000\r\n", "POST") + b"{"
                   if n % 2 else head("/v1/openapi.json") * 60)
        except OSError:
            pass
        held.append(s)
    good("600 without a token that hold on")
    for s in held:
        s.close()
    good("600 let go")


def slow():
    """Half a head, and no more: it is ended within the time of a head, without a word from us."""
    waiting = []
    for data in (b"", b"GET ", head()[:-2], b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"\r" * 3):
        s = connect()
        s.sendall(data)
        waiting.append((data, s))
    trickle = connect()
    stop = threading.Event()

    def feed():
        try:
            while not stop.wait(0.2):
                trickle.sendall(b"G")
        except OSError:
            pass

    thread = threading.Thread(target=feed)
    thread.start()
    for data, s in waiting:
        try:
            if statuses(read_all(s)) not in ([], [408]):
                fail("slow %r is answered" % data)
        except OSError as e:
            fail("slow %r: %s" % (data, e))
        s.close()
    try:
        read_all(trickle)
    except OSError as e:
        fail("a byte now and then: %s" % e)
    stop.set()
    thread.join()
    good("slow ones")


def cut():
    """Uploads that end in the middle, in every way."""
    whole = send(part(b"meta", meta(number="1-KH/TW")), part(b"file", os.urandom(3 << 20), b"a.bin"))
    for name, at in (("head", 200), ("meta", 600), ("content", 1 << 20), ("all but a byte", len(whole) - 1)):
        for how in ("close", "reset", "half"):
            s = connect()
            try:
                s.sendall(whole[:at])
                if how == "reset":
                    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                if how == "half":
                    s.shutdown(socket.SHUT_WR)
                    if any(status < 400 for status in statuses(read_all(s))):
                        fail("cut in %s (%s) is taken" % (name, how))
            except OSError:
                pass
            s.close()
            good("cut in %s (%s)" % (name, how))
    # Half closed behind a whole request: it is answered.
    attack("half closed", head(extra=b"Connection: close\r\n"), 200, end=False)


{"frames": frames, "heads": heads, "more": more, "bodies": bodies, "forms": forms, "crowd": crowd, "slow": slow, "cut": cut}[GROUP]()
print("%d failures" % len(failures))
sys.exit(1 if failures else 0)
