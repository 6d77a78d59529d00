#!/usr/bin/python3
"""Says to a daemon what docs/PROTOCOL.md speaks of and no daemon says, one thing after the other, and prints how it is answered.

    odd.py FOLDER REGISTRY LAB      LAB/mot speaks, by what peer.py knows; LAB/hai and so on do what ends in a cut-off, one each

One line a case: its name, `again` when it is asked for once more, and `taken`, `dropped`, `cut off VT-… and closed`, or `refused VT-…` by the superior, with what the
refusal says: `document` (it names it, and came to its origin), `digest` (its digest alone), `zeros` (nothing is known of it); `for A,B` are its targets."""
import os
import sys
import time
import types

import peer
import zmq

WAIT_S = 60
report = peer.report


def varint(n):
    out = b""
    while n > 127:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])


def bytes_field(number, data):
    return varint(number << 3 | 2) + varint(len(data)) + data


class Odd(peer.Peer):
    """Publishes one thing, and looks until the superior has answered."""

    def __init__(self, registry, folder):
        options = types.SimpleNamespace(at_once=0, ahead=0, spoil=False)
        state = folder + "-state"
        os.makedirs(state, exist_ok=True)
        super().__init__(registry, folder, state, options)
        self.again, self.word, self.facts, self.heard, self.back, self.file = set(), None, [], {}, [], 0
        self.control = self.dial(self.superior)
        self.until(lambda: all(l.subscribed for l in self.lanes.values()))

    def until(self, done):
        end = time.time() + WAIT_S
        while not done():
            assert time.time() < end, "no answer"
            if not self.up and time.time() >= self.next_hello:
                self.hello(False)
            poller = zmq.Poller()
            for s in (self.control, self.bulk):
                if s is not None:
                    poller.register(s, zmq.POLLIN)
            for s, _ in poller.poll(200):
                if not s.closed:
                    self.on_frame(s.recv())

    def on_subscribe(self, m):
        lane = self.lanes[m.lane]
        if lane.subscribed and m.have < lane.sent:
            self.again.add(m.lane)
        super().on_subscribe(m)

    def on_bye(self, m):
        self.word = "cut off VT-%d" % m.reason

    def take(self, lane, item, digest, payload):
        if payload.head.kind == peer.REFUSAL:
            self.facts.append(peer.envelope_pb2.RefusalBody.FromString(payload.body))
        elif payload.head.origin == self.id:
            self.back.append("handed back for " + ",".join(item.targets))
        elif any(not it.inlined for it in payload.head.manifest):
            self.file = item.seq

    def on_frame(self, frame):
        self.heard.setdefault(frame[3], []).append(frame)
        if frame[3] != peer.PINNED:  # what it will fetch it has not
            super().on_frame(frame)

    def say(self, kind, message, on=None):
        if kind == peer.HELLO:
            self.said_hello = message.SerializeToString()
        super().say(kind, message, on)

    # ---- making ----

    def document(self, to, change=None, body_change=None, content=b"x"):
        """A good one to these, and what is odd about it."""
        body = peer.envelope_pb2.DocumentBody(number="1-CV/PY", type_code="CV", subject="odd", business=1)
        head = peer.envelope_pb2.Head(id=peer.new_id(), urgency=1, recipients=[{"committee": c} for c in to])
        body.parts.add(name="a.txt", media_type="text/plain", content=content)
        head.manifest.add(size_bytes=len(content), sha256=peer.sha256(content), chunk_root=peer.tree(peer.leaves_of(content)), inlined=True)
        if body_change:
            body_change(body)
        return self.sign(head, body.SerializeToString(), change)

    def sign(self, head, body, change=None, kind=1, media="application/vnd.vanthu.document.v1"):
        head.origin, head.kind, head.body_version, head.secrecy, head.hop_limit = self.id, kind, 1, 1, 16
        head.signed_at_ms, head.directory_version = peer.now_ms(), self.directory.body.version
        if change:
            change(head)
        return self.seal_payload(peer.envelope_pb2.Payload(head=head, body=body).SerializeToString(), media)

    def seal_payload(self, payload, media="application/vnd.vanthu.document.v1", signing=None, spoil=0):
        message = peer.pae(media.encode(), payload)
        signing = signing or self.signing
        raw = signing.public_key().public_bytes(peer.serialization.Encoding.Raw, peer.serialization.PublicFormat.Raw)
        signature = bytearray(signing.sign(message))
        signature[5] ^= spoil
        envelope = peer.envelope_pb2.Envelope(payload=payload, payload_type=media, signatures=[
            {"key_id": peer.sha256(peer.SPKI + raw), "signature": bytes(signature)}])
        return envelope.SerializeToString(), peer.sha256(message)

    def relayed(self, digest, head_id, hop):
        body = peer.envelope_pb2.RelayBody(document={"origin": self.id, "id": head_id, "digest": digest}, received_at_ms=peer.now_ms(), event=1, hop=hop)
        setattr(body, "from", self.superior.id)
        return self.seal(5, "relay", peer.envelope_pb2.Head(id=peer.new_id(), urgency=1, recipients=[{"committee": self.id}]), body)[0]

    # ---- saying ----

    def publish(self, name, made, lane=peer.NORMAL, targets=(), relays=()):
        """Prints what comes of it. A good one follows, so that a silence is known for one, and that a repetition is asked for at once."""
        envelope, digest = made
        here = self.lanes[lane]
        self.again.discard(lane)
        before = len(self.facts)
        here.put(envelope, digest, relays, targets)
        seq = len(here.items)
        self.pump()
        self.until(lambda: self.word or here.acked >= seq)
        again, lane_of_facts = " again" if lane in self.again else "", self.lanes[peer.FACTS]
        if not self.word:  # facts come in their order: what is refused now came before the refusal of this
            self.lanes[peer.NORMAL].put(*self.document(["khong-co"]))
            self.pump()
            self.until(lambda: any(f.reason == 2005 and f.document.digest != digest for f in self.facts[before:]))
        words = [self.refusal(f) for f in self.facts[before:-1]]
        report(name + again, self.word or ", ".join(words) or ("dropped" if lane == peer.FACTS else "taken"))
        return seq

    @staticmethod
    def refusal(f):
        ref = "document" if f.document.origin else "zeros" if f.document.digest == bytes(32) else "digest"
        return "refused VT-%d %s" % (f.reason, ref) + (" for " + ",".join(f.targets) if f.targets else "")

    def frame(self, name, kind, data, on=None):
        """One that should end it: a Bye comes on the control connection, and then TCP is closed."""
        ends = self.control.get_monitor_socket(zmq.EVENT_DISCONNECTED)
        (on or self.control).send(b"VT\x01" + bytes([kind]) + data)
        self.until(lambda: self.word)
        report(name, self.word, "and closed" if ends.poll(WAIT_S * 1000) else "and left open")


def set_to(field, value):
    return lambda m: setattr(m, field, value)


def text_of(made_of, spoil):
    """Bytes that no protobuf library packs: in a copy of the payload."""
    return made_of.replace(b"odd", spoil)


def envelopes(o):
    good, to = o.document(["khac"]), ["khac"]
    o.publish("a good one", good)
    o.publish("to itself", o.document(["mot"]))
    o.publish("to a subordinate of its own and itself", o.document(["con", "mot"]))
    o.publish("to itself and one that nobody knows", o.document(["mot", "khong-biet"]))
    o.publish("to another and itself", o.document(["khac", "mot"]))
    o.publish("to itself, as a target", o.document(["mot"]), targets=["mot"])
    o.publish("to another and itself, both as targets", o.document(["khac", "mot"]), targets=["khac", "mot"])
    o.until(lambda: o.back)
    report("which is", o.back.pop())
    o.publish("bytes that are no envelope", (b"\xff" * 100, bytes(32)))
    o.publish("an envelope in another form", (good[0] + b"\x22\x01x", bytes(32)))
    o.publish("an envelope over 64 KiB", (peer.envelope_pb2.Envelope(payload=bytes(66000), payload_type="x").SerializeToString(), bytes(32)))
    payload = peer.envelope_pb2.Envelope.FromString(o.document(to)[0]).payload
    o.publish("a wrong signature", o.seal_payload(payload, spoil=1))
    o.publish("an unknown key", o.seal_payload(payload, signing=peer.ed25519.Ed25519PrivateKey.generate()))
    o.publish("an unknown type", o.seal_payload(payload, media="application/vnd.vanthu.letter.v1"))
    o.publish("a payload that is none", o.seal_payload(b"\xff\xff"))
    o.publish("text that is no UTF-8 in a body", o.seal_payload(text_of(payload, b"\xffdd")))
    o.publish("NUL in a text of a body", o.seal_payload(text_of(payload, b"o\0d")))
    o.publish("text that is no UTF-8 in a head", o.seal_payload(payload.replace(b"khac", b"kh\xffc")))
    o.publish("a field that nobody knows in a body", o.seal_payload(payload + bytes_field(77, b"x")))


def heads(o):
    to = ["khac"]
    o.publish("an id of zeros", o.document(to, set_to("id", bytes(16))))
    o.publish("an id of 15 bytes", o.document(to, set_to("id", bytes(15))))
    o.publish("an id that is a random UUID", o.document(to, set_to("id", os.urandom(6) + b"\x40\x01\x80" + os.urandom(7))))
    o.publish("1,001 recipients", o.document(["khac"] * 1001))
    o.publish("no recipient", o.document([]))
    o.publish("102 parts", o.document(to, lambda h: h.manifest.extend([h.manifest[0]] * 101), content=b""))
    o.publish("3 GiB", o.document(to, lambda h: (setattr(h.manifest[0], "size_bytes", 3 << 30), setattr(h.manifest[0], "inlined", False)),
                                  lambda b: setattr(b.parts[0], "content", b"")))
    o.publish("no manifest", o.document(to, lambda h: h.ClearField("manifest"), lambda b: b.ClearField("parts")))
    o.publish("a group with a name", o.document(to, lambda h: setattr(h.recipients[0], "group", 1)))
    o.publish("a field that must be understood", o.document(to, lambda h: h.critical.append(16)))
    o.publish("another's name", o.document(to, set_to("origin", "khac")))
    o.publish("another kind than the type says", o.document(to, set_to("kind", 2)))
    o.publish("a report among the documents", o.sign(peer.envelope_pb2.Head(id=peer.new_id(), urgency=1, recipients=[{"committee": "khac"}]), b"", kind=7,
                                 media="application/vnd.vanthu.report.v1"))
    o.publish("secret", o.document(to, set_to("secrecy", 2)))
    o.publish("urgency 5", o.document(to, set_to("urgency", 5)))
    o.publish("hop limit 17", o.document(to, set_to("hop_limit", 17)))
    o.publish("a body of a version to come", o.document(to, set_to("body_version", 2)))
    same = peer.new_id()
    o.publish("an id", o.document(to, set_to("id", same)))
    o.publish("the same id for another content", o.document(to, set_to("id", same), content=b"y"))


def bodies(o):
    to = ["khac"]
    o.publish("a day that is none", o.document(to, None, set_to("issued_on", "2025-13-41")))
    o.publish("a text that is too long", o.document(to, None, set_to("subject", "x" * 2001)))
    o.publish("a content that is not what the head says", o.document(to, None, lambda b: setattr(b.parts[0], "content", b"z")))
    o.publish("fewer parts than the head says", o.document(to, lambda h: h.manifest.append(h.manifest[0])))
    o.publish("a document among the facts", o.document(to), lane=peer.FACTS)
    head = peer.envelope_pb2.Head(id=peer.new_id(), urgency=1, recipients=[{"committee": "top"}])
    body = peer.envelope_pb2.ReceiptBody(document={"origin": "top", "id": peer.new_id(), "digest": bytes(32)}, received_at_ms=1)
    o.publish("a receipt among the documents", o.sign(head, body.SerializeToString(), kind=2, media="application/vnd.vanthu.receipt.v1"))
    o.publish("a receipt for what was never sent", o.sign(head, body.SerializeToString(), kind=2, media="application/vnd.vanthu.receipt.v1"), lane=peer.FACTS)
    made = o.document(to)
    head = peer.envelope_pb2.Payload.FromString(peer.envelope_pb2.Envelope.FromString(made[0]).payload).head
    o.publish("16 relay records", made, relays=[o.relayed(made[1], head.id, i + 1) for i in range(16)])


def fetches(o):
    """A document with a file of four chunks waits for mot; it asks for what is not there."""
    o.until(lambda: o.file)
    o.open_bulk()
    lane = o.lanes[peer.NORMAL]

    def ask(name, **fields):
        want = {"lane": peer.NORMAL, "stream": lane.their_stream, "seq": o.file, "item": 1, "what": 2, "first": 0, "count": 1, **fields}
        o.heard.clear()
        o.say(peer.FETCH, peer.peer_pb2.Fetch(**want), o.bulk)
        o.until(lambda: peer.CHUNK_OF in o.heard or peer.UNAVAILABLE in o.heard)
        if peer.CHUNK_OF in o.heard:
            report(name, "%d bytes" % len(peer.peer_pb2.Chunk.FromString(o.heard[peer.CHUNK_OF][0][4:]).data))
        else:
            report(name, "unavailable VT-%d" % peer.peer_pb2.Unavailable.FromString(o.heard[peer.UNAVAILABLE][0][4:]).reason)

    ask("the last chunk", first=3)
    ask("from past the end", first=4)
    ask("on past the end", first=3, count=2)
    ask("from far past the end", first=1 << 62)
    ask("leaves past the end", what=1, first=1)
    ask("leaves far past the end", what=1, first=1 << 54)
    ask("a part that is none", item=2)
    ask("a part that no document has", item=5000)
    ask("a place that is none", seq=lane.have + 1)
    ask("another stream", stream=bytes(16))


def on_chunk(o, m):
    """What is fetched here is only counted."""


def cut_offs(registry, lab):
    stream = lambda o: bytes_field(2, o.lanes[peer.NORMAL].stream)
    item = lambda fields: bytes_field(3, fields)
    chain = bytes_field(5, bytes(32))
    lane = b"\x08\x03"

    def by(name):
        return Odd(registry, os.path.join(lab, name))

    o = by("hai")
    o.frame("an empty envelope", peer.PUBLISH, lane + stream(o) + item(b"\x08\x01\x12\x00" + chain))
    o = by("ba")
    o.frame("17 relay records", peer.PUBLISH, lane + stream(o) + item(b"\x08\x01\x12\x01x" + bytes_field(3, b"x") * 17 + chain))
    o = by("bon")
    o.frame("40,000 items", peer.PUBLISH, lane + stream(o) + item(b"") * 40000)
    o = by("nam")
    o.open_bulk()
    fetch = peer.peer_pb2.Fetch(lane=peer.NORMAL, stream=bytes(16), seq=1, what=2, count=17)
    o.frame("a Fetch of 17 pieces", peer.FETCH, fetch.SerializeToString(), o.bulk)
    o = by("sau")
    hello = peer.peer_pb2.Hello.FromString(o.said_hello)
    hello.protocol_min = hello.protocol_max = 2
    o.frame("another range of protocols", peer.HELLO, hello.SerializeToString())


def main():
    folder, registry, lab = sys.argv[1:4]
    peer.load(folder)
    peer.report = lambda *words: None  # only what is printed here
    Odd.on_chunk = on_chunk
    mot = Odd(registry, os.path.join(lab, "mot"))
    envelopes(mot)
    heads(mot)
    bodies(mot)
    fetches(mot)
    report("nothing else handed back" if not mot.back else mot.back)
    cut_offs(registry, lab)


main()
