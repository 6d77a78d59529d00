"""A lab that was recorded, and what is to be known of its documents."""
import json
import os
import pathlib

import disk
import judge
import must
import office
import workload


def nothing(who):
    return must.Must(who)


class Recording:
    """The logs of a lab that was recorded in `folder`, and what is to be known of its documents."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.logs = {who: disk.read_log(self.folder / (who + ".log")) for who in workload.IDS}
        self.events = {who: must.events(who, self.logs) for who in workload.IDS}
        self.bodies = {e["id"]: e for events in self.events.values() for _, what, e in events if what == "document"}

    def known(self, digest):
        return (self.folder / "contents" / digest).read_bytes()

    def keep(self, data):
        """Another content; processes may do so at a time."""
        whole = self.folder / "contents" / office.sha256(data)
        part = whole.with_suffix(".%d" % os.getpid())
        part.write_bytes(data)
        part.rename(whole)

    def moments(self, who, believe_syncs):
        """(record before which the power is cut, the disk then, what must be there) of each."""
        records, events, at = self.logs[who], self.events[who], 0
        state, holds = disk.Disk(json.loads(records[0].a)["root"], believe_syncs), must.Must(who)
        cuts = set(disk.epochs(records))
        for r in records:
            if r.at in cuts:
                # What leaves with this record may have been read before the power goes.
                while at < len(events) and events[at][0] <= r.at:
                    holds.take(*events[at][1:])
                    at += 1
                yield r, state, holds
            state.take(r)

    def judge(self, folder, who):
        return judge.Judge(folder, self.folder / "lab" / who / "vanthud.yaml", self.known, self.bodies)


class Base:
    """For sweeps: the disk of a lab after a round of work, orderly stopped, and what must be on it."""

    def __init__(self, place, port):
        lab = workload.Lab(place / "recording", port)
        try:
            workload.play(lab, 1, 1)
        finally:
            lab.stop_all()
        self.recording = Recording(lab.folder)
        self.holds = {who: must.Must(who) for who in workload.IDS}
        for who, holds in self.holds.items():
            for _, what, e in self.recording.events[who]:
                holds.take(what, e)
            holds.backups.clear()  # verified with the images
        self.files = {}
        top = lab.config("mid").parent / "disk"
        for path in sorted(top.rglob("*")):
            name = str(path.relative_to(top))
            if not name.startswith("backup"):
                self.files[name] = None if path.is_dir() else path.read_bytes()
        self.letter = place / "letter.bin"
        self.letter.write_bytes(bytes(range(256)) * 300)
        own = [i for i, e in self.holds["mid"].documents.items() if e is not None]
        self.ours, self.theirs = own[0], next(i for i, e in self.holds["mid"].documents.items() if e is None and i not in self.holds["mid"].arrivals and i not in self.holds["mid"].codes)
