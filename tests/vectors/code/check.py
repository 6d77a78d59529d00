"""Reads every example in this folder with the stock protobuf classes and checks every rule of docs/PROTOCOL.md with code of its own;
then spoils each signed thing and expects to refuse it.   check.py GENERATED-CLASSES [FOLDER]      prints `ok`/`not ok` lines"""
import copy
import hashlib
import json
import pathlib
import sys
import time

sys.path.insert(0, sys.argv[1])
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from google.protobuf.message import DecodeError, Message
from proto import control_pb2, envelope_pb2, peer_pb2

FOLDER = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else pathlib.Path(__file__).parent.parent / "data")
GROUPS = ["keys", "hashes", "envelopes", "peer", "directory", "local", "evidence"]
CHUNK = 32 * 1024
KINDS = {1: "document", 2: "receipt", 3: "refusal", 4: "status", 5: "relay", 6: "directory", 7: "report", 8: "doubt", 9: "correction",
         10: "asked", 11: "returned", 12: "gone"}
BODIES = {1: "DocumentBody", 2: "ReceiptBody", 3: "RefusalBody", 4: "StatusBody", 5: "RelayBody", 6: "DirectoryBody",
          7: "ReportBody", 8: "DoubtBody", 9: "CorrectionBody", 10: "AskedBody", 11: "ReturnedBody", 12: "GoneBody"}
BATCH_TYPE = b"application/vnd.vanthu.batch.v1"
NOW_MS = 1764000000000 + 60000


class Refused(Exception):
    """What a careful reader does not take."""


def need(condition, why):
    if not condition:
        raise Refused(why)


# ---- the rules, from the page and nothing else ----

def sha256(data):
    return hashlib.sha256(data).digest()


def u64(n):
    return n.to_bytes(8, "big")


def pae(kind, payload):
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def leaf_hash(data):
    return sha256(b"\x00" + data)


def tree(leaves):
    """RFC 6962 §2.1, by its definition."""
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return sha256(b"\x01" + tree(leaves[:k]) + tree(leaves[k:]))


def climb(leaf, index, count, path):
    """RFC 9162 §2.1.3.2."""
    need(len(path) % 32 == 0 and 0 <= index < count, "path")
    at, last, root = index, count - 1, leaf
    for step in (path[i:i + 32] for i in range(0, len(path), 32)):
        need(last != 0, "path too long")
        if at & 1 or at == last:
            root = sha256(b"\x01" + step + root)
            while not at & 1 and at != 0:
                at, last = at >> 1, last >> 1
        else:
            root = sha256(b"\x01" + root + step)
        at, last = at >> 1, last >> 1
    need(last == 0, "path too short")
    return root


def chunk_leaves(content):
    return [leaf_hash(content[i:i + CHUNK]) for i in range(0, len(content), CHUNK)]


def key_id(public_key):
    return sha256(bytes.fromhex("302a300506032b6570032100") + public_key)


def chain_start(stream, begin):
    return stream + u64(begin) + bytes(8)


def chain_step(chain, n, digest):
    return sha256(chain + u64(n) + digest)


def parse(kind, data):
    message = kind()
    try:
        message.ParseFromString(data)
    except DecodeError as e:
        raise Refused("does not decode") from e
    return message


def good(public_key, signature, message):
    try:
        ed25519.Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
        return True
    except InvalidSignature:
        return False


def check_head(head):
    need(len(head.id) == 16 and head.kind in KINDS and 1 <= head.urgency <= 4 and 1 <= head.secrecy <= 4, "head")
    need(1 <= head.hop_limit <= 16 and head.signed_at_ms >= 0 and not head.critical, "head")
    need(len(head.submission_digest) in (0, 32) and len(head.recipients) <= 1000 and len(head.manifest) <= 101, "head")
    for r in head.recipients:
        need(bool(r.committee) != bool(r.group), "recipient")
    for m in head.manifest:
        need(len(m.sha256) == 32 and len(m.chunk_root) == 32, "manifest")
    need(sum(m.size_bytes for m in head.manifest if m.inlined) <= 32 * 1024, "inlined")


def check_ref(ref, digest_alone):
    """Which document a fact is about; only a refusal may know no more of it than the digest."""
    if digest_alone and not ref.origin:
        need(not ref.id and len(ref.digest) == 32, "reference")
    else:
        need(ref.origin and len(ref.id) == 16 and len(ref.digest) == 32, "reference")


def check_doubted(head, message, keys):
    need(len(message.digest) == 32 and message.kind in range(1, 6) and len(message.token) <= 64, "doubted")
    if head.kind != 8:
        return
    need((message.kind == 1) != bool(message.envelope), "a doubted fact is there, a document is not")
    if message.envelope:
        digest, doubted, _ = open_envelope(message.envelope, keys, any_time=True)
        need(digest == message.digest and doubted.kind == message.kind, "another is doubted")
        need(doubted.origin == head.recipients[0].committee and doubted.signed_at_ms == message.signed_at_ms, "another is asked")


def check_lost(head, m, keys):
    """What is asked after a loss, what comes back of it, and what is not there any more."""
    receiver = head.recipients[0].committee
    if head.kind == 10:
        need(not m.content or (m.own, m.yours, m.answered) == (0xffffffff, 0xffffffff, True), "who asks for a content asks nothing else")
    elif head.kind == 11:
        need(0 < len(m.envelope) <= 16 * 1024, "size of what is returned")
        _, own, inside = open_envelope(m.envelope, keys, any_time=True)
        need(own.kind in (2, 4) and own.origin == receiver, "a receipt or a status of the receiver's own comes back")
        need((inside.document.origin, inside.document.id) == (m.document.origin, m.document.id), "of another document")
    else:
        need(m.role in (ord("o"), ord("i"), ord("r")) and 1 <= m.secrecy <= 4, "what it was")
        need(len(m.number.encode()) <= 60 and len(m.issued_on.encode()) <= 10, "number and day")


COUNTS = ("digital", "paper", "pending", "refused", "secret", "also_paper", "slow", "processed", "late", "returned", "recalled")


def check_report(head, m):
    if m.asks:
        need(len(m.ListFields()) == 1, "a question says nothing else")
        return
    now = time.gmtime(NOW_MS // 1000 + 7 * 3600)
    need(0 < m.from_month <= m.to_month <= now.tm_year * 12 + now.tm_mon - 1 and m.to_month - m.from_month < 24, "months")
    need(m.as_of_ms <= NOW_MS, "as of")
    need(not m.exchanges or m.as_of_ms - 93 * 86400000 <= m.exchanged_since_ms and m.exchanged_before_ms <= m.as_of_ms, "exchanged")
    seen, before = set(), ()
    for r in m.rows:
        need(m.from_month <= r.month <= m.to_month and r.direction in (1, 2) and r.type <= len(m.types), "row")
        place = (r.month, r.direction, r.since)
        need(place >= before and (place, r.type) not in seen, "rows ascend, each once")
        before = place
        seen.add((place, r.type))
        need(all(getattr(r, name) < 1 << 40 for name in COUNTS), "counts")
        need(r.refused <= r.pending and r.late <= r.processed and r.processed + r.returned + r.recalled <= r.digital, "parts")
        need(r.also_paper <= r.digital and r.slow <= r.digital, "parts")
        need(not (r.processed + r.returned + r.recalled if r.direction == 2 else r.pending + r.also_paper + r.slow), "direction")
    for x in m.exchanges:
        ids = [x.ids[i:i + 16] for i in range(0, len(x.ids), 16)]
        need(getattr(x, "with") and x.direction in (1, 2) and len(x.ids) % 16 == 0, "exchange")
        need(all(a < b for a, b in zip(ids, ids[1:])), "documents ascend")
    for d in m.declared:
        need(d.name and d.as_of and 0 < d.all and d.done <= d.all, "declared")


def believe(doubt, correction):
    """(head, body) of both: the time to take instead of the doubted one."""
    (asked, question), (answer, word) = doubt, correction
    need(answer.origin == asked.recipients[0].committee and [r.committee for r in answer.recipients] == [asked.origin], "another answers")
    need((word.token, word.digest, word.kind) == (question.token, question.digest, question.kind), "about another")
    need(answer.signed_at_ms <= NOW_MS + 300000, "its clock is still ahead")
    return answer.signed_at_ms


def is_id(text):
    return 0 < len(text) <= 32 and all(c in "abcdefghijklmnopqrstuvwxyz0123456789-" for c in text)


def check_body(head, body, keys):
    message = parse(getattr(envelope_pb2, BODIES[head.kind]), body)
    if head.kind in (2, 3, 4, 5, 8, 9, 10, 11, 12):
        need(len(head.recipients) == 1 and head.recipients[0].committee and not head.manifest, "a fact has one recipient")
        check_ref(message.document, head.kind == 3)
    if head.kind in (8, 9):
        check_doubted(head, message, keys)
    if head.kind in (10, 11, 12):
        check_lost(head, message, keys)
    if head.kind == 7:
        need(len(head.recipients) == 1 and head.recipients[0].committee and not head.manifest, "a fact has one recipient")
        check_report(head, message)
    if head.kind != 1:
        return message
    need(len(message.parts) == len(head.manifest) > 0, "parts")
    need(message.business in range(5), "business")
    for name in ("reply_to", "concerns"):
        if message.HasField(name):
            ref = getattr(message, name)
            need(ref.origin and len(ref.id) == 16 and len(ref.digest) in (0, 32), name)
    need(not message.reminds or (is_id(message.reminds) and message.HasField("reply_to")), "reminds")
    for part, item in zip(message.parts, head.manifest):
        if item.inlined:
            need(len(part.content) == item.size_bytes and sha256(part.content) == item.sha256, "content")
            need(tree(chunk_leaves(part.content)) == item.chunk_root, "chunk root")
        else:
            need(part.content == b"", "content of a file")
    return message


def open_envelope(data, keys, any_time=False):
    """keys: key id → (committee, public key, KeyEntry or None). any_time: one that is doubted. Returns digest, head and body."""
    need(0 < len(data) <= 64 * 1024, "size")
    envelope = parse(envelope_pb2.Envelope, data)
    kind = envelope.payload_type.encode()
    message = pae(kind, envelope.payload)
    digest = sha256(message)
    need(1 <= len(envelope.signatures) <= 4, "signatures")
    signer = None
    for s in envelope.signatures:
        if s.key_id not in keys:
            continue
        signed = message
        if s.HasField("batch"):
            need(1 <= s.batch.leaf_count <= 4096, "batch")
            root = climb(leaf_hash(digest), s.batch.leaf_index, s.batch.leaf_count, s.batch.path)
            signed = pae(BATCH_TYPE, root + u64(s.batch.leaf_count))
        if good(keys[s.key_id][1], s.signature, signed):
            signer = keys[s.key_id]
            break
    need(signer is not None, "no good signature")
    payload = parse(envelope_pb2.Payload, envelope.payload)
    check_head(payload.head)
    need(envelope.payload_type == "application/vnd.vanthu.%s.v1" % KINDS[payload.head.kind], "payload type")
    need(signer[0] == payload.head.origin, "not the signer")
    entry, at = signer[2], payload.head.signed_at_ms
    if entry is not None:
        need(entry.from_ms <= at and (entry.to_ms == 0 or at <= entry.to_ms), "key not valid")
        need(entry.revoked_from_ms == 0 or at < entry.revoked_from_ms, "key revoked")
    need(any_time or at <= NOW_MS + 300000, "clock")
    return digest, payload.head, check_body(payload.head, payload.body, keys)


def check_mark(mark):
    need(len(mark.store) == 16 and len(mark.run) == 16 and mark.starts > 0, "mark of a store")


def check_hello(m):
    need(m.protocol_min <= 1 <= m.protocol_max and 1 <= len(m.committee) <= 32 and m.purpose in (1, 2, 3), "hello")
    need([s.lane for s in m.streams] == ([1, 2, 3] if m.purpose == 1 else []), "lanes")
    for s in m.streams:
        need(len(s.stream) == 16 and s.begin <= s.last, "offer")
    if m.HasField("store"):  # who says less is an older build
        need(m.purpose == 1 and len(m.acknowledged) == 3 and m.store.alarm in (0, 2034, 2036), "store")
        check_mark(m.store.mark)
    if m.HasField("seen"):
        check_mark(m.seen.mark)


def check_position(m):
    """Of Subscribe and Acknowledge."""
    need(m.lane in (1, 2, 3) and len(m.stream) == 16 and len(m.chain) == 32, "place")
    seqs = [r.seq for r in m.rejected]
    need(len(seqs) <= 8 and seqs == sorted(set(seqs)) and all(0 < s <= m.have for s in seqs) and all(r.reason for r in m.rejected), "rejected")


def check_history_head(head, empty_too):
    need(len(head.id) == 16 and head.line > 0 and (len(head.chain) == 32 or empty_too and not head.chain), "head of a history")


def check_ping(m):
    need(m.token != 0 and m.wall_ms >= 0, "token")
    if not m.HasField("history"):  # an older build
        return
    need(m.history.alarm in (0, 2034, 2036), "alarm")
    need(not m.history.HasField("at" if isinstance(m, peer_pb2.Ping) else "held"), "who asks holds, who answers says what is there")
    for name in ("head", "held", "at"):
        if m.history.HasField(name):
            check_history_head(getattr(m.history, name), name == "at")


FRAME_RULES = {"Hello": check_hello, "Subscribe": check_position, "Acknowledge": check_position, "Ping": check_ping, "Pong": check_ping}


def read_frame(data):
    need(4 <= len(data) <= 80 * 1024 and data[:2] == b"VT" and data[2] == 1, "frame")
    names = {n: k[8:] for k, n in peer_pb2.MessageType.items()}
    need(data[3] in names and data[3] != 0, "type")
    name = "".join(word.capitalize() for word in names[data[3]].split("_"))
    message = parse(getattr(peer_pb2, name), data[4:])
    FRAME_RULES.get(name, lambda m: None)(message)
    return data[3], name, message


def open_directory(head, entries, root):
    """Checks a directory as a DirectoryFile; returns the keys by id."""
    public_key = root.public_key()
    raw = public_key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    need(good(raw, root.signature, root.tbs_certificate_bytes), "root certificate")
    _, opened, body = open_envelope(head, {key_id(raw): ("registry", raw, None)})
    need(len(body.competence) <= 48 << 10 and len(body.lists) <= 8 << 10, "texts of the head")
    need(opened.kind == 6 and body.version > 0 and len(body.previous_digest) in (0, 32), "head")
    need(body.entry_count == len(entries) and body.entries_root == tree([leaf_hash(e) for e in entries]), "entries' root")
    parsed = [parse(envelope_pb2.DirectoryEntry, e) for e in entries]
    ids = [e.id.encode() for e in parsed]
    need(ids == sorted(set(ids)), "order")
    known, keys = {e.id: e for e in parsed}, {}
    need(sum(1 for e in parsed if not e.superior and not e.retired) == 1, "one top")
    for e in parsed:
        places = [(p.since, p.superior, p.retired) for p in e.places]
        need(all(a[0] < b[0] for a, b in zip(places, places[1:])), "places' order")
        need(not places or places[-1][1:] == (e.superior, e.retired), "last place")
        levels = [(x.since, x.level) for x in e.levels]
        need(len(levels) <= 64 and all(a[0] < b[0] for a, b in zip(levels, levels[1:])), "levels' order")
        need(not levels or levels[-1][1] == e.level, "last level")
        at, depth = e, 0
        while at.superior:
            need(at.superior in known and depth < 16, "tree")
            at, depth = known[at.superior], depth + 1
            need(depth > 1 or e.retired or (at.endpoint and not at.retired), "superior")
        for k in e.keys:
            need(len(k.key_id) == 32 and len(k.public_key) == 32 and k.key_id not in keys, "key")
            if k.use == 1:
                certificate = x509.load_der_x509_certificate(k.certificate)
                inside = certificate.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
                need(k.key_id == key_id(k.public_key) and inside == k.public_key, "certificate's key")
                need(good(raw, certificate.signature, certificate.tbs_certificate_bytes), "certificate")
            keys[k.key_id] = (e.id, k.public_key, k)
    return {i: k for i, k in keys.items() if k[2].use == 1}


def open_evidence(data, root):
    evidence = parse(control_pb2.Evidence, data)
    need(len(evidence.heads) >= 1, "heads")
    keys = open_directory(evidence.heads[0], list(evidence.entries), root)
    digest, head, _ = open_envelope(evidence.envelope, keys)
    need(head.kind == 1, "no document")
    for fact in list(evidence.relays) + list(evidence.receipts):
        _, fact_head, body = open_envelope(fact, keys)
        need(fact_head.kind in (2, 3, 5) and body.document.digest == digest, "another document's")
    return digest, head


# ---- the examples ----

class Run:
    def __init__(self):
        self.passed = self.failed = 0
        self.groups = {g: json.loads((FOLDER / (g + ".json")).read_text(encoding="utf-8")) for g in GROUPS}
        self.keys = {}
        for name, v in self.groups["keys"].items():
            if v["rule"] == "key":
                raw = bytes.fromhex(v["public_key"])
                self.keys[bytes.fromhex(v["key_id"])] = (name, raw, None)
        self.root = x509.load_der_x509_certificate(self.data("root-certificate"))

    @staticmethod
    def data(name):
        return bytes.fromhex((FOLDER / (name + ".hex")).read_text())

    def report(self, name, fault):
        if fault is None:
            self.passed += 1
            print("ok - vectors: " + name)
        else:
            self.failed += 1
            print("not ok - vectors: %s: %s" % (name, fault))

    def expect(self, name, work):
        try:
            work()
            self.report(name, None)
        except Exception as e:  # whatever goes wrong with one example is that example's failure
            self.report(name, repr(e))

    def refuse(self, name, spoilt):
        """spoilt: (what, function) pairs; each function must refuse."""
        taken, count = [], 0
        try:
            for what, work in spoilt:
                count += 1
                try:
                    work()
                    taken.append(what)
                except (Refused, ValueError):
                    pass
        except Exception as e:  # the example itself is broken
            taken.append(repr(e))
        self.report("%s refused when spoilt, %d ways" % (name, count),
                  "taken with %s" % taken[:3] if taken else None if count else "nothing was spoilt")


def value_at(message, path):
    for step in path.split("."):
        message = message[int(step)] if step.isdigit() else getattr(message, step)
    return message


def compare(message, expected):
    for path, want in expected.items():
        have = value_at(message, path)
        have = have.hex() if isinstance(have, bytes) else have
        assert not isinstance(have, Message) and have == want, "%s is %r, not %r" % (path, have, want)


def flips(data):
    """One bit of each byte, another from byte to byte."""
    for i in range(len(data)):
        yield "byte %d" % i, data[:i] + bytes([data[i] ^ (1 << i % 8)]) + data[i + 1:]


def spoil_envelope(data, keys):
    """Every bit that a signature covers, the signature, its key id, its path and index."""
    original = envelope_pb2.Envelope.FromString(data)

    def variant(change, value):
        e = copy.deepcopy(original)
        change(e, value)
        return lambda: open_envelope(e.SerializeToString(), keys)

    def set_field(name, holder=lambda e: e):
        return lambda e, value: setattr(holder(e), name, value)

    signature = original.signatures[0]
    for what, value in flips(original.payload):
        yield "payload " + what, variant(set_field("payload"), value)
    for i, c in enumerate(original.payload_type):
        value = original.payload_type[:i] + chr(ord(c) ^ 1) + original.payload_type[i + 1:]
        yield "type %d" % i, variant(set_field("payload_type"), value)
    for field in ("signature", "key_id"):
        for what, value in flips(getattr(signature, field)):
            yield field + what, variant(set_field(field, lambda e: e.signatures[0]), value)
    yield "no signature", variant(lambda e, _: e.ClearField("signatures"), None)
    if not signature.HasField("batch"):
        return
    in_batch = lambda e: e.signatures[0].batch
    for what, value in flips(signature.batch.path):
        yield "path " + what, variant(set_field("path", in_batch), value)
    yield "path cut", variant(set_field("path", in_batch), signature.batch.path[:-32])
    yield "path grown", variant(set_field("path", in_batch), signature.batch.path + bytes(32))
    for index in range(signature.batch.leaf_count + 2):
        if index != signature.batch.leaf_index:
            yield "place %d" % index, variant(set_field("leaf_index", in_batch), index)
    for count in (0, signature.batch.leaf_count - 1, signature.batch.leaf_count + 1, 5000):
        yield "count %d" % count, variant(set_field("leaf_count", in_batch), count)
    yield "batch forgotten", variant(lambda e, _: e.signatures[0].ClearField("batch"), None)


# Each rule of a vector: what it checks, with the run, the name, the vector and its bytes (None when it has no file).

def rule_key(run, name, v, data):
    private = ed25519.Ed25519PrivateKey.from_private_bytes(bytes.fromhex(v["private_key"]))
    public = private.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    assert public.hex() == v["public_key"] and key_id(public).hex() == v["key_id"]


def rule_certificate(run, name, v, data):
    need(run.root.issuer == run.root.subject, "issuer")
    raw = run.root.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    need(run.keys[key_id(raw)][0] == "registry" and good(raw, run.root.signature, run.root.tbs_certificate_bytes), "root")


def rule_pae(run, name, v, data):
    payload = bytes.fromhex(v["payload"])
    assert pae(v["payload_type"].encode(), payload) == data and sha256(data).hex() == v["digest"]


def rule_tree(run, name, v, data):
    leaves = [leaf_hash(bytes([i])) for i in range(v["leaf_count"])]
    assert tree(leaves).hex() == v["root"] and len(v["paths"]) == len(leaves)
    for i, path in enumerate(v["paths"]):
        assert climb(leaves[i], i, len(leaves), bytes.fromhex(path)).hex() == v["root"]
        for _, other in flips(bytes.fromhex(path)):
            assert climb(leaves[i], i, len(leaves), other).hex() != v["root"]


def rule_chain(run, name, v, data):
    chain = chain_start(bytes.fromhex(v["stream"]), v["begin"])
    assert chain.hex() == v["start"] and v["steps"]
    for n, step in enumerate(v["steps"], v["begin"] + 1):
        chain = chain_step(chain, n, bytes.fromhex(step["digest"]))
        assert n == step["seq"] and chain.hex() == step["chain"]


def rule_submission(run, name, v, data):
    body = bytes.fromhex(v["body"])
    text = b"vanthu submission v1\n" + u64(len(v["recipients"]))
    for r in v["recipients"]:
        text += u64(r["group"]) + u64(len(r["committee"])) + r["committee"].encode()
    text += u64(v["urgency"]) + u64(v["secrecy"]) + u64(len(body)) + body + u64(len(v["parts"]))
    for p in v["parts"]:
        text += u64(p["size_bytes"]) + bytes.fromhex(p["sha256"])
    assert sha256(text).hex() == v["digest"]


def rule_content(run, name, v, data):
    content = bytes(31 * i % 251 for i in range(v["size_bytes"]))
    leaves = chunk_leaves(content)
    assert sha256(content).hex() == v["sha256"] and [h.hex() for h in leaves] == v["leaves"] and tree(leaves).hex() == v["chunk_root"]


def rule_envelope(run, name, v, data):
    envelope = envelope_pb2.Envelope.FromString(data)
    digest, head, body = open_envelope(data, run.keys)
    assert digest.hex() == v["digest"] and envelope.payload.hex() == v["payload"] and envelope.payload_type == v["payload_type"]
    assert run.keys[envelope.signatures[0].key_id][0] == v["signer"]
    assert envelope.signatures[0].HasField("batch") == ("batch_digests" in v)
    compare(envelope_pb2.Payload.FromString(envelope.payload), v["expect"])
    compare(body, v.get("expect_body", {}))
    if name == "correction":
        assert believe(open_envelope(run.data("doubt"), run.keys)[1:], (head, body)) == head.signed_at_ms
    if name == "doubt-of-receipt":
        assert body.envelope == run.data("receipt")
    if "batch_digests" in v:
        batch = envelope.signatures[0].batch
        leaves = [leaf_hash(bytes.fromhex(d)) for d in v["batch_digests"]]
        assert batch.leaf_count == len(leaves) and batch.leaf_index == v["leaf_index"] and v["batch_digests"][v["leaf_index"]] == v["digest"]
        assert climb(leaves[batch.leaf_index], batch.leaf_index, batch.leaf_count, batch.path) == tree(leaves)
    if name == "document":  # the body as it was submitted: without contents; Python packs these fields in the same order
        for part in body.parts:
            part.ClearField("content")
        rule_submission(run, name, {"recipients": [{"group": r.group, "committee": r.committee} for r in head.recipients],
                                    "urgency": head.urgency, "secrecy": head.secrecy, "body": body.SerializeToString().hex(),
                                    "parts": [{"size_bytes": m.size_bytes, "sha256": m.sha256.hex()} for m in head.manifest],
                                    "digest": head.submission_digest.hex()}, None)


def rule_frame(run, name, v, data):
    number, message_name, message = read_frame(data)
    assert number == v["type"] and message_name == v["message"]
    compare(message, v["expect"])
    if message_name == "Publish":
        chain = chain_start(message.stream, message.items[0].seq - 1)
        for n, item in enumerate(message.items, message.items[0].seq):
            digest, head, _ = open_envelope(item.envelope, run.keys)
            chain = chain_step(chain, n, digest)
            need(item.seq == n and item.chain == chain, "chain")
            need(set(item.targets) <= {r.committee for r in head.recipients if not r.group}, "targets")
            for relay in item.relays:
                need(len(relay) <= 1024, "relay record")
                _, relay_head, body = open_envelope(relay, run.keys)
                need(relay_head.kind == 5 and body.document.digest == digest, "relay record")
    if message_name == "Chunk":
        item = envelope_pb2.Payload.FromString(envelope_pb2.Envelope.FromString(run.data("document")).payload).head.manifest[message.item]
        leaves = [h for h in message_leaves(run)]
        need(tree(leaves) == item.chunk_root, "leaves")
        need(message.what == 1 or chunk_leaves(message.data) == leaves[message.index:message.index + len(chunk_leaves(message.data))], "chunk")


def message_leaves(run):
    data = read_frame(run.data("chunk-leaves"))[2].data
    return [data[i:i + 32] for i in range(0, len(data), 32)]


def rule_message(run, name, v, data):
    holder = control_pb2 if v["message"] == "LiveEvent" else envelope_pb2
    message = parse(getattr(holder, v["message"]), data)
    compare(message, v["expect"])
    assert "topic" not in v or v["topic"] == message.what


def rule_head(run, name, v, data):
    raw = run.root.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    digest, head, body = open_envelope(data, {key_id(raw): ("registry", raw, None)})
    assert digest.hex() == v["digest"] and body.previous_digest.hex() == v["previous_digest"] and body.version == v["version"]
    assert body.entries_root.hex() == v["entries_root"] and body.valid_until_ms == v["valid_until_ms"]
    assert body.competence.hex() == v["competence"] and body.lists.hex() == v["lists"]
    body.competence.decode(), body.lists.decode()
    assert head.id == bytes(8) + u64(body.version) and head.directory_version == body.version
    if body.version > 1:
        assert v["previous_digest"] == run.groups["directory"]["directory-head-%d" % (body.version - 1)]["digest"]


def lay_over(run, message):
    """All entries: those of the file, over those of the version it counts from."""
    if not message.since:
        return list(message.entries)
    before = envelope_pb2.DirectoryFile.FromString(run.data("directory-file-%d" % message.since))
    by_id = {parse(envelope_pb2.DirectoryEntry, e).id: e for e in list(before.entries) + list(message.entries)}
    return [by_id[i] for i in sorted(by_id)]


def rule_directory(run, name, v, data):
    message = parse(envelope_pb2.DirectoryFile, data)
    assert len(message.entries) == v["entry_count"] and message.since == v.get("since", 0)
    keys = open_directory(message.head, lay_over(run, message), run.root)
    assert message.head == run.data("directory-head-%d" % v["version"])
    for i, (committee, raw, _) in keys.items():
        assert run.keys[i][:2] == (committee, raw)


def rule_local(run, name, v, data):
    need(int.from_bytes(data[:4], "big") == len(data) - 4 <= 1 << 20, "length")
    message = parse(getattr(control_pb2, v["message"]), data[4:])
    assert message.WhichOneof("what") is not None
    compare(message, v["expect"])


def rule_evidence(run, name, v, data):
    digest, head = open_evidence(data, run.root)
    assert digest.hex() == v["document_digest"] and head.origin == v["signer"]


# ---- what must be refused ----

def spoil_directory(run, data):
    message = envelope_pb2.DirectoryFile.FromString(data)
    entries = list(message.entries)
    spoilt = lambda e: lambda: open_directory(message.head, e, run.root)
    for i, entry in enumerate(entries):
        for what, value in flips(entry):
            yield "entry %d %s" % (i, what), spoilt(entries[:i] + [value] + entries[i + 1:])
    yield "one left out", spoilt(entries[1:])
    yield "one twice", spoilt(entries + entries[-1:])
    yield "another order", spoilt(entries[::-1])


def spoil_evidence(run, data):
    """Each envelope inside is spoilt at some bytes; all bits of envelopes of these kinds are tried above."""
    original = control_pb2.Evidence.FromString(data)

    def variant(change):
        e = copy.deepcopy(original)
        change(e)
        return lambda: open_evidence(e.SerializeToString(), run.root)

    def spoil(field, n):
        def change(e):
            holder = getattr(e, field)
            inside = envelope_pb2.Envelope.FromString(holder if field == "envelope" else holder[0])
            at = n % len(inside.payload)
            inside.payload = inside.payload[:at] + bytes([inside.payload[at] ^ 1]) + inside.payload[at + 1:]
            if field == "envelope":
                e.envelope = inside.SerializeToString()
            else:
                holder[0] = inside.SerializeToString()
        return change

    for field in ("envelope", "relays", "receipts", "heads"):
        for n in range(0, 200, 7):
            yield "%s %d" % (field, n), variant(spoil(field, n))
    other = run.data("batch-0-of-5")
    yield "another document", variant(lambda e: setattr(e, "envelope", other))
    yield "no directory", variant(lambda e: e.ClearField("heads"))
    yield "fewer entries", variant(lambda e: e.entries.pop())


def spoil_correction(run):
    """What its signer may have signed, and yet is no answer to this doubt."""
    doubt, word = (open_envelope(run.data(name), run.keys)[1:] for name in ("doubt", "correction"))

    def variant(part, name, value):
        spoilt = copy.deepcopy(word)
        setattr(spoilt[part], name, value)
        return lambda: believe(doubt, spoilt)

    for field in ("token", "digest"):
        for what, value in flips(getattr(word[1], field)):
            yield field + what, variant(1, field, value)
    yield "no token", variant(1, "token", b"")
    yield "kind", variant(1, "kind", 2)
    yield "another's", variant(0, "origin", "pl")
    yield "still ahead", variant(0, "signed_at_ms", NOW_MS + 300001)
    other = copy.deepcopy(word)
    other[0].recipients[0].committee = "pl"
    yield "for another", lambda: believe(doubt, other)


def spoil_report(run):
    """Figures that a committee could sign, and that cannot be."""
    _, head, body = open_envelope(run.data("report"), run.keys)

    def variant(change):
        m = copy.deepcopy(body)
        change(m)
        return lambda: check_report(head, m)

    for name, change in (("more processed", lambda m: setattr(m.rows[0], "processed", 10)), ("more late", lambda m: setattr(m.rows[0], "late", 7)),
                         ("more refused", lambda m: setattr(m.rows[2], "refused", 4)), ("more slow", lambda m: setattr(m.rows[2], "slow", 6)),
                         ("a month to come", lambda m: setattr(m, "to_month", 2025 * 12 + 11)), ("too many months", lambda m: setattr(m, "from_month", 2023 * 12)),
                         ("a row twice", lambda m: m.rows.append(m.rows[2])), ("no such type", lambda m: setattr(m.rows[0], "type", 2)),
                         ("too large", lambda m: setattr(m.rows[0], "digital", 1 << 40)), ("as of a time to come", lambda m: setattr(m, "as_of_ms", NOW_MS + 1)),
                         ("documents of all time", lambda m: setattr(m, "exchanged_since_ms", 0)), ("a document twice", lambda m: setattr(m.exchanges[0], "ids", m.exchanges[0].ids[:16] * 2)),
                         ("more done than there is", lambda m: setattr(m.declared[0], "done", 16)), ("a question with figures", lambda m: setattr(m, "asks", True))):
        yield name, variant(change)


def spoil_reference(run):
    """Bodies that a committee could sign, and nobody takes."""
    for name in ("receipt", "refusal", "refusal-of-unsigned", "refusal-of-unreadable", "status", "status-assigned", "status-agreed", "relayed", "doubt", "doubt-of-receipt", "correction",
                 "asked", "asked-content", "returned", "gone"):
        _, head, body = open_envelope(run.data(name), run.keys)
        for field in ("digest",) if not body.document.origin else ("id", "digest"):
            m = copy.deepcopy(body)
            setattr(m.document, field, getattr(m.document, field)[1:])
            yield "%s %s" % (name, field), lambda h=head, m=m: check_body(h, m.SerializeToString(), run.keys)
        h = copy.deepcopy(head)
        h.recipients.add(committee="pl")
        yield name + " for two", lambda h=h, m=body: check_body(h, m.SerializeToString(), run.keys)
        m = copy.deepcopy(body)
        if head.kind != 3:
            m.document.origin = ""
            yield name + " digest alone", lambda h=head, m=m: check_body(h, m.SerializeToString(), run.keys)
    _, head, body = open_envelope(run.data("document-that-replaces"), run.keys)
    for field, value in (("origin", ""), ("id", bytes(15)), ("id", b""), ("digest", bytes(31))):
        m = copy.deepcopy(body)
        setattr(m.concerns, field, value)
        yield "concerns " + field, lambda h=head, m=m: check_body(h, m.SerializeToString(), run.keys)
    _, head, body = open_envelope(run.data("document-that-reminds"), run.keys)
    for field in ("reminds", "reply_to"):
        m = copy.deepcopy(body)
        m.ClearField("reply_to") if field == "reply_to" else setattr(m, "reminds", "Chi bộ Một")
        yield "reminder " + field, lambda h=head, m=m: check_body(h, m.SerializeToString(), run.keys)
    _, head, body = open_envelope(run.data("doubt-of-receipt"), run.keys)
    for field, value in (("digest", sha256(b"")), ("kind", 3), ("kind", 8), ("token", bytes(65)), ("envelope", b""), ("signed_at_ms", 1),
                         ("envelope", run.data("held")), ("envelope", run.data("receipt")[:-1])):
        m = copy.deepcopy(body)
        setattr(m, field, value)
        yield "doubt " + field, lambda m=m: check_body(head, m.SerializeToString(), run.keys)


def spoil_lost(run):
    """What may be signed, and is no question, no return and no loss."""
    def variant(name, field, value):
        _, head, body = open_envelope(run.data(name), run.keys)
        m = copy.deepcopy(body)
        setattr(m, field, value)
        return lambda: check_body(head, m.SerializeToString(), run.keys)

    for field, value in (("own", 1), ("yours", 1), ("answered", False)):
        yield "content " + field, variant("asked-content", field, value)
    for what, value in (("nothing", b""), ("cut", run.data("receipt")[:-1]), ("another's", run.data("refusal")), ("a document", run.data("document")),
                        ("too large", run.data("receipt") + bytes(16 * 1024))):
        yield "returned " + what, variant("returned", "envelope", value)
    for field, value in (("role", ord("p")), ("role", 0), ("secrecy", 0), ("secrecy", 5), ("number", "x" * 61), ("issued_on", "2025-11-24 ")):
        yield "gone " + field, variant("gone", field, value)
    _, head, body = open_envelope(run.data("returned"), run.keys)
    head = copy.deepcopy(head)
    head.recipients[0].committee = "thads"
    yield "returned to another", lambda: check_body(head, body.SerializeToString(), run.keys)
    m = copy.deepcopy(body)
    m.document.id = bytes(16)
    yield "returned of another document", lambda: check_body(open_envelope(run.data("returned"), run.keys)[1], m.SerializeToString(), run.keys)


def spoil_fields(run):
    """Frames that decode, and say what may not be said."""
    def variant(name, change):
        number, _, m = read_frame(run.data(name))
        change(m)
        return lambda: read_frame(b"VT\x01" + bytes([number]) + m.SerializeToString())

    for name in ("hello", "hello-answer", "hello-bulk", "hello-visit", "hello-of-a-store-behind"):
        yield name + " range", variant(name, lambda m: setattr(m, "protocol_min", 2))
        yield name + " nobody", variant(name, lambda m: setattr(m, "committee", ""))
        yield name + " purpose", variant(name, lambda m: setattr(m, "purpose", 4))
        yield name + " lanes", variant(name, lambda m: m.streams.add(lane=1, stream=bytes(16)))
    for name in ("hello", "hello-of-a-store-behind"):
        yield name + " stream", variant(name, lambda m: setattr(m.streams[1], "stream", bytes(15)))
        yield name + " begin", variant(name, lambda m: setattr(m.streams[1], "begin", m.streams[1].last + 1))
        yield name + " order", variant(name, lambda m: setattr(m.streams[1], "lane", 3))
    for holder in ("store", "seen"):
        for field in ("store", "run"):
            yield holder + field, variant("hello-of-a-store-behind", lambda m, h=holder, f=field: setattr(getattr(m, h).mark, f, bytes(17)))
    yield "acknowledged", variant("hello-of-a-store-behind", lambda m: m.acknowledged.append(1))
    for name in ("subscribe", "acknowledge", "subscribe-with-rejected", "acknowledge-with-rejected"):
        yield name + " lane", variant(name, lambda m: setattr(m, "lane", 0))
        yield name + " stream", variant(name, lambda m: setattr(m, "stream", bytes(17)))
        yield name + " chain", variant(name, lambda m: setattr(m, "chain", bytes(31)))
        yield name + " not had", variant(name, lambda m: m.rejected.add(seq=m.have + 1, reason=3016))
        yield name + " no reason", variant(name, lambda m: m.rejected.add(seq=m.have, reason=0))
        yield name + " too many", variant(name, lambda m: (m.ClearField("rejected"), setattr(m, "have", 99),
                                                           m.rejected.extend(peer_pb2.Rejected(seq=i, reason=3016) for i in range(1, 10))))
    yield "rejected descend", variant("acknowledge-with-rejected", lambda m: setattr(m.rejected[0], "seq", 7))
    for name in ("ping", "pong", "pong-withholding", "ping-with-history", "pong-with-history"):
        yield name + " token", variant(name, lambda m: setattr(m, "token", 0))
    for name, other in (("ping-with-history", "held"), ("pong-with-history", "at")):
        for holder in ("head", other):
            for field, value in (("id", bytes(15)), ("line", 0), ("chain", bytes(31))):
                yield "%s %s %s" % (name, holder, field), variant(name, lambda m, h=holder, f=field, x=value: setattr(getattr(m.history, h), f, x))
        yield name + " no chain", variant(name, lambda m: m.history.head.ClearField("chain"))
        yield name + " alarm", variant(name, lambda m: setattr(m.history, "alarm", 1))
    yield "held without its chain", variant("ping-with-history", lambda m: m.history.held.ClearField("chain"))
    yield "held in an answer", variant("pong-with-history", lambda m: m.history.held.CopyFrom(m.history.head))
    yield "an answer that nobody asked", variant("ping-with-history", lambda m: m.history.at.CopyFrom(m.history.head))


def spoil_frames(run):
    data = run.data("subscribe")
    for i in range(3):
        yield "header %d" % i, lambda i=i: read_frame(data[:i] + bytes([data[i] ^ 1]) + data[i + 1:])
    yield "type", lambda: read_frame(data[:3] + b"\x00" + data[4:])
    yield "cut", lambda: read_frame(data[:-1])
    yield "too long", lambda: read_frame(data + bytes(80 * 1024))
    publish = run.groups["peer"]["publish"]
    _, _, message = read_frame(run.data("publish"))
    for i in range(len(message.items)):
        for change in (lambda m, i=i: setattr(m.items[i], "chain", sha256(m.items[i].chain)), lambda m, i=i: setattr(m.items[i], "seq", 77)):
            m = copy.deepcopy(message)
            change(m)
            frame = b"VT\x01\x03" + m.SerializeToString()
            yield "item %d" % i, lambda f=frame: rule_frame(run, "publish", {**publish, "expect": {}}, f)
    for name in ("chunk-leaves", "chunk-bytes", "chunk-bytes-two"):
        _, _, chunk = read_frame(run.data(name))
        for at in range(0, len(chunk.data), 61):
            c = copy.deepcopy(chunk)
            c.data = chunk.data[:at] + bytes([chunk.data[at] ^ 16]) + chunk.data[at + 1:]
            yield "%s %d" % (name, at), lambda n=name, c=c: spoilt_chunk(run, n, c)


def spoilt_chunk(run, name, chunk):
    manifest = envelope_pb2.Payload.FromString(envelope_pb2.Envelope.FromString(run.data("document")).payload).head.manifest
    if name == "chunk-leaves":
        need(tree([chunk.data[i:i + 32] for i in range(0, len(chunk.data), 32)]) == manifest[chunk.item].chunk_root, "leaves")
    else:
        need(chunk_leaves(chunk.data) == message_leaves(run)[chunk.index:chunk.index + len(chunk_leaves(chunk.data))], "chunk")


def main():
    run = Run()
    seen = set()
    for group in GROUPS:
        for name, v in run.groups[group].items():
            data = run.data(name) if "size_bytes" in v and v["rule"] != "content" else None
            if data is not None:
                seen.add(name + ".hex")
            run.expect("%s %s" % (group, name), lambda n=name, v=v, d=data: (
                need(d is None or len(d) == v["size_bytes"], "size"), globals()["rule_" + v["rule"]](run, n, v, d)))
    left = {p.name for p in FOLDER.glob("*.hex")} - seen
    run.report("every file is named by an example", "%s" % sorted(left) if left else None)
    for name in run.groups["envelopes"]:
        run.refuse(name, spoil_envelope(run.data(name), run.keys))
    registry = {i: k for i, k in run.keys.items() if k[0] == "registry"}
    for version in (1, 2):
        run.refuse("directory head %d" % version, spoil_envelope(run.data("directory-head-%d" % version), registry))
        run.refuse("directory %d" % version, spoil_directory(run, run.data("directory-file-%d" % version)))
    run.refuse("evidence", spoil_evidence(run, run.data("evidence")))
    run.refuse("frames", spoil_frames(run))
    run.refuse("fields of frames", spoil_fields(run))
    run.refuse("correction", spoil_correction(run))
    run.refuse("bodies of facts", spoil_reference(run))
    run.refuse("what was lost", spoil_lost(run))
    run.refuse("figures", spoil_report(run))
    stranger = {i: k for i, k in run.keys.items() if k[0] != "btp"}
    run.refuse("unknown key", [("document", lambda: open_envelope(run.data("document"), stranger))])
    taken = {i: ("pl" if k[0] == "btp" else k[0], k[1], k[2]) for i, k in run.keys.items()}
    run.refuse("another's name", [("document", lambda: open_envelope(run.data("document"), taken))])
    return 1 if run.failed else 0


if __name__ == "__main__":
    sys.exit(main())
