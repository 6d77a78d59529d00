#!/usr/bin/python3
"""Many local clients with bad manners at once, and a command that has to work among them.

    crowd.py GENERATED RUN-FOLDER TRICK [COMMAND [ARGUMENT…]]

Sets the trick up, runs the command while it lasts, and prints one line of JSON: its exit code and what the daemon answered the crowd."""
import collections
import json
import os
import pathlib
import socket
import subprocess
import sys
import time

sys.path.insert(0, sys.argv[1])
from proto import control_pb2, envelope_pb2  # noqa: E402

RUN = pathlib.Path(sys.argv[2])
MIB = 1 << 20
said = collections.Counter()


def connect(name):
    s = socket.socket(socket.AF_UNIX)
    s.connect(str(RUN / (name + ".sock")))  # waits while the daemon has not taken those before
    return s


def framed(request):
    data = request.SerializeToString()
    return len(data).to_bytes(4, "big") + data


def push(s, data):
    """As much of it as the daemon takes now: how many bytes."""
    s.setblocking(False)
    sent = 0
    try:
        while sent < len(data):
            sent += s.send(data[sent:])
    except BlockingIOError:
        pass
    except (BrokenPipeError, ConnectionResetError):
        said["gone"] += 1
    return sent


def listen(s):
    """What the daemon has sent this client so far, without waiting."""
    s.setblocking(False)
    data = b""
    try:
        while piece := s.recv(MIB):
            data += piece
    except (BlockingIOError, ConnectionResetError):
        pass
    while len(data) >= 4 and len(data) >= 4 + (n := int.from_bytes(data[:4], "big")):
        r = control_pb2.Reply.FromString(data[4:4 + n])
        data = data[4 + n:]
        said["VT-%d" % r.error.code if r.WhichOneof("what") == "error" else r.WhichOneof("what")] += 1


def status(number):
    r = control_pb2.Request(id=number)
    r.status.SetInParent()
    return framed(r)


def submission(number, size, streamed=True):
    r = control_pb2.Request(id=number)
    now = int(time.time() * 1000)
    r.submit.id = now.to_bytes(6, "big") + bytes([0x70 | os.urandom(1)[0] & 15]) + os.urandom(1) + bytes([0x80]) + os.urandom(7)
    r.submit.recipients.add(committee="thads")
    body = envelope_pb2.DocumentBody(number="%d-CV/X" % number, type_code="CV", type_name="Công văn", subject="thử", business=1)
    body.parts.add(name="p", media_type="application/octet-stream")
    r.submit.body = body.SerializeToString()
    r.submit.parts.add(size_bytes=size, streamed=streamed, content=b"" if streamed else bytes(size))
    return framed(r)


def idle(name="read", count=256):
    return [connect(name) for _ in range(count)]


def idle_everywhere():
    return idle("office", 300) + idle("operate", 300) + idle("read", 300)


def unread(count=252):
    """A frame of a MiB each, and then requests without end whose replies nobody reads."""
    crowd = idle("read", count)
    junk = control_pb2.Request(id=1)
    junk.trace.text = "x" * (MIB - 64)
    data = framed(junk) + b"".join(status(n) for n in range(2, 3000))
    left = {s: data for s in crowd}
    end = time.time() + 2
    while time.time() < end:
        for s in crowd:
            left[s] = left[s][push(s, left[s]):]
        time.sleep(0.05)
    return crowd


def half(count=600):
    """Frames that are announced whole and sent half."""
    crowd = []
    for n in range(count):
        s = connect(("read", "operate", "office")[n % 3])
        push(s, MIB.to_bytes(4, "big") + bytes(MIB // 2))
        crowd.append(s)
    return crowd


def uploads(clients=128, each=4):
    """Submissions whose contents begin and never end."""
    crowd = []
    for _ in range(clients):
        s = connect("office")
        push(s, b"".join(submission(n + 1, 10 * MIB) for n in range(each)))
        piece = []
        for n in range(each):
            r = control_pb2.Request(id=n + 1)
            r.data.bytes = bytes(1000)
            piece.append(framed(r))
        push(s, b"".join(piece))
        crowd.append(s)
    return crowd


def knocks(count=3000):
    """Comes again and again while the daemon has no connection left for it."""
    crowd = idle("read", 200)
    for _ in range(count):
        connect("read").close()
    return crowd


def main():
    crowd = globals()[sys.argv[3].replace("-", "_")]()
    code = subprocess.call(sys.argv[4:], stdout=subprocess.DEVNULL) if len(sys.argv) > 4 else 0
    for s in crowd:
        try:
            listen(s)
        except OSError:
            pass
    print(json.dumps({"exit": code, "clients": len(crowd), "said": said}))


main()
