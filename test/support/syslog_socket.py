"""Stands in for the syslog daemon: prints each datagram sent to the socket, one repr a line."""
import os
import socket
import sys

path = sys.argv[1]
if os.path.exists(path):
    os.unlink(path)
listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind(path)
os.chmod(path, 0o666)
print("ready", flush=True)
while True:
    print(repr(listener.recv(65536).decode()), flush=True)
