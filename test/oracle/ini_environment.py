"""Reads JSON texts, one a line; writes for each what the 4.4 grammar of `environment` makes of it, as JSON.

Written from the behaviour: a POSIX-mode lexer, then words in fours (key, "=", value, any separator).
"""
import json
import shlex
import sys


def read(text):
    lexer = shlex.shlex(text, posix=True)
    lexer.wordchars += "/.+-():"
    words = list(lexer)
    pairs = {}
    while words:
        if len(words) < 3 or words[1] != "=":
            raise ValueError("Unexpected end of key/value pairs in value '%s'" % text)
        pairs[words[0]] = words[2]
        words = words[4:]
    return pairs


if __name__ == "__main__":
    for line in sys.stdin:
        try:
            answer = {"pairs": list(read(json.loads(line)).items())}
        except ValueError as why:
            answer = {"error": str(why)}
        print(json.dumps(answer))
