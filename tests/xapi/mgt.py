#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-only
"""mgt.py FILE: what the storage manager's metadata in the head of a LUN says of
each VDI, a line each: UUID SNAPSHOT_OF LABEL, with "-" for no snapshot; those
that others are snapshots of come first."""

import re
import sys

head = open(sys.argv[1], "rb").read(32 << 20)
found = re.findall(
    rb"<vdi><name_label>([^<]*)</name_label>.{0,2048}?<uuid>([0-9a-f-]{36})</uuid>"
    rb"<is_a_snapshot>.</is_a_snapshot><snapshot_of>([0-9a-f-]*)</snapshot_of>",
    head, re.S)
for label, uuid, parent in sorted(found, key=lambda vdi: vdi[2] != b""):
    print(uuid.decode(), parent.decode() or "-", label.decode())
