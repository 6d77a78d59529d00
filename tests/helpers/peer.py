#!/usr/bin/python3
"""A committee in another language: what docs/PROTOCOL.md says, the .proto files, and nothing else of vanthu.

    peer.py FOLDER REGISTRY SELF STATE take [--send FILE... --to ID]   stands in for SELF's daemon until it gets a line on stdin
    peer.py FOLDER REGISTRY SELF STATE visit HOST                      asks that committee for a newer directory than REGISTRY's
    peer.py FOLDER - - - inbox SOCKET                                  reads an inbox over a local socket

FOLDER has the classes that protoc made. It keeps what it gets in STATE, and says on stdout what happens: `up`, `document ID`, `file SHA256`,
`receipt ID`, `acknowledged`, `aside ID`, `doubted ID` and so on. All state in memory: enough to speak, not to run an office,
and each run is a new store, of which it says that whoever runs it knows (`settled`)."""
import argparse
import hashlib
import os
import pathlib
import socket
import sys
import time

import zmq
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography import x509

CHUNK, FACTS, URGENT, NORMAL = 32 * 1024, 1, 2, 3
HELLO, SUBSCRIBE, PUBLISH, ACKNOWLEDGE, CREDIT, PING, PONG, BYE, COMPLETE, PINNED, OPEN_BULK, HELLO_WANTED = range(1, 13)
DIRECTORY_WANTED, DIRECTORY_PART, FETCH, CHUNK_OF, UNAVAILABLE = 13, 14, 20, 21, 22
DOCUMENT, RECEIPT, REFUSAL, DOUBT, CORRECTION = 1, 2, 3, 8, 9
TOLERANCE_MS, DOUBT_AGAIN_S, HELLO_AGAIN_S = 300000, 2, 2
SPKI = bytes.fromhex("302a300506032b6570032100")


def sha256(data):
    return hashlib.sha256(data).digest()


def u64(n):
    return n.to_bytes(8, "big")


def pae(kind, payload):
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def tree(leaves):
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return sha256(b"\x01" + tree(leaves[:k]) + tree(leaves[k:])) if leaves else sha256(b"")


def leaves_of(content):
    return [sha256(b"\x00" + content[i:i + CHUNK]) for i in range(0, len(content), CHUNK)]


def climb(leaf, index, count, path):
    """RFC 9162 §2.1.3.2: the root from a leaf and its audit path."""
    fn, sn, at = index, count - 1, leaf
    for i in range(0, len(path), 32):
        step = path[i:i + 32]
        if fn & 1 or fn == sn:
            at = sha256(b"\x01" + step + at)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            at = sha256(b"\x01" + at + step)
        fn, sn = fn >> 1, sn >> 1
    assert sn == 0, "audit path"
    return at


def report(*words):
    print(*words, flush=True)


def now_ms():
    return int(time.time() * 1000)


def new_id():
    ms = now_ms()
    raw = bytearray(ms.to_bytes(6, "big") + os.urandom(10))
    raw[6], raw[8] = raw[6] & 15 | 0x70, raw[8] & 63 | 0x80
    return bytes(raw)


class Directory:
    """Checked against the registry's root certificate, as "Directory" has it."""

    def __init__(self, file, root_pem):
        root = x509.load_pem_x509_certificate(root_pem).public_key()
        self.root = root.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        self.load(envelope_pb2.DirectoryFile.FromString(file))

    def load(self, directory):
        self.keys = {sha256(SPKI + self.root): ("registry", self.root)}
        _, payload = self.open(directory.head)
        self.body = envelope_pb2.DirectoryBody.FromString(payload.body)
        assert tree([sha256(b"\x00" + e) for e in directory.entries]) == self.body.entries_root, "entries' root"
        self.entries = {e.id: e for e in map(envelope_pb2.DirectoryEntry.FromString, directory.entries)}
        self.raw = dict(zip(self.entries, directory.entries))
        self.keys.update({k.key_id: (e.id, k.public_key) for e in self.entries.values() for k in e.keys if k.use == 1})

    def open(self, data):
        """Digest and payload of an envelope that its origin signed."""
        envelope = envelope_pb2.Envelope.FromString(data)
        kind = envelope.payload_type.encode()
        message = pae(kind, envelope.payload)
        for s in envelope.signatures:
            if s.key_id not in self.keys:
                continue
            signed = message
            if s.HasField("batch"):
                root = climb(sha256(b"\x00" + sha256(message)), s.batch.leaf_index, s.batch.leaf_count, s.batch.path)
                signed = pae(b"application/vnd.vanthu.batch.v1", root + u64(s.batch.leaf_count))
            owner, public_key = self.keys[s.key_id]
            ed25519.Ed25519PublicKey.from_public_bytes(public_key).verify(s.signature, signed)
            payload = envelope_pb2.Payload.FromString(envelope.payload)
            assert payload.head.origin == owner, "signed by another"
            return sha256(message), payload
        raise AssertionError("no key that we know")


class Lane:
    """Both directions of one lane: what we publish, and what we have of the neighbour's stream."""

    def __init__(self, lane):
        self.lane, self.stream, self.items, self.sent, self.credit = lane, os.urandom(16), [], 0, 0
        self.subscribed = False
        self.chain = self.start(self.stream, 0)
        self.acked, self.rejected = 0, set()
        self.their_stream, self.have, self.their_chain = None, 0, None

    @staticmethod
    def start(stream, base):
        return stream + u64(base) + bytes(8)

    def put(self, envelope, digest, relays=(), targets=(), spoil=False):
        """spoil: a chain that nobody can follow. It is our word about our own stream all the same, and the next one goes on from it."""
        self.chain = os.urandom(32) if spoil else sha256(self.chain + u64(len(self.items) + 1) + digest)
        self.items.append(peer_pb2.Item(seq=len(self.items) + 1, envelope=envelope, relays=relays, targets=targets, chain=self.chain))


class Peer:
    def __init__(self, registry, folder, state, options):
        self.at_once, self.ahead = options.at_once, {DOCUMENT: options.ahead * 1000, RECEIPT: options.ahead * 1000}
        self.spoil = options.spoil
        lab = pathlib.Path(folder)
        self.state = pathlib.Path(state)
        self.id = lab.name
        self.directory = Directory(pathlib.Path(registry, "directory.vtd").read_bytes(), pathlib.Path(registry, "root.pem").read_bytes())
        self.signing = serialization.load_pem_private_key((lab / "sign.key").read_bytes(), None)
        raw = self.signing.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        self.key_id = sha256(SPKI + raw)
        self.superior = self.directory.entries[self.directory.entries[self.id].superior]
        secret = (lab / "link.key").read_bytes().split()[0]
        self.curve = (secret, zmq.curve_public(secret))
        self.context, self.bulk = zmq.Context(), None
        self.lanes = {n: Lane(n) for n in (FACTS, URGENT, NORMAL)}
        self.files, self.wanted = {}, []
        self.mark = peer_pb2.StoreMark(store=os.urandom(16), starts=1, run=os.urandom(16))
        self.seen = peer_pb2.StoreSeen()
        self.signed, self.aside = {}, {}  # digest → (kind, when we said we signed it); token → what waits for its signer's word
        self.up, self.next_hello, self.token, self.sent_at, self.control = False, 0, 0, 0, None

    # ---- connections and frames ----

    def dial(self, host):
        s = self.context.socket(zmq.DEALER)
        s.linger = 200
        s.curve_secretkey, s.curve_publickey = self.curve
        s.curve_serverkey = next(k.public_key for k in host.keys if k.use == 2)
        s.connect(host.endpoint)
        return s

    def say(self, kind, message, on=None):
        (on or self.control).send(b"VT\x01" + bytes([kind]) + message.SerializeToString())

    def hello(self, answer):
        offers = [peer_pb2.StreamOffer(lane=n, stream=l.stream, begin=0, last=len(l.items)) for n, l in sorted(self.lanes.items())]
        self.next_hello = time.time() + HELLO_AGAIN_S
        self.say(HELLO, peer_pb2.Hello(protocol_min=1, protocol_max=1, committee=self.id, purpose=1, answer=answer, streams=offers,
                                       directory_version=self.directory.body.version, wall_ms=now_ms(), seen=self.seen,
                                       acknowledged=[l.acked for _, l in sorted(self.lanes.items())],
                                       store=peer_pb2.StoreStand(mark=self.mark, settled=1)))

    def down(self, seconds):
        """The connection has ended, or its word is no longer heard: another one, and Hello, after that time."""
        self.up = False
        for lane in self.lanes.values():
            lane.subscribed = False
        self.control.close()
        self.control, self.bulk = self.dial(self.superior), None
        self.next_hello = time.time() + seconds

    def ping(self):
        self.token, self.sent_at = int.from_bytes(os.urandom(8), "big") | 1, time.monotonic()
        self.say(PING, peer_pb2.Ping(token=self.token, directory_version=self.directory.body.version, wall_ms=now_ms()))

    def open_bulk(self):
        if self.bulk is None:
            self.bulk = self.dial(self.superior)
            self.say(HELLO, peer_pb2.Hello(protocol_min=1, protocol_max=1, committee=self.id, purpose=2), self.bulk)

    # ---- envelopes ----

    def seal(self, kind, name, head, body):
        head.origin, head.kind, head.body_version, head.secrecy, head.hop_limit = self.id, kind, 1, 1, 16
        head.signed_at_ms, head.directory_version = now_ms() + self.ahead.pop(kind, 0), self.directory.body.version
        payload = envelope_pb2.Payload(head=head, body=body.SerializeToString()).SerializeToString()
        media = "application/vnd.vanthu.%s.v1" % name
        message = pae(media.encode(), payload)
        signature = envelope_pb2.Signature(key_id=self.key_id, signature=self.signing.sign(message))
        self.signed[sha256(message)] = kind, head.signed_at_ms
        return envelope_pb2.Envelope(payload=payload, payload_type=media, signatures=[signature]).SerializeToString(), sha256(message)

    def fact(self, kind, name, to, body, relays=()):
        envelope, own = self.seal(kind, name, envelope_pb2.Head(id=new_id(), urgency=1, recipients=[{"committee": to}]), body)
        self.lanes[FACTS].put(envelope, own, relays)
        self.pump()

    def receipt(self, digest, head, relays):
        body = envelope_pb2.ReceiptBody(document={"origin": head.origin, "id": head.id, "digest": digest}, received_at_ms=now_ms())
        setattr(body, "from", self.superior.id)
        self.fact(RECEIPT, "receipt", head.origin, body, relays)

    # ---- times that are not believed ----

    def set_aside(self, lane, item, digest, payload):
        token = os.urandom(16)
        self.aside[token] = {"lane": lane, "item": item, "digest": digest, "payload": payload, "next": 0, "pause": DOUBT_AGAIN_S}
        report("aside", payload.head.id.hex(), payload.head.origin)
        self.doubt()

    def doubt(self):
        for token, a in self.aside.items():
            head = a["payload"].head
            if not self.up or time.time() < a["next"]:
                continue
            a["next"], a["pause"] = time.time() + a["pause"], 2 * a["pause"]
            about = {"origin": head.origin, "id": head.id, "digest": a["digest"]}
            if head.kind != DOCUMENT:
                ref = envelope_pb2.ReceiptBody.FromString(a["payload"].body).document  # all facts begin with it
                about = {"origin": ref.origin, "id": ref.id, "digest": a["digest"]}
            self.fact(DOUBT, "doubt", head.origin, envelope_pb2.DoubtBody(
                document=about, digest=a["digest"], kind=head.kind, signed_at_ms=head.signed_at_ms, at_ms=now_ms(), token=token,
                envelope=b"" if head.kind == DOCUMENT else a["item"].envelope))

    def on_doubt(self, head, body):
        kind, said_ms = self.signed.get(body.digest, (0, 0))
        report("doubted", body.document.id.hex(), head.origin, "kind %d" % body.kind)
        if kind == body.kind and said_ms > now_ms():
            self.fact(CORRECTION, "correction", head.origin, envelope_pb2.CorrectionBody(
                document=body.document, digest=body.digest, kind=body.kind, at_ms=now_ms(), token=body.token))

    def on_correction(self, head, body):
        a = self.aside.get(body.token)
        if a is None or (head.origin, body.digest) != (a["payload"].head.origin, a["digest"]) or head.signed_at_ms > now_ms() + TOLERANCE_MS:
            return
        del self.aside[body.token]
        report("believed", a["payload"].head.id.hex(), head.origin)
        self.take(a["lane"], a["item"], a["digest"], a["payload"])

    def submit(self, paths, to, number, subject):
        body = envelope_pb2.DocumentBody(number=number, type_code="CV", type_name="Công văn", subject=subject, business=1)
        head = envelope_pb2.Head(id=new_id(), urgency=1, recipients=[{"committee": to}])
        for path in map(pathlib.Path, paths):
            content = path.read_bytes()
            inlined = len(content) <= 8192
            body.parts.add(name=path.name, media_type="application/octet-stream", content=content if inlined else b"")
            head.manifest.add(size_bytes=len(content), sha256=sha256(content), chunk_root=tree(leaves_of(content)), inlined=inlined)
        lane = self.lanes[NORMAL]
        envelope, digest = self.seal(1, "document", head, body)
        lane.put(envelope, digest, targets=[to], spoil=self.spoil)
        self.spoil = False
        self.files[NORMAL, len(lane.items)] = [pathlib.Path(p).read_bytes() for p in paths]
        self.pump()

    def pump(self):
        for n, lane in sorted(self.lanes.items()):
            last = min(len(lane.items), lane.credit)
            if lane.subscribed and lane.sent < last:
                self.say(PUBLISH, peer_pb2.Publish(lane=n, stream=lane.stream, items=lane.items[lane.sent:last],
                                                   directory_version=self.directory.body.version))
                lane.sent = last

    # ---- what the superior says ----

    def on_hello(self, m):
        assert m.committee == self.superior.id
        self.seen.mark.CopyFrom(m.store.mark)
        if not m.answer:
            self.hello(True)
        for offer in m.streams:
            lane = self.lanes[offer.lane]
            lane.subscribed = False
            if lane.their_stream != offer.stream:
                lane.their_stream, lane.have, lane.their_chain = offer.stream, offer.begin, Lane.start(offer.stream, offer.begin)
            self.say(SUBSCRIBE, peer_pb2.Subscribe(lane=offer.lane, stream=offer.stream, have=lane.have, chain=lane.their_chain,
                                                   credit_seq=lane.have + 4096, credit_bytes=8 << 20))
        if not self.up:
            report("up")
        self.up = True
        self.ping()

    def on_bye(self, m):
        report("bye", "VT-%d" % m.reason, m.retry_after_ms)
        self.down(max(HELLO_AGAIN_S, m.retry_after_ms / 1000))

    def on_pong(self, m):
        if m.token == self.token:
            error_ms = (time.monotonic() - self.sent_at) * 1000
            self.token = 0
            if abs(m.wall_ms - now_ms()) > 60000 + error_ms:
                report("clock", m.wall_ms - now_ms())
            if m.withholding:
                report("withholding", "VT-%d" % m.withholding)

    def on_acknowledge(self, m):
        lane = self.lanes[m.lane]
        if m.stream == lane.stream:
            self.acknowledged(lane, m)
            report("acknowledged", m.have)

    @staticmethod
    def acknowledged(lane, m):
        for r in m.rejected:
            if r.seq > lane.acked:
                report("rejected", m.lane, r.seq, "VT-%d" % r.reason)
        assert m.have == 0 or m.chain == lane.items[m.have - 1].chain, "what is let go is not what was taken"
        lane.acked = max(lane.acked, m.have)

    def on_subscribe(self, m):
        lane = self.lanes[m.lane]
        if m.stream == lane.stream:  # it acknowledges besides
            lane.subscribed, lane.sent, lane.credit = True, m.have, m.credit_seq
            self.acknowledged(lane, m)
            self.pump()

    def on_publish(self, m):
        lane = self.lanes[m.lane]
        for item in m.items:
            if m.stream != lane.their_stream or item.seq != lane.have + 1:
                continue
            digest, payload = self.directory.open(item.envelope)
            chain = sha256(lane.their_chain + u64(item.seq) + digest)
            assert chain == item.chain, "chain"
            for relay in item.relays:
                self.directory.open(relay)
            lane.have, lane.their_chain = item.seq, chain
            (self.state / ("%d-%d" % (m.lane, item.seq))).write_bytes(item.envelope)
            self.judge(m.lane, item, digest, payload)
        self.say(ACKNOWLEDGE, peer_pb2.Acknowledge(lane=m.lane, stream=lane.their_stream, have=lane.have, chain=lane.their_chain))
        self.say(CREDIT, peer_pb2.Credit(lane=m.lane, stream=lane.their_stream, credit_seq=lane.have + 4096, credit_bytes=1 << 40))

    def judge(self, lane, item, digest, payload):
        """For us, and of a time that has not come? Doubts and corrections are looked at when they are used."""
        head = payload.head
        if head.kind == DOUBT:
            self.on_doubt(head, envelope_pb2.DoubtBody.FromString(payload.body))
        elif head.kind == CORRECTION:
            self.on_correction(head, envelope_pb2.CorrectionBody.FromString(payload.body))
        elif head.signed_at_ms > now_ms() + TOLERANCE_MS:
            self.set_aside(lane, item, digest, payload)
        else:
            self.take(lane, item, digest, payload)

    def take(self, lane, item, digest, payload):
        head = payload.head
        if head.kind == RECEIPT:
            body = envelope_pb2.ReceiptBody.FromString(payload.body)
            report("receipt", body.document.id.hex(), head.origin)
            return
        if head.kind == REFUSAL:
            body = envelope_pb2.RefusalBody.FromString(payload.body)
            report("refusal", body.document.id.hex(), head.origin, "VT-%d" % body.reason)
            return
        if head.kind != DOCUMENT or self.id not in [r.committee for r in head.recipients]:
            return
        body = envelope_pb2.DocumentBody.FromString(payload.body)
        todo = [i for i, it in enumerate(head.manifest) if not it.inlined]
        for i, (it, part) in enumerate(zip(head.manifest, body.parts)):
            if it.inlined:
                assert sha256(part.content) == it.sha256 and len(part.content) == it.size_bytes
                self.keep(it, part.content)
        report("document", head.id.hex(), body.number)
        if not todo:
            self.receipt(digest, head, item.relays)
            return
        self.open_bulk()
        for i in todo:
            it = head.manifest[i]
            job = {"lane": lane, "seq": item.seq, "item": i, "it": it, "leaves": [], "chunks": [], "head": head, "digest": digest,
                   "relays": item.relays, "last": i == todo[-1]}
            self.wanted.append(job)
            count = -(-it.size_bytes // CHUNK)
            if count > 1:
                self.fetch(job, 1, 0, -(-count // 1024))
            self.fetch(job, 2, 0, min(8, count))

    def keep(self, item, content):
        name = sha256(content).hex()
        (self.state / name).write_bytes(content)
        report("file", name)

    # ---- attachments ----

    def fetch(self, job, what, first, count):
        self.say(FETCH, peer_pb2.Fetch(lane=job["lane"], stream=self.lanes[job["lane"]].their_stream, seq=job["seq"], item=job["item"],
                                       what=what, first=first, count=count, at_once=self.at_once), self.bulk)

    def on_chunk(self, m):
        job = next(j for j in self.wanted if (j["lane"], j["seq"], j["item"]) == (m.lane, m.seq, m.item))
        count = -(-job["it"].size_bytes // CHUNK)
        if m.what == 1:
            job["leaves"] += [m.data[i:i + 32] for i in range(0, len(m.data), 32)]
            assert len(job["leaves"]) < count or tree(job["leaves"]) == job["it"].chunk_root, "leaves"
            return
        leaves = job["leaves"] or [job["it"].chunk_root]
        assert m.index == len(job["chunks"]) and len(m.data) <= max(self.at_once, 1) * CHUNK, "chunk"
        assert leaves_of(m.data) == leaves[m.index:m.index + len(leaves_of(m.data))], "chunk"
        job["chunks"] += [m.data[i:i + CHUNK] for i in range(0, len(m.data), CHUNK)]
        if len(job["chunks"]) < count:
            if len(job["chunks"]) % 8 == 0:
                self.fetch(job, 2, len(job["chunks"]), min(8, count - len(job["chunks"])))
            return
        content = b"".join(job["chunks"])
        assert sha256(content) == job["it"].sha256, "content"
        self.keep(job["it"], content)
        self.wanted.remove(job)
        if job["last"]:
            self.say(COMPLETE, peer_pb2.Complete(lane=m.lane, stream=self.lanes[m.lane].their_stream, seqs=[m.seq]))
            self.receipt(job["digest"], job["head"], job["relays"])

    def on_fetch(self, m):
        content = self.files.get((m.lane, m.seq))
        if content is None or m.stream != self.lanes[m.lane].stream or m.item >= len(content):
            self.say(UNAVAILABLE, peer_pb2.Unavailable(lane=m.lane, seq=m.seq, item=m.item, reason=2014), self.bulk)
            return
        content = content[m.item]
        leaves = leaves_of(content)
        if m.first + m.count > (len(leaves) if m.what == 2 else -(-len(leaves) // 1024)):  # past the end: nothing of it
            self.say(UNAVAILABLE, peer_pb2.Unavailable(lane=m.lane, seq=m.seq, item=m.item, reason=2001), self.bulk)
            return
        step = min(max(m.at_once, 1), 2) if m.what == 2 else 1
        for i in range(m.first, m.first + m.count, step):
            end = min(i + step, m.first + m.count) * CHUNK
            data = b"".join(leaves[i * 1024:i * 1024 + 1024]) if m.what == 1 else content[i * CHUNK:end]
            self.say(CHUNK_OF, peer_pb2.Chunk(lane=m.lane, seq=m.seq, item=m.item, what=m.what, index=i, data=data), self.bulk)

    # ---- the loop ----

    def on_frame(self, frame):
        assert frame[:3] == b"VT\x01", "no frame"
        kind, data = frame[3], frame[4:]
        if kind == HELLO:
            self.on_hello(peer_pb2.Hello.FromString(data))
        elif kind == SUBSCRIBE:
            self.on_subscribe(peer_pb2.Subscribe.FromString(data))
        elif kind == PUBLISH:
            self.on_publish(peer_pb2.Publish.FromString(data))
        elif kind == ACKNOWLEDGE:
            self.on_acknowledge(peer_pb2.Acknowledge.FromString(data))
        elif kind == CREDIT:
            m = peer_pb2.Credit.FromString(data)
            self.lanes[m.lane].credit = max(self.lanes[m.lane].credit, m.credit_seq)
            self.pump()
        elif kind == PING:
            m = peer_pb2.Ping.FromString(data)
            self.say(PONG, peer_pb2.Pong(token=m.token, directory_version=self.directory.body.version, wall_ms=now_ms()))
        elif kind == PONG:
            self.on_pong(peer_pb2.Pong.FromString(data))
        elif kind == BYE:
            self.on_bye(peer_pb2.Bye.FromString(data))
        elif kind == PINNED:
            m = peer_pb2.Pinned.FromString(data)
            under_way = {j["seq"] for j in self.wanted if j["lane"] == m.lane}
            self.say(COMPLETE, peer_pb2.Complete(lane=m.lane, stream=m.stream, seqs=[s for s in m.seqs if s not in under_way]))
        elif kind == OPEN_BULK:
            self.open_bulk()
        elif kind == HELLO_WANTED:
            self.hello(False)
        elif kind == FETCH:
            self.on_fetch(peer_pb2.Fetch.FromString(data))
        elif kind == CHUNK_OF:
            self.on_chunk(peer_pb2.Chunk.FromString(data))
        elif kind == UNAVAILABLE:
            m = peer_pb2.Unavailable.FromString(data)
            report("unavailable", m.lane, m.seq, m.item, "VT-%d" % m.reason)

    def run(self, until):
        self.control = self.dial(self.superior)
        while time.time() < until:
            if not self.up and time.time() >= self.next_hello:
                self.hello(False)
            self.doubt()
            poller = zmq.Poller()
            poller.register(sys.stdin.fileno(), zmq.POLLIN)
            for s in (self.control, self.bulk):
                if s is not None:
                    poller.register(s, zmq.POLLIN)
            ready = dict(poller.poll(500))
            if sys.stdin.fileno() in ready:
                break
            for s in (self.control, self.bulk):
                if s in ready and not s.closed:
                    self.on_frame(s.recv())
        self.say(BYE, peer_pb2.Bye())

    # ---- a visit: the directory, and nothing else ----

    def visit(self, host):
        """Hello both ways, then whoever has the older version asks. Lays what has changed over the entries, and checks the whole."""
        have = self.directory.body.version
        for _ in range(20):  # who comes again too soon is refused at once, and tries later
            s = self.dial(self.directory.entries[host])
            self.say(HELLO, peer_pb2.Hello(protocol_min=1, protocol_max=1, committee=self.id, purpose=3, directory_version=have), s)
            if s.poll(3000):
                break
            s.close(0)
        entries, head, after = {e: raw for e, raw in self.directory.raw.items()}, b"", ""
        while s.poll(60000):
            frame = s.recv()
            if frame[3] == HELLO:
                m = peer_pb2.Hello.FromString(frame[4:])
                assert m.answer and m.committee == host and m.purpose == 3 and not m.streams, m
                report("host", m.directory_version)
                if m.directory_version <= have:
                    return
            elif frame[3] == PING:
                m = peer_pb2.Ping.FromString(frame[4:])
                self.say(PONG, peer_pb2.Pong(token=m.token, directory_version=have, wall_ms=now_ms()), s)
                continue
            elif frame[3] == DIRECTORY_PART:
                m = peer_pb2.DirectoryPart.FromString(frame[4:])
                assert (m.since, m.after) == (have, after) and head in (b"", m.head), m
                entries.update({envelope_pb2.DirectoryEntry.FromString(e).id: e for e in m.entries})
                head, after = m.head, m.upto
                if m.last:
                    whole = envelope_pb2.DirectoryFile(head=head, entries=[entries[i] for i in sorted(entries)])
                    self.directory.load(whole)
                    report("directory", self.directory.body.version)
                    return
            else:
                raise AssertionError("no word of a visit: %d" % frame[3])
            self.say(DIRECTORY_WANTED, peer_pb2.DirectoryWanted(have=have, after=after), s)
        raise AssertionError("the host is silent")


def inbox(path):
    """The documents of an inbox, one a line, over office.sock."""
    s = socket.socket(socket.AF_UNIX)
    s.connect(path)
    request = control_pb2.Request(id=1)
    request.list.box = control_pb2.BOX_INBOX
    data = request.SerializeToString()
    s.sendall(len(data).to_bytes(4, "big") + data)
    with s.makefile("rb") as replies:
        while True:
            reply = control_pb2.Reply.FromString(replies.read(int.from_bytes(replies.read(4), "big")))
            assert reply.WhichOneof("what") != "error", reply
            if reply.WhichOneof("what") == "line":
                report(reply.line.id.hex(), getattr(reply.line, "from"), reply.line.number, reply.line.state)
            if not reply.more:
                return


def load(folder):
    """The classes that protoc made."""
    sys.path.insert(0, folder)
    global control_pb2, envelope_pb2, peer_pb2
    from proto import control_pb2, envelope_pb2, peer_pb2


def main():
    p = argparse.ArgumentParser()
    for name in ("folder", "registry", "self", "state", "what"):
        p.add_argument(name)
    p.add_argument("where", nargs="?", help="the socket of an inbox; the host of a visit")
    p.add_argument("--send", nargs="*", default=[])
    p.add_argument("--to")
    p.add_argument("--number", default="1-CV/PY")
    p.add_argument("--subject", action="append", default=[], help="of the document to send; given again: of a further one, numbered on")
    p.add_argument("--at-once", type=int, default=0)
    p.add_argument("--ahead", type=int, default=0, help="seconds: the first document and the first receipt are signed by a clock so far ahead")
    p.add_argument("--spoil", action="store_true", help="the first document has a chain that fits nothing")
    p.add_argument("--seconds", type=int, default=900)
    o = p.parse_args()
    load(o.folder)
    if o.what == "inbox":
        inbox(o.where)
        return
    pathlib.Path(o.state).mkdir(exist_ok=True)
    peer = Peer(o.registry, o.self, o.state, o)
    if o.what == "visit":
        peer.visit(o.where)
        return
    for i, subject in enumerate(o.subject or ["Từ một ngôn ngữ khác"]):
        if o.send:
            peer.submit(o.send, o.to, o.number if i == 0 else "%d-%s" % (i, o.number), subject.encode().decode("unicode_escape") if i else subject)
    peer.run(time.time() + o.seconds)


if __name__ == "__main__":
    main()
