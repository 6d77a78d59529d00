#!/usr/bin/env python3
"""What one program that is let in may take from another.   http_crowd.py GROUP HOST:PORT TOKEN-FILE OTHER-TOKEN-FILE PID FILE

FILE is what the only document has as its first part. Prints what is not as it should be; exit 1 then. The waits are
bounds of what hangs: nothing is measured."""
import re
import select
import socket
import sys

GROUP, AT, GREEDY, OTHER, PID, FILE = sys.argv[1:]
HOST, PORT = AT.rsplit(":", 1)
GREEDY, OTHER = open(GREEDY).read().strip(), open(OTHER).read().strip()
WAIT_S = 120
RESIDENT_MAX_KIB = 64 * 1024
PART = "/v1/documents/1-KH%2FCT/parts/1"
failures = []


def fail(text):
    failures.append(text)
    print("not as it should be: " + text)


def ask(path, token, extra=""):
    """A connection with a request under way."""
    s = socket.create_connection((HOST, int(PORT)), WAIT_S)
    s.settimeout(WAIT_S)
    s.sendall(("GET %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n%s\r\n" % (path, AT, token, extra)).encode())
    return s


def read_until(s, mark=None):
    out = b""
    try:
        while mark is None or mark not in out:
            piece = s.recv(1 << 20)
            if not piece:
                break
            out += piece
    except OSError as e:
        out += str(e).encode()
    return out


def status(answer):
    m = re.match(rb"HTTP/1\.1 (\d\d\d) ", answer)
    return int(m.group(1)) if m else 0


def served(name, path="/v1/status", token=OTHER, want=200):
    s = ask(path, token, "Connection: close\r\n")
    answer = read_until(s)
    s.close()
    if status(answer) != want:
        fail("%s: %s gets %r, not %d" % (name, path, answer[:80], want))
    resident = int(re.search(r"VmRSS:\s+(\d+)", open("/proc/%s/status" % PID).read()).group(1))
    if resident > RESIDENT_MAX_KIB:
        fail("%s: %d KiB resident" % (name, resident))
    return answer


def polls():
    last = re.search(rb'"next":(\d+)', served("first", "/v1/changes")).group(1).decode()
    held = [ask("/v1/changes?since=%s&wait=60" % last, GREEDY) for _ in range(600)]
    served("600 polls")
    served("600 polls", "/v1/changes?since=0")
    # Whoever has its share is told at once.
    if status(read_until(held[-1], b"\r\n\r\n")) not in (0, 503):
        fail("the last of 600 polls waits as the first")
    # Whoever has gone holds nothing: its share is back before a poll that began later and is shorter has ended.
    for s in held:
        s.close()
    served("polls let go", "/v1/changes?since=0")
    later = ask("/v1/changes?since=%s&wait=50" % last, OTHER)
    while True:
        s = ask("/v1/changes?since=0", GREEDY, "Connection: close\r\n")
        back = status(read_until(s)) == 200
        s.close()
        if back or select.select([later], [], [], 0.1)[0]:
            break
    if not back:
        fail("600 polls that have gone are held until they are over")
    later.close()


def streams():
    held = [ask("/v1/events", GREEDY) for _ in range(600)]
    served("600 streams")
    s = ask("/v1/events", OTHER)
    if b"text/event-stream" not in read_until(s, b"retry: 2000"):
        fail("600 streams: another's does not begin")
    s.close()
    for s in held:
        s.close()
    served("streams let go", "/v1/changes?since=0")


def readers():
    size = len(open(FILE, "rb").read())
    held = []
    for _ in range(100):
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.settimeout(WAIT_S)
        s.connect((HOST, int(PORT)))
        s.sendall(("GET %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n\r\n" % (PART, AT, GREEDY)).encode())
        held.append(s)
    answer = served("100 that do not read", PART)
    if not answer.endswith(open(FILE, "rb").read()[-4096:]):
        fail("100 that do not read: another's download is %d bytes" % len(answer))
    served("100 that do not read")
    # Ended by the gateway: what had gone can still be read, and then no more comes.
    refused = 0
    for n, s in enumerate(held):
        got, head = 0, b""
        try:
            while got <= size:
                piece = s.recv(65536) if got or s.recv(1, socket.MSG_PEEK) else b""
                if not piece:
                    break
                head += piece[:16] if got else b""
                got += len(piece)
        except OSError as e:
            if isinstance(e, socket.timeout):
                fail("reader %d is never ended" % n)
        s.close()
        refused += status(head) == 503
    # three quarters of the gateway's connections to the daemon are a token's
    if refused > 100 - 48:
        fail("%d of 100 readers were refused" % refused)
    served("readers gone", PART)


def ranges():
    whole = open(FILE, "rb").read()
    for text in ("0-," * 1000 + "0-", ",".join("%d-%d" % (n, n) for n in range(1000)), "0-0,-1", "5-2", "-0", "-", "a-b", "0-18446744073709551615", "18446744073709551616-",
                 "99999999999999999999-", "0-99999999999999999999", "-99999999999999999999", "%d-" % len(whole), "0x0-0x1", " 0-1", "0 - 1", "+0-1", "0-1;2-3"):
        s = ask(PART, OTHER, "Connection: close\r\nRange: bytes=%s\r\n" % text)
        answer = read_until(s)
        s.close()
        head, _, body = answer.partition(b"\r\n\r\n")
        right = {200: lambda: body == whole, 206: lambda: b"multipart" not in head and len(body) <= len(whole), 416: lambda: b"bytes */%d" % len(whole) in head, 400: lambda: True}
        if not right.get(status(answer), lambda: False)():
            fail("range %r: %r and %d bytes" % (text[:40], head[:60], len(body)))
    for unit in ("items=0-1", "bytes", "bytes=", "BYTES=0-1", "bytes=0-1\r\nRange: bytes=2-3"):
        s = ask(PART, OTHER, "Connection: close\r\nRange: %s\r\n" % unit)
        answer = read_until(s)
        s.close()
        if status(answer) not in (200, 206, 400, 416):
            fail("range %r: %r" % (unit, answer[:60]))
    served("ranges")


{"polls": polls, "streams": streams, "readers": readers, "ranges": ranges}[GROUP]()
print("%d failures" % len(failures))
sys.exit(1 if failures else 0)
