"""What a committee must still have after a power cut, from its log and those of its neighbours: what a client was answered, what a
neighbour was told. Each has its place in the committee's own log: from there on it holds."""
import json

import office  # noqa: F401: where the generated code is
from proto import control_pb2, envelope_pb2, peer_pb2

PUBLISH, ACKNOWLEDGE = 3, 4
RECEIPT, STATUS, DOCUMENT = "receipt", "status", "document"


def frames(records, kind):
    """(place, message) of each frame of this type that left."""
    for r in records:
        if r.type == "Z" and r.a[3] == kind:
            message = peer_pb2.Publish if kind == PUBLISH else peer_pb2.Acknowledge
            yield r.at, message.FromString(r.a[4:])


def read_envelope(data):
    """(kind, head, body) of what is published."""
    envelope = envelope_pb2.Envelope.FromString(data)
    payload = envelope_pb2.Payload.FromString(envelope.payload)
    kind = envelope.payload_type.split(".")[-2]
    body = {DOCUMENT: envelope_pb2.DocumentBody, RECEIPT: envelope_pb2.ReceiptBody, STATUS: envelope_pb2.StatusBody}.get(kind)
    return kind, payload.head, body.FromString(payload.body) if body is not None and payload.head.body_version == 1 else None


def published(records):
    """{(stream, sequence): envelope} of all that ever left a committee for a neighbour."""
    out = {}
    for _, message in frames(records, PUBLISH):
        for item in message.items:
            out[bytes(message.stream), item.seq] = bytes(item.envelope)
    return out


def answered_at(records):
    """{number of a request: place of the answer} on local sockets; an answer leaves at the earliest there. Answers that lie one behind
    the other in a call are told apart."""
    out = {}
    for r in records:
        at = 0
        while r.type == "A" and at + 4 <= len(r.a):
            size = int.from_bytes(r.a[at:at + 4], "big")
            try:
                reply = control_pb2.Reply.FromString(r.a[at + 4:at + 4 + size])
            except Exception:  # the rest of an answer whose beginning left before, or one that was cut off in the log
                break
            if at + 4 + size <= len(r.a) and not reply.more:
                out.setdefault(reply.id, r.at)
            at += 4 + size
    return out


def events(who, logs):
    """[(place, what, {…})] in the log of `who`, ascending; logs: {committee: records}."""
    own, out = logs[who], []
    answers = answered_at(own)
    for r in own:
        if r.type == "m":
            mark = json.loads(r.a)
            if "what" in mark:
                out.append((answers.get(mark.get("request"), r.at), mark["what"], mark))
    theirs = {}
    for other, records in logs.items():
        if other != who:
            theirs.update(published(records))
    done = set()
    for at, message in frames(own, ACKNOWLEDGE):
        rejected = {r.seq for r in message.rejected}
        for seq in range(1, message.have + 1):
            place = (bytes(message.stream), seq)
            if place in theirs and place not in done and seq not in rejected:
                done.add(place)
                kind, head, body = read_envelope(theirs[place])
                out.append((at, "taken-" + kind, {"head": head, "body": body}))
    for at, message in frames(own, PUBLISH):
        for item in message.items:
            kind, head, body = read_envelope(item.envelope)
            if kind == RECEIPT and head.origin == who:
                out.append((at, "receipted", {"id": body.document.id.hex()}))
    return sorted(out, key=lambda e: e[0])


class Must:
    """All that holds at one place in the log."""

    def __init__(self, who):
        self.who = who
        self.documents = {}    # ours and those that we receipted: what they are, None when only that they are here
        self.held = set()      # acknowledged to a neighbour: known here at least
        self.may_drop = set()  # content may be gone
        self.arrivals = {}
        self.codes = {}        # statuses that our office gave
        self.receipts = set()  # (document, recipient): acknowledged to whom they came through
        self.said = set()      # (document, committee, code)
        self.papers = {}
        self.cancelled = set()
        self.backups = []
        self.count = 0         # of what was taken

    def take(self, what, e):
        self.count += 1
        if what == "document":
            self.documents[e["id"]] = e
        elif what == "receipted":
            self.documents.setdefault(e["id"], None)
        elif what == "may-drop":
            self.may_drop.add(e["id"])
        elif what == "arrival":
            self.arrivals[e["id"]] = (e["year"], e["number"])
        elif what == "status":
            self.codes.setdefault(e["id"], set()).add(e["code"])
        elif what == "paper":
            self.papers[e["id"]] = e
        elif what == "cancelled":
            self.cancelled.add(e["id"])
        elif what == "backup":
            self.backups.append(e["name"])
        elif what == "taken-document":
            self.held.add(e["head"].id.hex())
        elif what == "taken-receipt" and e["head"].recipients[0].committee == self.who:
            self.receipts.add((e["body"].document.id.hex(), e["head"].origin))
        elif what == "taken-status" and e["head"].recipients[0].committee == self.who:
            self.said.add((e["body"].document.id.hex(), e["head"].origin, e["body"].code))
