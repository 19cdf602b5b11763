"""Supervisor's own stripEscapes: texts as JSON on stdin, Latin-1 for bytes; the same without ANSI sequences on stdout."""
import json
import sys
from supervisor.dispatchers import stripEscapes

print(json.dumps([stripEscapes(text.encode("latin-1")).decode("latin-1") for text in json.load(sys.stdin)]))
