"""Writes a text so often, a few bytes at a time, that most writes end within a character."""
import os
import sys
import time

text = ("x" * 9 + "日").encode() * int(sys.argv[1])
for at in range(0, len(text), 41):
    os.write(1, text[at : at + 41])
    time.sleep(0.001)
