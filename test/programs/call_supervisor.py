"""Calls one XML-RPC method of the daemon behind a socket, as Python clients do: SOCKET METHOD [ARGUMENT...]."""
import sys
from xmlrpc.client import ServerProxy
from supervisor.xmlrpc import SupervisorTransport

transport = SupervisorTransport(None, None, "unix://" + sys.argv[1])
method = getattr(ServerProxy("http://127.0.0.1", transport=transport).supervisor, sys.argv[2])
print(method(*sys.argv[3:]))
