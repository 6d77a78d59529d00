"""Plays the demo on a pseudo-terminal: VANTHU ROWS COLUMNS LANGUAGE [--break].

A small terminal of its own follows what is drawn (the demo uses few sequences); each key press goes on. With --break, Ctrl-C comes in the second
chapter. Fails where a line is wider than the terminal, a screen scrolls, the summary does not fit, or the terminal is not given back."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import unicodedata

program, rows, columns, language = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
breaks = "--break" in sys.argv

gate, opener = os.pipe()
pid, fd = pty.fork()
if pid == 0:
    os.environ.update(TERM="xterm", LANGUAGE=language, LC_ALL="C.UTF-8")
    for name in ("NO_COLOR", "COLUMNS"):
        os.environ.pop(name, None)
    os.read(gate, 1)  # until the size is set
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(each, signal.SIG_DFL)
    os.execv(program, [program, "demo"])
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
os.write(opener, b"x")

output = b""
sent = False
while True:  # who calls it ends what hangs
    ready = select.select([fd], [], [], 0.3)[0]
    if ready:
        try:
            data = os.read(fd, 65536)
        except OSError:
            break
        if not data:
            break
        output += data
    if breaks and b"2/5  " in output:
        if not sent:
            os.write(fd, b"\x03")
            sent = True
    elif not breaks and output.count(b"Ctrl-C") > 0 and b"\x1b[?1049l" not in output:
        os.write(fd, b" ")
status = os.waitpid(pid, 0)[1]

text = output.decode("utf-8")
assert text.count("\x1b[?1049h") == 1 and text.count("\x1b[?1049l") == 1, "a screen of its own, and back"
assert text.count("\x1b[?25l") == 1 and text.count("\x1b[?25h") == 1, "the cursor comes back"
drawn, after = text.split("\x1b[?1049l")
if breaks:
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == 2, status
    assert "What was shown" not in after
    sys.exit(0)
assert os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0, (status, after)


def cells(line):
    line = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", line)
    return sum(not unicodedata.combining(c) for c in line)


frames = drawn.split("\x1b[H")[1:]
chapters = set()
for frame in frames:
    lines = frame.split("\x1b[J")[0].replace("\r", "").split("\n")
    assert len(lines) <= rows, "%d lines of %d: %s" % (len(lines), rows, frame)
    for line in lines:
        assert cells(line) <= columns, "%d cells: %r" % (cells(line), line)
    chapters.update(re.findall(r"([0-9])/5  ", lines[0]))
assert chapters == set("12345"), chapters
assert "\x1b[32m" in drawn and "\x1b[31m" in drawn
lines = after.replace("\r", "").rstrip("\n").split("\n")
assert len(lines) + 1 <= 24, "a summary of %d lines" % len(lines)
for line in lines:
    assert cells(line) <= columns or "vanthu -c" in line or "vanthu-demo" in line, "%d cells: %r" % (cells(line), line)
