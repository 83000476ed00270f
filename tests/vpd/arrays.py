#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-only
"""
arrays.py FOLDER: LUNs in the manner of the arrays on the market. For each makes
a folder with its answers to INQUIRY (standard, 00, 80, 83) and a file `model`:
what scsi_id prints by the rules of systemd since 243, then by those before.

The model is written from systemd's src/udev/scsi_id/scsi_serial.c (219, 252),
and the test asks the real scsi_id whether its first line is right. What each
array answers is from manuals, bug reports and listings of sg_vpd; digits are
made up.
"""
import os
import re
import sys


# --- designators: code set, association and type, content ---

def designator(code_set, kind, content):
    return bytes([code_set, kind, 0, len(content)]) + content


def binary(kind, digits):
    return designator(1, kind, bytes.fromhex(digits))


def naa(digits):
    return binary(3, digits)


def eui(digits):
    return binary(2, digits)


def t10(text):
    return designator(2, 1, text if isinstance(text, bytes) else text.encode())


def vendor(content):
    if isinstance(content, bytes):
        return designator(1, 0, content)
    return designator(2, 0, content.encode())


def name(text, association=0):
    text = text.encode() + b"\0"
    return designator(3, association << 4 | 8, text + b"\0" * (-len(text) % 4))


PORT = binary(0x14, "00000001")             # relative target port
GROUP = binary(0x15, "00000000")            # target port group
LU_GROUP = binary(6, "00000000")            # logical unit group
PORT_NAA = binary(0x13, "5001405012345678")  # of the target port
TARGET = name("iqn.2003-01.org.linux-iscsi.san:target", 2)
PORT_NAME = name("iqn.2003-01.org.linux-iscsi.san:target,t,0x0001", 1)
ALL = (0x00, 0x80, 0x83, 0xb0, 0xb1)
UUID = "3f2c8a5e-6b1d-4c0f-9a7e-1d2b3c4d5e6f"


class Lun:
    def __init__(self, array, vendor_id, model, ids, serial=None, pages=ALL):
        self.array, self.vendor, self.model = array, vendor_id, model
        self.standard = (bytes([0, 0, 5, 2, 31, 0, 0, 0]) +
                         vendor_id.ljust(8).encode() +
                         model.ljust(16).encode() + b"1.0 ")
        self.list = bytes([0, 0, 0, len(pages)]) + bytes(pages)
        self.serial = self.ids = None
        if serial is not None:
            serial = serial if isinstance(serial, bytes) else serial.encode()
            self.serial = bytes([0, 0x80, 0, len(serial)]) + serial
        if isinstance(ids, bytes):
            self.ids = ids
        elif ids is not None:
            ids = b"".join(ids)
            self.ids = b"\0\x83" + len(ids).to_bytes(2, "big") + ids


LUNS = [
    Lun("lio", "LIO-ORG", "disk", [
        naa("6001405" + "3f2c8a5e6b1d4c0f9a7e1d2b3"), t10("LIO-ORG disk:" + UUID),
        PORT, GROUP, LU_GROUP, PORT_NAME, TARGET], UUID),
    Lun("lio-long-names", "LIO-ORG", "vol-with-a-name", [
        t10("LIO-ORG vol-with-a-name:" + UUID), PORT, GROUP, LU_GROUP,
        name("iqn.2003-01.org.linux-iscsi." + "x" * 92 + ",t,0x0001", 1),
        naa("60014053f2c8a5e6b1d4c0f9a7e1d2b3"), TARGET], UUID),
    Lun("scst-2", "SCST_FIO", "disk01", [t10("SCST_FIO" + "5f3a81c2 disk01")],
        "5f3a81c2"),
    Lun("scst-3", "SCST_BIO", "disk02", [
        t10("SCST_BIO" + "5f3a81c2-disk02"), eui("35663361383163320a"[:16]),
        naa("6353366133383163320000000000abcd"[:32]), PORT, GROUP], "5f3a81c2"),
    Lun("tgt", "IET", "VIRTUAL-DISK", [
        t10(b"IET     00010001".ljust(36, b"\0")), naa("3000000100000001"),
        naa("60000000000000000e00000000010001")], b"beaf11".rjust(36)),
    Lun("iet", "IET", "VIRTUAL-DISK", [t10(b"IET     deadbeaf01\0\0\0\0\0\0")],
        "deadbeaf01"),
    Lun("iet-blank", "IET", "VIRTUAL-DISK", [
        t10(b"IET     " + b"\0" * 16)], b"\0" * 16),
    Lun("freebsd-ctl", "FREEBSD", "CTLDISK", [
        t10("FREEBSD MYDEVID   1".ljust(64)), naa("50000000000000a1"),
        PORT, GROUP, PORT_NAME, TARGET], "MYSERIAL   1"),
    Lun("truenas", "TrueNAS", "iSCSI Disk", [
        t10("TrueNAS iSCSI Disk      005056a7f3b1000 ".ljust(40)),
        naa("6589cfc000000f3b5c8a7d6e9b0c1d2e"), PORT, GROUP, PORT_NAME,
        TARGET], "005056a7f3b1000 "),
    Lun("equallogic", "EQLOGIC", "100E-00", [
        naa("6090a0684048c2f3a1d2b4e5c6f70890"),
        vendor("0-8a0906-8540a0609-f3c24840682ed1f7-clone-1"), PORT, GROUP],
        "6090A0684048C2F3A1D2B4E5C6F70890"),
    Lun("netapp-ontap", "NETAPP", "LUN C-Mode", [
        t10("NETAPP   LUN 80ABC$+HFmkj"), naa("60a98000383041426324" + "2b48466d6b6a"),
        vendor(bytes.fromhex("01020304")), PORT, GROUP], "80ABC$+HFmkj"),
    Lun("netapp-e-series", "NETAPP", "INF-01-00", [
        naa("60080e500023c7340000abcd5f2e1a3b"), PORT_NAA, PORT, GROUP,
        name("iqn.1992-08.com.netapp:5501.60080e500023c734,t,0x1", 1),
        name("iqn.1992-08.com.netapp:5501.60080e500023c734", 2)],
        "SV31234567      "),
    Lun("pure", "PURE", "FlashArray", [
        naa("624a93701c0f6e2d4b5a49f700012345"),
        t10("PURE    FlashArray:1C0F6E2D4B5A49F700012345"), PORT, GROUP,
        PORT_NAA], "1C0F6E2D4B5A49F700012345"),
    Lun("hpe-3par", "3PARdata", "VV", [
        naa("60002ac0000000000000002a0001c7f3"), vendor("3PARdata VV clone.1"),
        PORT, GROUP, PORT_NAA], "1612345"),
    Lun("hpe-msa", "HPE", "MSA 2050 SAN", [
        naa("600c0ff00029f3c1a1b2c35e01000000"), PORT_NAA, PORT, GROUP],
        "00c0ff29f3c10000a1b2c35e01000000"),
    Lun("hpe-lefthand", "LEFTHAND", "iSCSIDisk", [
        naa("6000eb3a1b2c3d4e000000000000012f"),
        t10("LEFTHANDiSCSIDisk   6000eb3a1b2c3d4e012f"), PORT, GROUP],
        "6000eb3a1b2c3d4e000000000000012f"),
    Lun("hpe-nimble", "Nimble", "Server", [
        eui("a1b2c3d4e5f607186c9ce9002f3b4c5d"), t10("Nimble  abcdef0123456789"),
        PORT, GROUP], "a1b2c3d4e5f607186c9ce9002f3b4c5d"),
    Lun("dell-compellent", "COMPELNT", "Compellent Vol", [
        naa("6000d31000a1b2000000000000001c7f"), vendor("0000a1b2-00001c7f"),
        PORT, GROUP, PORT_NAA], "0000a1b2-00001c7f"),
    Lun("dell-md3000i", "DELL", "MD3000i", [
        naa("600a0b800029f3c10000a1b25e3c4d5f"), PORT,
        name("iqn.1984-05.com.dell:powervault.600a0b80", 2)], "7ABCDEF         "),
    Lun("dell-powerstore", "DellEMC", "PowerStore", [
        naa("68ccf09800f3c1a1b2c35e4d5f6a7b8c"), PORT, GROUP, PORT_NAA],
        "68ccf09800f3c1a1"),
    Lun("emc-unity", "DGC", "VRAID", [
        naa("60060160a1b24d00f3c15e5f6a7b8c9d"), PORT, GROUP, PORT_NAA],
        "CKM00123456789"),
    Lun("emc-symmetrix-scsi2", "EMC", "SYMMETRIX", bytes.fromhex(
        "00830010" + "60060480000187760053533030303330"), "760001234000"),
    Lun("emc-vmax", "EMC", "SYMMETRIX", [
        naa("60000970000197600123533030314346"),
        vendor("EMC     000197600123001CF".ljust(24)), PORT, GROUP],
        "6000123001CF"),
    Lun("synology", "SYNOLOGY", "iSCSI Storage", [
        naa("60014053f2c8a5ed6b1dd4c0fd9a7ed0"),
        t10("SYNOLOGYiSCSI Storage:" + UUID), PORT, GROUP, LU_GROUP, PORT_NAME,
        TARGET], UUID),
    Lun("qnap", "QNAP", "iSCSI Storage", [
        naa("6e843b6a1b2c3d4d5e6fd7a8bd9c0dd1"),
        t10("QNAP    iSCSI Storage:" + UUID + "\0"), PORT, GROUP, LU_GROUP],
        UUID + "\0"),
    Lun("ibm-svc", "IBM", "2145", [
        naa("6005076801810a1b20000000000001c7"), PORT, GROUP,
        vendor(bytes.fromhex("0200000000000001")), PORT_NAA],
        "0100604286c8XX00"),
    Lun("ibm-ds8000", "IBM", "2107900", [
        t10("IBM     2107900 75ABC121C07F"), naa("6005076304ffc1c7000000000000012f"),
        PORT, PORT_NAA], "75ABC121C07F"),
    Lun("ibm-3542-blank", "IBM", "3542", [t10(" " * 16)], "1T12345678"),
    Lun("hitachi-vsp", "HITACHI", "OPEN-V", [
        t10("HITACHI 5040A1B20A1C"), naa("60060e8007a1b2000030a1b200000a1c"),
        PORT, GROUP, PORT_NAA], "50 40A1B20A1C"),
    Lun("hitachi-ams-old", "HITACHI", "DF600F", [
        t10("HITACHI D600F 73040123\t0017")], "73040123    0017"),
    Lun("huawei", "HUAWEI", "XSG1", [
        naa("6a1b2c3100f3c15e01234567000001c7"),
        vendor("2102350BSB10F3000001"), PORT, GROUP, PORT_NAA],
        "2102350BSB10F3000001"),
    Lun("infinidat", "NFINIDAT", "InfiniBox", [
        naa("6742b0f000000a1b0000000000001c7f"),
        t10("NFINIDATInfiniBox:742b0f000000a1b0000000000001c7f"), PORT, GROUP],
        "742b0f000000a1b0000000000001c7f"),
    Lun("windows", "MSFT", "Virtual HD", [
        t10(b"MSFT    " + bytes.fromhex("60003ff44dc75adc9a1b2c3d4e5f6071")),
        naa("60003ff44dc75adc9a1b2c3d4e5f6071"), PORT, GROUP, PORT_NAME],
        "9A1B2C3D"),
    Lun("starwind", "STARWIND", "STARWIND", [
        eui("a1b2c3d4e5f60718"), t10("STARWINDDEADBEEF01")], "DEADBEEF01"),
    Lun("datacore", "DataCore", "Virtual Disk", [
        t10("DataCoreVirtual Disk    a1b2c3"), eui("00030d9000a1b2c3"),
        naa("60030d90a1b2c3d4e5f6071800a1b2c3"), PORT, GROUP], "a1b2c3"),
    Lun("promise", "Promise", "VTrak E310s", [
        eui("00000155a1b2c3d4"), naa("500000155a1b2c3d"), vendor("LD0 serial")],
        "49534520000000000000a1b2c3d4e5f6"),
    # Page 0 decides, whatever answers.
    Lun("list-without-ids", "OLDARRAY", "RAID 5", [
        naa("60010b0a1b2c3d4e5f60718293a4b5c6")], "A1 B2", (0x00, 0x80)),
    Lun("list-without-serial", "OLDARRAY", "RAID 5", [
        PORT, GROUP], "A1B2", (0x00, 0x83)),
    Lun("ids-of-ports-alone", "OLDARRAY", "RAID 5", [PORT, GROUP], "A1B2"),
    Lun("vendor-specific", "ACME", "Model with blank", [
        vendor("serial 0001"), PORT], "0001"),
    # Pages over 255 bytes, whose low byte of the length hides the NAA.
    Lun("long-t10-first", "ACME", "Big", [
        t10("ACME    vol-1"), name("iqn.2000-01.com.acme:" + "y" * 130, 2),
        naa("6001b4dd0a1b2c3d4e5f60718293a4b5"), PORT, GROUP,
        name("iqn.2000-01.com.acme:" + "z" * 60, 1)], "V1"),
    Lun("long-nothing-first", "ACME", "Big", [
        name("iqn.2000-01.com.acme:" + "y" * 180, 2),
        naa("6001b4dd0a1b2c3d4e5f60718293a4b5"), t10("ACME    vol-1"),
        name("iqn.2000-01.com.acme:z", 1)], "V 1"),
]


# --- the model ---

ORDER = [(3, 6, 1), (3, 6, 2), (3, 5, 1), (3, 5, 2), (3, None, 1), (3, None, 2),
         (2, None, 1), (2, None, 2), (1, None, 1), (1, None, 2), (0, None, 1),
         (0, None, 2)]


def of_ids(lun, length):
    page = lun.ids[:254].ljust(254, b"\0")
    if page[6]:
        return "3" + page[4:4 + page[3]].hex()
    for kind, naa_type, code_set in ORDER:
        at = 4
        while at <= length + 3 and at + 4 <= 254:
            d = page[at:]
            content = d[4:4 + d[3]]
            at += d[3] + 4
            if d[1] & 0x30 or d[1] & 15 != kind or d[0] & 15 != code_set:
                continue
            if naa_type is not None and d[4] >> 4 != naa_type:
                continue
            front = lun.vendor.ljust(8) + lun.model.ljust(16)
            text = content.hex() if code_set == 1 else content.decode("latin-1")
            return str(kind) + (front if kind == 0 else "") + text
    return None


def scsi_id(lun, old):
    pages = lun.list[4:]
    found = None
    if 0x83 in pages and lun.ids:
        low = lun.ids[3]
        found = of_ids(lun, low if old else lun.ids[2] << 8 | low)
    if found is None and 0x80 in pages and lun.serial:
        found = ("S" + lun.vendor.ljust(8) + lun.model.ljust(16) +
                 lun.serial[4:].decode())
    # Printed as a string of C, then SM's SCSIid_sanitise.
    return re.sub(r"\s+", "_", (found or "").split("\0")[0].strip())


for lun in LUNS:
    folder = os.path.join(sys.argv[1], lun.array)
    os.mkdir(folder)
    for file, content in (("standard", lun.standard), ("00", lun.list),
                          ("80", lun.serial), ("83", lun.ids)):
        if content is not None:
            with open(os.path.join(folder, file), "wb") as out:
                out.write(content)
    with open(os.path.join(folder, "model"), "w") as out:
        print(scsi_id(lun, False), scsi_id(lun, True), sep="\n", file=out)
