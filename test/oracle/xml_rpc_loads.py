"""What Supervisor reads in bodies of XML-RPC: a JSON list of texts comes in, str() of the first parameter of each goes out."""
import json
import sys

from supervisor.xmlrpc import supervisor_xmlrpc_handler

handler = supervisor_xmlrpc_handler(None, [])


def first(body):
    try:
        params, method = handler.loads(body)
    except Exception:
        return None
    return str(params[0]) if method and params else None


json.dump([first(body) for body in json.load(sys.stdin)], sys.stdout)
