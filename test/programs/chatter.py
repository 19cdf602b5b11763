"""Says so many numbered messages to event listeners, a few milliseconds apart."""
import os
import sys
import time

for number in range(int(sys.argv[1])):
    # Not with childutils.pcomm: it mixes bytes and text, and fails in Python 3.
    os.write(1, b"<!--XSUPERVISOR:BEGIN-->m%d<!--XSUPERVISOR:END-->" % number)
    time.sleep(0.003)
time.sleep(100000)
