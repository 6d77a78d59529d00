"""What a power cut may leave of a folder, worked out from the log of a preloaded library (watch.h).

Of a file: what was synced is there; of each later write, each later change of length: it is there, or not, or a part of it, whatever
became of the others. Of a folder: the same of each name that came or went since the folder was synced; a name that was moved stands at
its new place, at its old one, or at both. A file that has no name on the disk is not there. Nothing is assumed of the order in which a
disk does what it was not told to have done, and nothing of what one file system promises beyond POSIX."""
import hashlib
import json
import random
import struct

HEAD = struct.Struct("<IcIQQII")
BLOCK, SECTOR = 4096, 512


class Record:
    __slots__ = ("type", "thread", "inode", "offset", "a", "b", "at")

    def __init__(self, kind, thread, inode, offset, a, b, at):
        self.type, self.thread, self.inode, self.offset, self.a, self.b, self.at = kind, thread, inode, offset, a, b, at


def read_log(path):
    """All whole records, in their order; `at` is their place in it."""
    data = open(path, "rb").read()
    records, at = [], 0
    while at + HEAD.size <= len(data):
        size, kind, thread, inode, offset, a, b = HEAD.unpack_from(data, at)
        if at + size > len(data):
            break
        begin = at + HEAD.size
        records.append(Record(kind.decode(), thread, inode, offset, data[begin:begin + a], data[begin + a:begin + a + b].decode(), len(records)))
        at += size
    return records


def write_mark(path, what):
    """Who drives the daemon says what has reached it: a record of its own, in the same file."""
    text = json.dumps(what).encode()
    with open(path, "ab", buffering=0) as f:
        f.write(HEAD.pack(HEAD.size + len(text), b"m", 0, 0, 0, len(text), 0) + text)


class Node:
    """A file or a folder as far as it is on the disk for certain."""
    __slots__ = ("names", "data", "number")

    def __init__(self, folder, number):
        self.names, self.data, self.number = ({} if folder else None), b"", number


class Change:
    """What was done and is not on the disk for certain."""
    __slots__ = ("kind", "node", "offset", "data", "name", "child", "after", "serial")

    def __init__(self, kind, node, offset=0, data=b"", name="", child=None, after=None):
        self.kind, self.node, self.offset, self.data, self.name, self.child, self.after = kind, node, offset, data, name, child, after
        self.serial = 0


class Disk:
    """The folder while the log goes on: `now`, as the program sees it, by names; what is certain, in the nodes; and `open`, all changes
    that are not, in their order."""

    def __init__(self, root_inode, believe_syncs=True):
        self.root = Node(True, 0)
        self.now = {"": self.root}
        self.by_inode = {root_inode: self.root}
        self.open = []
        self.asked = {}  # of a thread: how far a sync of it reaches
        self.nodes = self.changes = 0
        self.mapped = set()
        self.believe_syncs = believe_syncs

    def make(self, folder, inode):
        self.nodes += 1
        node = Node(folder, self.nodes)
        self.by_inode[inode] = node
        return node

    def parent(self, path):
        folder, _, name = path.rpartition("/")
        return self.now[folder], name

    def add(self, change):
        change.serial = self.changes
        self.changes += 1
        self.open.append(change)
        return change

    def come(self, path, node, after=None):
        folder, name = self.parent(path)
        return self.add(Change("come", folder, name=name, child=node, after=after))

    def go(self, path, after=None):
        folder, name = self.parent(path)
        self.add(Change("go", folder, name=name, after=after))

    def moved(self, source, target):
        node = self.now[source]
        come = self.come(target, node)
        self.go(source, after=come)
        for path in [p for p in self.now if p == source or p.startswith(source + "/")]:
            self.now[target + path[len(source):]] = self.now.pop(path)

    def settle(self, inode, upto):
        """All changes of this node that were made before `upto` are certain now."""
        node = self.by_inode.get(inode)
        if node is None or not self.believe_syncs:
            return
        rest = []
        for change in self.open:
            if change.node is node and change.serial < upto:
                self.certain(change)
            else:
                rest.append(change)
        self.open = rest

    @staticmethod
    def certain(change):
        node = change.node
        if change.kind == "come":
            node.names[change.name] = change.child
        elif change.kind == "go":
            node.names.pop(change.name, None)
        else:
            node.data = applied(node.data, change)

    def take(self, r):
        """The next record of the log."""
        if r.type == "C":
            node = self.make(False, r.inode)
            if r.b:
                self.now[r.b] = node
                self.come(r.b, node)
        elif r.type == "K":
            node = self.make(True, r.inode)
            self.now[r.b] = node
            self.come(r.b, node)
        elif r.type == "W" or r.type == "T":
            node = self.by_inode[r.inode]
            self.add(Change("write" if r.type == "W" else "length", node, r.offset, r.a))
        elif r.type == "D":
            last = next(i for i in range(len(self.open) - 1, -1, -1) if self.open[i].kind == "write" and self.open[i].node is self.by_inode[r.inode])
            if self.believe_syncs:
                self.certain(self.open.pop(last))
        elif r.type == "R":
            self.moved(r.a.decode(), r.b)
        elif r.type == "L":
            node = self.by_inode[r.inode]
            self.now[r.b] = node
            self.come(r.b, node)
        elif r.type == "U":
            self.go(r.b)
            del self.now[r.b]
        elif r.type == "s":
            self.asked[r.thread] = self.changes
        elif r.type == "S":
            self.settle(r.inode, self.asked.pop(r.thread))
        elif r.type == "y":
            self.asked[r.thread] = self.changes
        elif r.type == "Y":
            for node in list(self.by_inode):
                self.settle(node, self.asked[r.thread])
        elif r.type == "M":
            self.mapped.add(r.inode)


def applied(data, change, begin=0, end=None):
    """A file after this change, or after the part of a write from `begin` to `end`."""
    if change.kind == "length":
        return data[:change.offset].ljust(change.offset, b"\0")
    piece = change.data[begin:end]
    at = change.offset + begin
    if not piece:
        return data
    return data[:at].ljust(at, b"\0") + piece + data[at + len(piece):]


def borders(change, rng):
    """Where a write may be torn: at sectors and at blocks of the disk, counted from its beginning in the file."""
    size, found = len(change.data), set()
    for unit in (SECTOR, BLOCK):
        first = unit - change.offset % unit
        places = range(first, size, unit)
        if places:
            found.update((places[0], places[-1], places[len(places) // 2], rng.choice(places)))
    return sorted(found)


def variants(changes, rng, most):
    """Which of the changes are there: lists of (number of the change, begin, end), end None for whole ones. `most` of each kind."""
    n = len(changes)
    whole = [(i, 0, None) for i in range(n)]

    def some(numbers):
        numbers = list(numbers)
        return numbers if len(numbers) <= most else sorted(rng.sample(numbers, most))

    yield "none", []
    if n == 0:
        return
    yield "all", whole
    for i in some(range(1, n)):
        yield "first %d" % i, whole[:i]
    for i in some(range(n)):
        yield "without %d" % i, whole[:i] + whole[i + 1:]
        yield "only %d" % i, [whole[i]]
    torn = [(i, cut) for i in range(n) if changes[i].kind == "write" for cut in borders(changes[i], rng)]
    for i, cut in some(torn):
        head, tail = (i, 0, cut), (i, cut, None)
        yield "torn %d at %d" % (i, cut), whole[:i] + [head]
        yield "torn %d at %d, others" % (i, cut), whole[:i] + [head] + whole[i + 1:]
        yield "torn %d from %d, others" % (i, cut), whole[:i] + [tail] + whole[i + 1:]
    for k in range(most):
        chosen = []
        for i in range(n):
            draw = rng.random()
            if draw < 0.45:
                chosen.append(whole[i])
            elif draw < 0.6 and changes[i].kind == "write":
                places = borders(changes[i], rng)
                if places:
                    cut = rng.choice(places)
                    chosen.append(rng.choice([(i, 0, cut), (i, cut, None)]))
        yield "draw %d" % k, chosen


def image(disk, chosen):
    """{path: bytes of a file, None for a folder} below the root."""
    names, data = {}, {}
    taken = {i for i, _, _ in chosen}
    number = {id(c): i for i, c in enumerate(disk.open)}
    for i, begin, end in chosen:
        change = disk.open[i]
        key = change.node.number
        if change.kind in ("write", "length"):
            data[key] = applied(data.get(key, change.node.data), change, begin, end)
            continue
        if change.after is not None and number.get(id(change.after), i) not in taken:
            continue  # never from its old place before it is at its new one
        here = names.setdefault(key, dict(change.node.names))
        if change.kind == "come":
            here[change.name] = change.child
        else:
            here.pop(change.name, None)
    out = {}

    def walk(node, path):
        for name, child in names.get(node.number, node.names).items():
            below = path + name
            if child.names is None:
                out[below] = data.get(child.number, child.data)
            else:
                out[below] = None
                walk(child, below + "/")

    walk(disk.root, "")
    return out


def digest(files):
    h = hashlib.sha256()
    for path in sorted(files):
        content = files[path]
        h.update(b"%d %s\0" % (-1 if content is None else len(content), path.encode()))
        if content:
            h.update(content)
    return h.hexdigest()


def epochs(records):
    """Places in the log at which everything is tried: before what is on the disk for certain grows, and after what leaves. Between
    them a cut leaves the first so many changes, which are tried at the next one."""
    return [r.at for r in records if r.type in "SDYAZP"]
