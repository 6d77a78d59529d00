"""What the runs with trouble share: ports that are free, daemons that are killed, ids that are not drawn twice."""
import os
import signal
import socket
import time
import uuid


def free_ports(count):
    first = 22000 + os.getpid() * 16 % 8000
    while first < 32000:
        try:
            for port in range(first, first + count):
                with socket.socket() as s:
                    s.bind(("127.0.0.1", port))
            return first
        except OSError:
            first += count
    raise SystemExit("no free ports")


def pid_of(folder, what="vanthud"):
    """Of the daemon of this committee's folder; 0: none has been started."""
    try:
        return int(open(os.path.join(folder, what + ".pid")).read())
    except (OSError, ValueError):
        return 0


def gone(pid):
    try:
        return open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def wait(pid, seconds=300):
    """Until it is gone; False when it is not in that time."""
    end = time.monotonic() + seconds
    while pid != 0 and not gone(pid):
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True


def kill(pid):
    """kill -9, and until it is gone; False when there was nobody."""
    if pid == 0 or gone(pid):
        return False
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return wait(pid)


def new_id(rand):
    """UUIDv7 by this generator."""
    ms = int(time.time() * 1000)
    return str(uuid.UUID(int=ms << 80 | 7 << 76 | rand.getrandbits(12) << 64 | 2 << 62 | rand.getrandbits(62)))
