"""Drives a program on a pseudo-terminal, the way a person would.

usage: drive_terminal.py JSON {"command": [...], "steps": [{"expect": text}, {"send": text}, {"run": [...]}, {"expectEnd": true}, {"close": true}], "timeout": seconds, "env": {...}}

Each `expect` waits until the text has appeared after the last match; `send` types; `run` runs another
command to its end; `close`, the last one, closes the terminal. Prints {"output", "status", "missing"} as
JSON; `missing` names the step that never came true.
"""
import json
import os
import pty
import select
import signal
import subprocess
import sys
import time

script = json.loads(sys.argv[1])
deadline = time.monotonic() + script.get("timeout", 30)
pid, terminal = pty.fork()
if pid == 0:
    os.environ["TERM"] = "xterm"
    os.environ.update(script.get("env", {}))
    os.execvp(script["command"][0], script["command"])

output = b""
matched = 0
missing = None


def read_some():
    """False at the end of the program's output or when time is up."""
    global output
    left = deadline - time.monotonic()
    if left <= 0 or not select.select([terminal], [], [], left)[0]:
        return False
    try:
        chunk = os.read(terminal, 65536)
    except OSError:  # Linux reports the closed other side as EIO.
        return False
    output += chunk
    return bool(chunk)


for step in script["steps"]:
    if "send" in step:
        os.write(terminal, step["send"].encode())
        continue
    if "run" in step:
        subprocess.run(step["run"], stdout=subprocess.DEVNULL, check=True)
        continue
    if step.get("close"):
        os.close(terminal)
        terminal = None
        break
    if step.get("expectEnd"):
        while read_some():
            pass
        continue
    wanted = step["expect"].encode()
    while output.find(wanted, matched) == -1:
        if not read_some():
            missing = step["expect"]
            break
    if missing is not None:
        break
    matched = output.find(wanted, matched) + len(wanted)

status = None
while missing is None and time.monotonic() < deadline:
    done, raw = os.waitpid(pid, os.WNOHANG)
    if done:
        status = os.waitstatus_to_exitcode(raw)
        break
    if terminal is None:
        time.sleep(0.02)
    else:
        read_some()
if status is None:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    missing = missing or "the end of the program"
print(json.dumps({"output": output.decode("utf-8", "replace"), "status": status, "missing": missing}))
