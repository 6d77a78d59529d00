#!/usr/bin/env python3
"""What an attacker with a socket tries on vanthu-gateway's TLS.   tls_attack.py GROUP HOST:PORT CA.pem PID

Hellos are written byte by byte here, since no library of today still writes the worst of them. After each a good
request must be served. Prints what was otherwise; exit 1 then. The waits are bounds of what hangs: nothing is measured."""
import os
import re
import socket
import ssl
import struct
import subprocess
import sys

GROUP, AT, CA, PID = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
HOST, PORT = AT.rsplit(":", 1)
PORT = int(PORT)
WAIT_S = 120
RESIDENT_MAX_KIB = 64 * 1024
REQUEST = b"GET /healthz HTTP/1.1\r\nHost: " + AT.encode() + b"\r\nConnection: close\r\n\r\n"
ALERT, HANDSHAKE = 21, 22
SSL3, TLS10, TLS11, TLS12 = 0x0300, 0x0301, 0x0302, 0x0303
GOOD = (0xC02B, 0xC02F, 0xC02C, 0xC030)  # ECDHE, AES-GCM
SAFE = 0x00FF  # says that renegotiation would be secured (RFC 5746)
failures = []


def fail(text):
    failures.append(text)
    print("not as it should be: " + text)


def connect():
    s = socket.create_connection((HOST, PORT), WAIT_S)
    s.settimeout(WAIT_S)
    return s


def trusting(**more):
    context = ssl.create_default_context(cafile=CA)
    for name, value in more.items():
        setattr(context, name, value)
    return context


def read_all(s):
    """Until the other side ends it."""
    out = b""
    try:
        while True:
            piece = s.recv(65536)
            if not piece:
                return out
            out += piece
    except (ConnectionResetError, BrokenPipeError, ssl.SSLError):
        return out


def good(after, context=None):
    try:
        with (context or trusting()).wrap_socket(connect(), server_hostname=HOST) as s:
            s.sendall(REQUEST)
            answer = read_all(s)
    except OSError as e:
        answer = str(e).encode()
    if not answer.startswith(b"HTTP/1.1 200 "):
        fail("%s: afterwards a good request gets %r" % (after, answer[:80]))
    try:
        resident = int(re.search(r"VmRSS:\s+(\d+)", open("/proc/%d/status" % PID).read()).group(1))
        if resident > RESIDENT_MAX_KIB:
            fail("%s: %d KiB resident" % (after, resident))
    except OSError:
        fail("%s: the gateway is gone" % after)


def record(kind, body, version=TLS10):
    return struct.pack(">BHH", kind, version, len(body)) + body


def extension(kind, body):
    return struct.pack(">HH", kind, len(body)) + body


def listed(body, size=2):
    return len(body).to_bytes(size, "big") + body


GROUPS = extension(10, listed(struct.pack(">HH", 23, 29))) + extension(11, b"\1\0")
SIGNATURES = extension(13, listed(struct.pack(">HHH", 0x0403, 0x0804, 0x0401)))


def hello(version, ciphers, extensions=GROUPS + SIGNATURES):
    """A handshake message, whole."""
    body = struct.pack(">H", version) + b"\x5a" * 32 + b"\0" + listed(b"".join(struct.pack(">H", c) for c in (*ciphers, SAFE))) + b"\1\0"
    if extensions is not None:
        body += listed(extensions)
    return b"\1" + len(body).to_bytes(3, "big") + body


def answer_to(data):
    """The first record that comes back: its type, and of an alert what it says."""
    s = connect()
    try:
        s.sendall(data)
        s.shutdown(socket.SHUT_WR)
    except OSError:
        pass
    try:
        got = read_all(s)
    except OSError as e:
        fail("%r: %s" % (data[:12], e))
        got = b""
    s.close()
    return got


def refused(name, data):
    got = answer_to(data)
    if got and got[0] != ALERT:
        fail("%s is answered with %r" % (name, got[:40]))
    good(name)


def versions():
    for name, version in (("SSL 3.0", SSL3), ("TLS 1.0", TLS10), ("TLS 1.1", TLS11)):
        refused(name, record(HANDSHAKE, hello(version, GOOD + (0xC009, 0xC013, 0x002F, 0x000A))))
        refused(name + " without extensions", record(HANDSHAKE, hello(version, (0xC013, 0x002F, 0x000A), None)))
    refused("SSL 2.0", b"\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10" + b"\x07\x00\xc0\x01\x00\x80\x06\x00\x40" * 2 + b"\x5a" * 19)
    # TLS 1.3 is asked for in an extension: older ones there are refused, too.
    for name, value in (("TLS 1.1", TLS11), ("a draft", 0x7F1C), ("none that is known", 0x0A0A)):
        refused("supported_versions: " + name, record(HANDSHAKE, hello(TLS12, GOOD, GROUPS + SIGNATURES + extension(43, listed(struct.pack(">H", value), 1)))))
    weak = (("NULL", (0x0000, 0x0001, 0x0002, 0x003B, 0xC006, 0xC010)), ("anonymous", (0x0018, 0x0034, 0x006C, 0x00A6, 0xC018)),
            ("export", (0x0003, 0x0006, 0x0008, 0x0014)), ("RC4", (0x0004, 0x0005, 0xC007, 0xC011)), ("DES", (0x0009, 0x0015, 0x0012)),
            ("3DES", (0x000A, 0x0016, 0xC008, 0xC012)), ("RSA without forward secrecy", (0x002F, 0x0035, 0x003C, 0x009C, 0x009D)),
            ("CBC", (0xC009, 0xC00A, 0xC013, 0xC014, 0xC023, 0xC024, 0xC027, 0xC028, 0x0033, 0x0067)), ("PSK", (0x008C, 0x00A8)), ("SRP", (0xC01A, 0xC01D)))
    for name, ciphers in weak:
        refused(name, record(HANDSHAKE, hello(TLS12, ciphers)))
    refused("SHA-1 signatures alone", record(HANDSHAKE, hello(TLS12, GOOD, GROUPS + extension(13, listed(struct.pack(">HHH", 0x0203, 0x0201, 0x0101))))))
    refused("renegotiation unsecured", record(HANDSHAKE, hello(TLS12, GOOD).replace(struct.pack(">HH", GOOD[-1], SAFE), struct.pack(">HH", GOOD[-1], GOOD[0]))))
    # What these would look like if they were taken.
    if not answer_to(record(HANDSHAKE, hello(TLS12, GOOD))).startswith(b"\x16\x03\x03"):
        fail("a good hello written here is not answered")
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        good(version.name, trusting(minimum_version=version, maximum_version=version))


def records():
    whole = hello(TLS12, GOOD)
    for name, data in (
            ("plain HTTP", REQUEST), ("garbage", os.urandom(4096)), ("zeros", b"\0" * 4096), ("0xff", b"\xff" * 4096), ("nothing", b""),
            ("SSH", b"SSH-2.0-OpenSSH_9.2\r\n"), ("HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
            ("PROXY line", b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n" + record(HANDSHAKE, whole)),
            ("a record of 65,535 bytes", struct.pack(">BHH", HANDSHAKE, TLS10, 0xFFFF) + b"\1" * 0xFFFF),
            ("a record of 16 KiB and 1 byte", record(HANDSHAKE, b"\1" + b"\0" * (1 << 14))),
            ("a message of 16 MiB", record(HANDSHAKE, b"\1\xff\xff\xff" + b"\0" * 16000) * 64),
            ("empty records", record(HANDSHAKE, b"") * 2000), ("empty data", record(23, b"") * 2000),
            ("data first", record(23, b"GET / HTTP/1.1\r\n")), ("an alert first", record(ALERT, b"\2\x28")), ("1,000 warnings", record(ALERT, b"\1\x5a") * 1000),
            ("change of cipher first", record(20, b"\1") * 50), ("heartbeat", record(HANDSHAKE, whole) + record(24, b"\1\x40\0")),
            ("an unknown record", record(99, b"x")), ("no hello", record(HANDSHAKE, b"\x10\0\0\2\0\0")), ("finished first", record(HANDSHAKE, b"\x14\0\0\x0c" + b"\0" * 12)),
            ("two hellos", record(HANDSHAKE, whole + whole)), ("hello, then data", record(HANDSHAKE, whole) + record(23, REQUEST)),
            ("a hello shorter than it says", record(HANDSHAKE, whole[:1] + b"\0\0\x10" + whole[4:])),
            ("a session id of 255 bytes", record(HANDSHAKE, b"\1\0\1\x22" + struct.pack(">H", TLS12) + b"\x5a" * 32 + b"\xff" * 256)),
            ("no ciphers", record(HANDSHAKE, hello(TLS12, ()))), ("60,000 bytes of ciphers", b"".join(
                record(HANDSHAKE, hello(TLS12, (0x0A0A,) * 30000)[i:i + 16000]) for i in range(0, 60100, 16000))),
            ("an extension beyond its hello", record(HANDSHAKE, hello(TLS12, GOOD, b"\0\0\xff\xff"))),
            ("an extension twice", record(HANDSHAKE, hello(TLS12, GOOD, GROUPS + GROUPS + SIGNATURES))),
            ("no group in common", record(HANDSHAKE, hello(TLS12, GOOD, extension(10, listed(b"\xfe\xfe")) + SIGNATURES))),
            ("compression", record(HANDSHAKE, whole.replace(b"\1\0" + listed(GROUPS + SIGNATURES), b"\2\1\0" + listed(GROUPS + SIGNATURES)[:-1])))):
        got = answer_to(data)
        if b"HTTP/1.1" in got or b"vanthu" in got:
            fail("%s is answered in plain text: %r" % (name, got[:60]))
        good(name)
    # Names that a client may say: none of ours; it is the certificate that tells who we are.
    for name in (b"evil.example", b"a" * 255, b"a\0b", b"../../x", b"", b"\xff", b"127.0.0.1"):
        answer_to(record(HANDSHAKE, hello(TLS12, GOOD, extension(0, listed(b"\0" + listed(name))) + GROUPS + SIGNATURES)))
        good("server name %r" % name)
    # A hello in records of a byte each is one all the same (RFC 8446, 5.1); and so is one that comes byte by byte.
    if not answer_to(b"".join(record(HANDSHAKE, bytes([b])) for b in whole)).startswith(b"\x16\x03\x03"):
        fail("a hello in records of one byte is not answered")
    inward, outward = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = trusting().wrap_bio(inward, outward, server_hostname=HOST)
    s, answer = connect(), b""
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    steps = [tls.do_handshake, lambda: tls.write(REQUEST), lambda: tls.read(65536)]
    while steps and not answer:
        try:
            answer = steps[0]() if len(steps) == 1 else steps[0]() and b""
            steps.pop(0)
        except ssl.SSLWantReadError:
            for byte in outward.read():
                s.send(bytes([byte]))
            got = s.recv(65536)
            inward.write(got) if got else inward.write_eof()
    if not answer.startswith(b"HTTP/1.1 200 "):
        fail("a handshake byte by byte: %r" % answer[:60])
    s.close()


def again():
    """Handshakes within a connection cost the server more than the client: there are none, or few."""
    for name, version, letters in (("renegotiation", "-tls1_2", "R"), ("keys without end", "-tls1_3", "K"), ("keys without end", "-tls1_3", "k")):
        p = subprocess.run(["openssl", "s_client", version, "-CAfile", CA, "-connect", AT], input=("%s\n" % letters * 60).encode(), capture_output=True, timeout=WAIT_S)
        if name == "renegotiation" and p.stdout.count(b"RENEGOTIATING") + p.stderr.count(b"RENEGOTIATING") > 2:
            fail("renegotiation goes on")
        good(name)
    # A thousand requests at once, in records that end anywhere: what waits in a record is served as what waits in a socket.
    stays = REQUEST.replace(b"Connection: close\r\n", b"")
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        with trusting(minimum_version=version, maximum_version=version).wrap_socket(connect(), server_hostname=HOST) as s:
            data = stays * 999 + REQUEST
            for piece in (data[:1], data[1:20], data[20:5000], data[5000:]):
                s.sendall(piece)
            try:
                count = read_all(s).count(b"HTTP/1.1 200 ")
            except OSError as e:
                count = str(e)
            if count != 1000:
                fail("%s: 1,000 requests in a row have %s answers" % (version.name, count))
    # No session is taken up again: whoever was let in once proves it each time.
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = trusting(minimum_version=version, maximum_version=version)
        session = None
        for _ in range(2):
            with context.wrap_socket(connect(), server_hostname=HOST, session=session) as s:
                s.sendall(REQUEST)
                read_all(s)
                session = s.session
                if s.session_reused:
                    fail("%s: a session is taken up again" % version.name)


def stalled():
    """Handshakes that stop in the middle keep nobody out, and are ended."""
    whole = record(HANDSHAKE, hello(TLS12, GOOD))
    held = []
    for n in range(3000):
        s = connect()
        try:
            s.sendall((b"", whole[:1], whole[:5], whole[:-1], whole)[n % 5])
        except OSError:
            pass
        held.append(s)
        if n % 100 == 99:
            good("%d handshakes stand still" % (n + 1))
    for n, s in enumerate(held):
        try:
            read_all(s)
        except OSError as e:
            fail("handshake %d is never ended: %s" % (n, e))
        s.close()
    good("all have been ended")


{"versions": versions, "records": records, "again": again, "stalled": stalled}[GROUP]()
print("%d failures" % len(failures))
sys.exit(1 if failures else 0)
