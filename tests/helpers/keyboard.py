#!/usr/bin/env python3
"""Types into a real interactive shell on a terminal of its own and prints what the shell made of each line.

keyboard.py SHELL SETUP KEYS…: SETUP is run first and makes `vanthu` print its words between << and >>; each KEYS is a line, with \\t for the Tab
key."""
import os
import pty
import select
import sys
import time

shell, setup, lines = sys.argv[1], sys.argv[2], sys.argv[3:]
argv = {"bash": ["bash", "--norc", "--noprofile", "-i"], "zsh": ["zsh", "-f", "-i"]}[shell]
pid, fd = pty.fork()
if pid == 0:
    os.environ.update(TERM="dumb", PS1="$ ", HISTFILE="", INPUTRC="/dev/null", LC_ALL="C.UTF-8")
    os.execvp(argv[0], argv)

seen = b""


def until(mark, seconds=60):
    """Reads until the mark is there; returns what stood before it."""
    global seen
    end = time.monotonic() + seconds
    while mark not in seen:
        left = end - time.monotonic()
        if left <= 0 or not select.select([fd], [], [], left)[0]:
            sys.stderr.write("not seen: %r in %r\n" % (mark, seen))
            sys.exit(1)
        seen += os.read(fd, 65536)
    before, seen = seen.split(mark, 1)
    return before


def write(data):
    while data:
        data = data[os.write(fd, data):]


write(setup.encode() + b"\nprintf 'rea%s\\n' dy\n")
until(b"ready\r\n")
# The shell reads the keys in order: what follows a Tab waits until the completion is done.
for line in lines:
    write(line.encode().decode("unicode_escape").encode("latin-1") + b" END\n")
    until(b"<<")
    sys.stdout.buffer.write(until(b">>") + b"\n")
os.close(fd)
os.waitpid(pid, 0)
