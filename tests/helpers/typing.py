#!/usr/bin/env python3
"""Types into a real interactive shell on a terminal of its own and prints the line that it then runs.

typing.py SHELL SETUP KEYS: SETUP is run first; KEYS has \\t for the Tab key. The line is not run but printed, as the shell parsed it: one
word in brackets after the other."""
import os
import pty
import select
import sys
import time

shell, setup, keys = sys.argv[1], sys.argv[2], sys.argv[3].encode().decode("unicode_escape").encode("latin-1")
argv = {"bash": ["bash", "--norc", "--noprofile", "-i"], "zsh": ["zsh", "-f", "-i"]}[shell]
pid, fd = pty.fork()
if pid == 0:
    os.environ.update(TERM="dumb", PS1="$ ", HISTFILE="", INPUTRC="/dev/null", LC_ALL="C.UTF-8")
    os.execvp(argv[0], argv)

seen = b""


def until(mark, seconds=10):
    """Reads until the mark is there."""
    global seen
    end = time.monotonic() + seconds
    while mark not in seen:
        left = end - time.monotonic()
        if left <= 0 or not select.select([fd], [], [], left)[0]:
            sys.stderr.write("not seen: %r in %r\n" % (mark, seen))
            sys.exit(1)
        seen += os.read(fd, 65536)
    seen = seen[seen.index(mark) + len(mark):]


def write(data):
    while data:
        data = data[os.write(fd, data):]


write(setup.encode() + b"\nprintf 'rea%s\\n' dy\n")
until(b"ready\r\n")
# `show` stands before the line: it prints its words instead of running them. The shell reads the keys in order, so what follows a Tab
# waits until the completion is done.
write(keys + b" END\n")
until(b"<<")
body = b""
end = time.monotonic() + 10
while b">>" not in seen:
    if time.monotonic() > end or not select.select([fd], [], [], 10)[0]:
        sys.exit(1)
    seen += os.read(fd, 65536)
sys.stdout.buffer.write(seen[:seen.index(b">>")] + b"\n")
os.close(fd)
os.waitpid(pid, 0)
