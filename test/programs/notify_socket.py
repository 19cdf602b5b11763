"""Listens like systemd on a datagram socket, argv[1]; prints every message it gets, in one line."""
import os, socket, sys

server = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
server.bind(sys.argv[1])
print("listening", flush=True)
while True:
    data, ancillary, _, _ = server.recvmsg(65536, socket.CMSG_SPACE(64))
    for _, _, fds in ancillary:
        for fd in range(0, len(fds), 4):
            os.close(int.from_bytes(fds[fd : fd + 4], "little"))  # systemd-notify waits for that
    print(data.decode().replace("\n", " "), flush=True)
