#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-only
"""
wire.py PLAN TRACE: whether a resign sent what its plan (relvm's JSON) says: each
block that was written is one of a planned write or of the journal's place, and
each planned block was written. TRACE is iscsi_proxy's.
"""
import json
import sys

plan = json.load(open(sys.argv[1]))
block = plan["lun"]["block_size"]


def blocks(at, length):
    return set(range(at // block, (at + length + block - 1) // block))


planned = set()
for write in plan["writes"]:
    planned |= blocks(write["offset"], write["length"])
place = plan["journal_place"]
journal = blocks(place["head"], block)
journal |= blocks(place["body"], place["body_length"])
written = set()
for line in open(sys.argv[2]):
    words = line.lstrip("+").split()
    if len(words) == 4 and words[0] == "cdb" and \
            words[1] in ("2a", "8a", "89"):
        first, count = int(words[2]), int(words[3])
        written |= set(range(first, first + count))
if written != planned | journal:
    print("not planned:", sorted(written - planned - journal))
    print("not written:", sorted((planned | journal) - written))
    sys.exit(1)
print("%d blocks, as planned" % len(written))
