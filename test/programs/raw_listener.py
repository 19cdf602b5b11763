"""An event listener that answers byte for byte what it is told to.

RECORD FIRST ANSWER...: it prints FIRST, then one ANSWER for each event, the last one again and again. In them, `~` is a pause,
so that what is around it comes in two reads; `EXIT` ends it, `CLOSE` closes its stdout; escapes are Python's.
"""
import os
import re
import sys
import time

record, first, *answers = sys.argv[1:]


def say(text):
    for part in re.split("(~|EXIT|CLOSE)", text):
        if part == "~":
            time.sleep(0.3)
        elif part == "EXIT":
            os._exit(3)
        elif part == "CLOSE":
            os.close(1)
        elif part:
            os.write(1, part.encode("latin-1").decode("unicode_escape").encode("latin-1"))


say(first)
held = b""
seen = 0
while True:
    while b"\n" not in held or len(held) < held.index(b"\n") + 1 + int(re.search(rb"len:(\d+)\n", held).group(1)):
        held += os.read(0, 65536)
    header, held = held.split(b"\n", 1)
    length = int(header.rsplit(b":", 1)[1])
    with open(record, "ab") as file:
        file.write(b"%d %s\n%s\0" % (os.getpid(), header, held[:length]))
    held = held[length:]
    say(answers[min(seen, len(answers) - 1)])
    seen += 1
