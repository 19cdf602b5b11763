"""An event listener as people write them. Notes each event, header and payload, in a file, and answers as it is told to.

RECORD [ok | bytes | fail N | mute | die N MARK | noise | newline], where N counts events from 1 and MARK makes it die only
once. It reads its stdin as text, as all of childutils does, except with `bytes`.
"""
import os
import sys
from supervisor import childutils

record, mode, *rest = (sys.argv + ["ok"])[1:] if len(sys.argv) == 2 else sys.argv[1:]
if mode == "noise":
    print("starting up")
seen = 0
while True:
    childutils.listener.ready(sys.stdout)
    line = sys.stdin.buffer.readline().decode() if mode == "bytes" else sys.stdin.readline()
    length = int(childutils.get_headers(line)["len"])
    payload = sys.stdin.buffer.read(length).decode() if mode == "bytes" else sys.stdin.read(length)
    seen += 1
    with open(record, "a") as file:
        file.write("%d %s%s\0" % (os.getpid(), line, payload))
    if mode == "fail" and seen == int(rest[0]):
        childutils.listener.fail(sys.stdout)
    elif mode == "mute":
        sys.stdin.read()
    elif mode == "die" and seen == int(rest[0]) and not os.path.exists(rest[1]):
        open(rest[1], "w").close()
        sys.exit(3)
    elif mode == "newline":
        sys.stdout.write("RESULT 2\nOK\n")
        sys.stdout.flush()
    else:
        childutils.listener.ok(sys.stdout)
