#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-only
"""
writes.py PLAN BEFORE AFTER: whether the image AFTER is BEFORE with the writes of
relvm's plan (its JSON), and no others: every write has its place, length and
CRC-32 in AFTER, and outside of them both are the same, but for the place that
the plan names for the journal, which is zeros again or as it was.
"""
import json
import os
import sys
import zlib

BLOCK = 65536


def data_ranges(file, size):
    """The parts of a sparse file that are no holes."""
    at = 0
    while at < size:
        try:
            at = os.lseek(file.fileno(), at, os.SEEK_DATA)
        except OSError:
            return
        end = os.lseek(file.fileno(), at, os.SEEK_HOLE)
        yield at, end
        at = end


def read(file, at, length):
    return os.pread(file.fileno(), length, at)


plan = json.load(open(sys.argv[1]))
before, after = open(sys.argv[2], "rb"), open(sys.argv[3], "rb")
size = os.stat(sys.argv[2]).st_size
wrong = size != os.stat(sys.argv[3]).st_size
allowed = []
for write in plan["writes"]:
    at, length = write["offset"], write["length"]
    allowed.append((at, at + length))
    found = "%08x" % zlib.crc32(read(after, at, length))
    if found != write["crc32"]:
        print("%s at %d: crc32 %s, planned was %s" %
              (write["structures"], at, found, write["crc32"]))
        wrong = True
place = plan["journal_place"]
journal = [(place["head"], place["head"] + plan["lun"]["block_size"]),
           (place["body"], place["body"] + place["body_length"])]
changed = 0
seen = set()
for file in (before, after):
    for start, end in data_ranges(file, size):
        for at in range(start - start % BLOCK, end, BLOCK):
            if at in seen:
                continue
            seen.add(at)
            old, new = read(before, at, BLOCK), read(after, at, BLOCK)
            if old == new:
                continue
            for i in range(min(len(old), len(new))):
                if old[i] == new[i]:
                    continue
                changed += 1
                byte = at + i
                if any(a <= byte < b for a, b in allowed):
                    continue
                if any(a <= byte < b for a, b in journal) and new[i] == 0:
                    continue
                print("byte %d changed, which was not planned" % byte)
                sys.exit(1)
print("%d bytes changed by %d writes" % (changed, len(plan["writes"])))
sys.exit(1 if wrong or not changed else 0)
