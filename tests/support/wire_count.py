#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-only
"""wire_count.py PORT [TRAIT]: stands between any number of initiators and the target at
127.0.0.1:PORT, and counts: an account of a whole batch that is not the program's
own. Prints its own port; on SIGTERM, a line "NAME COUNT" each for connections,
commands, kinds of commands ("cdb OPCODE") and the ids of sessions ("isids"), and
"most COUNT" for the INQUIRYs of the connection that sent most of them, "lun COUNT"
for those that went to the LUN that was sent most of them.
Without digests (RFC 7143, 11.2 and 11.3).

With the TRAIT "hang-up" it cuts a connection when the target has answered a
RELEASE, with "no-release" the target is sent an unknown command for it."""

import collections
import signal
import socket
import sys
import threading

kinds = collections.Counter()
inquiries = []  # by connection
asked = collections.Counter()  # the same, by LUN
isids = set()
lock = threading.Lock()
trait = sys.argv[2] if len(sys.argv) > 2 else ""


def exactly(sock, count):
    data = b""
    while len(data) < count:
        more = sock.recv(count - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def pdu(sock):
    header = bytearray(exactly(sock, 48))
    length = int.from_bytes(header[5:8], "big")
    return header, exactly(sock, header[4] * 4 + (length + 3 & ~3))


def end(sock):
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # it has ended


def back(target, initiator, releases):
    try:
        while True:
            header, rest = pdu(target)
            initiator.sendall(header + rest)
            if header[0] == 0x21 and header[16:20] in releases:
                break
    except (OSError, EOFError):
        pass
    end(initiator)
    end(target)


def forth(initiator, target, releases, number):
    try:
        while True:
            header, rest = pdu(initiator)
            if header[0] & 0x3f == 3:
                isids.add(bytes(header[8:14]))
            if header[0] & 0x3f == 1:
                with lock:
                    kinds[header[32]] += 1
                    if header[32] == 0x12:
                        inquiries[number] += 1
                        asked[bytes(header[8:16])] += 1
                if header[32] == 0x17 and trait == "hang-up":
                    releases.append(header[16:20])
                if header[32] == 0x17 and trait == "no-release":
                    header[32] = 0xc0
            target.sendall(header + rest)
    except (OSError, EOFError):
        pass
    end(target)


def tell(*_):
    print("connections", len(inquiries))
    print("isids", len(isids))
    print("commands", sum(kinds.values()))
    print("most", max(inquiries, default=0))
    print("lun", max(asked.values(), default=0))
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
        releases = []
        for run, *args in ((back, target, initiator, releases),
                           (forth, initiator, target, releases,
                            len(inquiries) - 1)):
            threading.Thread(target=run, args=args, daemon=True).start()


main()
