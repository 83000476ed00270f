#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-only
"""wire_count.py PORT: stands between any number of initiators and the target at
127.0.0.1:PORT, and counts: an account of a whole batch that is not the program's
own. Prints its own port; on SIGTERM, a line "NAME COUNT" each for connections,
commands and kinds of commands ("cdb OPCODE"), and "most COUNT" for the INQUIRYs
of the connection that sent most of them, "next COUNT" for the one behind it.
Without digests (RFC 7143, 11.2 and 11.3)."""

import collections
import signal
import socket
import sys
import threading

kinds = collections.Counter()
inquiries = []  # by connection
lock = threading.Lock()


def exactly(sock, count):
    data = b""
    while len(data) < count:
        more = sock.recv(count - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def back(target, initiator):
    try:
        while data := target.recv(65536):
            initiator.sendall(data)
    except OSError:
        pass
    initiator.close()


def forth(initiator, target, number):
    try:
        while True:
            header = exactly(initiator, 48)
            length = int.from_bytes(header[5:8], "big")
            rest = exactly(initiator, header[4] * 4 + (length + 3 & ~3))
            if header[0] & 0x3f == 1:
                with lock:
                    kinds[header[32]] += 1
                    inquiries[number] += header[32] == 0x12
            target.sendall(header + rest)
    except (OSError, EOFError):
        pass
    target.close()


def tell(*_):
    most = sorted(inquiries, reverse=True) + [0, 0]
    print("connections", len(inquiries))
    print("commands", sum(kinds.values()))
    print("most", most[0])
    print("next", most[1])
    for opcode, count in sorted(kinds.items()):
        print(f"cdb {opcode:02x} {count}")
    sys.stdout.flush()
    sys.exit(0)


def main():
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    signal.signal(signal.SIGTERM, tell)
    print(listener.getsockname()[1], flush=True)
    while True:
        initiator = listener.accept()[0]
        target = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
        for sock in (initiator, target):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        inquiries.append(0)
        for run, *args in ((back, target, initiator),
                           (forth, initiator, target, len(inquiries) - 1)):
            threading.Thread(target=run, args=args, daemon=True).start()


main()
