// SPDX-License-Identifier: LGPL-2.1-only
/*
 * seeds DIR [IMAGE...]: writes the seed corpora of all targets into folders of
 * DIR, from the tests' synthetic SR and from images of real ones.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "format/resign_journal.h"
#include "lun/lun_file.h"
#include "sr/want.h"
#include "tests/unit/sr_builder.h"
#include "txn/load.h"

static const char *dir;

/* A seed of target `target`; `flags` is put in front if it is not negative. */
static void seed(const char *target, const char *name, int flags,
		 const void *data, size_t len)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, target);
	if (mkdir(path, 0777) && errno != EEXIST) {
		perror(path);
		exit(1);
	}
	snprintf(path, sizeof(path), "%s/%s/%s", dir, target, name);
	f = fopen(path, "wb");
	if (!f) {
		perror(path);
		exit(1);
	}
	if (flags >= 0)
		fputc(flags, f);
	fwrite(data, 1, len, f);
	if (fclose(f)) {
		perror(path);
		exit(1);
	}
}

static void seed_text(const char *target, const char *name, const char *text)
{
	seed(target, name, -1, text, strlen(text));
}

static void seed_flagged(const char *target, const char *name, int flags,
			 const char *text)
{
	seed(target, name, flags, text, strlen(text));
}

static void seed_journal(void)
{
	struct journal_head head = { .state = JOURNAL_COMMITTED,
				     .body_at = 8192,
				     .body_len = 512 };
	uint8_t sector[512], before[1024] = { 0 }, after[1024] = { 1, 2, 3 };
	struct buffer body = { 0 };

	memset(head.old_pv.chars, 'a', LVM_ID_LEN);
	head.new_pv = head.old_vg = head.new_vg = head.old_pv;
	journal_head_encode(&head, sector);
	seed("journal", "head", 3, sector, sizeof(sector));
	after[600] = 7;
	journal_add_text(&body, 4096, before, 512);
	journal_add_write(&body, 65536, 1, before, after, 1024);
	journal_add_write(&body, 0, 2, before, after, 512);
	seed("journal", "body", 3, body.data, body.len);
	buffer_free(&body);
}

static void seed_synthetic(void)
{
	uint8_t mgt[2 * SR_EXTENT];
	struct sr sr;

	sr_make(&sr, NULL);
	memcpy(mgt, sr.bytes + SR_AT(SR_MGT_1), SR_EXTENT);
	memcpy(mgt + SR_EXTENT, sr.bytes + SR_AT(SR_MGT_2), SR_EXTENT);
	seed("lvm_label", "sr", 0x0f, sr.bytes, 2048);
	/* Four bytes of flags, the first put there by seed(). */
	memmove(sr.bytes + SR_MDA_AT - 3, "\x08\x00\x20", 3);
	seed("lvm_mda", "sr", 3, sr.bytes + SR_MDA_AT - 3, 515);
	seed("lvm_text", "sr", -1, sr.text, sr.text_size);
	seed("mgt", "sr", -1, mgt, sizeof(mgt));
	seed("vhd", "plain", 1, sr.bytes + SR_AT(SR_CHILD), 4096);
	seed("vhd", "mapper", 1, sr.bytes + SR_AT(SR_OTHER), 4096);
	seed("vhd", "dynamic", 1, sr.bytes + SR_AT(SR_BASE), 1536);
	sr_free(&sr);
	seed_journal();
	seed_text("uuid_scan", "plain", "VHD-" BASE_UUID);
	seed_text("uuid_scan", "journal", "73 " BASE_UUID "_" STALE_UUID);
	seed_text("uuid_scan", "cbtlog", BASE_UUID ".cbtlog");
	seed_text("uuid_scan", "mapper",
		  "VG_XenStorage--11111111--aaaa--4111--8111--0123456789ab-"
		  "VHD--22222222--bbbb--4222--8222--0123456789ab");
	seed_text("uuid_scan", "vg", SR_VG_NAME);
	seed("vpd", "naa", -1,
	     "\x24\0\0\5\2\x1f\0\0\0IET     VIRTUAL-DISK    0001"
	     "\7\0\0\0\3\0\x80\x83"
	     "\x0c\0\x80\0\x08"
	     "beaf1234"
	     "\x2c\0\x83\0\x28\1\3\0\x10\x60\1\x40\x50\0\0\0\0\xab\xcd"
	     "\xef\1\x23\x45\x67\x89\2\1\0\x10IET     00010001",
	     103);
	seed("report_luns", "two", -1,
	     "\0\0\0\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0", 24);
	seed_text("lun_name", "ipv6",
		  "iscsi://user@[fe80::1%eth0]:3261/iqn.2001-04.com.x:t/17");
	seed_text("lun_name", "scsi_id",
		  "iscsi://host/iqn.x/36c0ffee000000000000000000000000");
	seed_text("lun_name", "path", "/dev/mapper/mpatha");
	seed_text("id_map", "all",
		  "# the SR\n" SR_UUID " " HOST_UUID "\n" SR_PV_ID
		  "\tNewNew-0123-4567-89ab-cdef-ghij-klmnop # PV\r\n"
		  "digest 0123abcd\n");
	seed_text("conf", "all", "# host\n\tinitiator = open-iscsi\r\n");
	seed_text("device_config", "all",
		  "target=10.0.0.1,[fe80::1]\nport=3260\ntargetIQN=iqn.2001-04."
		  "com.example:t,iqn.x\nSCSIid=36001405000000000abcdef\n"
		  "localIQN=iqn.1994-05.com.me\nchapuser=u\nchappassword="
		  "secretsecretsecret\nincoming_chapuser=v\n"
		  "incoming_chappassword=anothersecretsecret\ninitiator="
		  "libiscsi\nsnapshots=drop\nmultihomelist=10.0.0.2:3260\n");
	seed_text("device_config", "any",
		  "target=san-1,san-2\ntargetIQN=*\nlocalIQN=iqn.me\n"
		  "multiSession=10.0.0.1,3260,iqn.a|[fe80::1],860,iqn.b|\n");
	seed_text("lists", "text", "IET     <&>\"'\xff\xc3\xa9\x1b[2J ]]>--");
	seed_text(
		"request", "sr_create",
		"<?xml version='1.0'?><methodCall><methodName>sr_create"
		"</methodName><params><param><value><struct>"
		"<member><name>host_ref</name><value>OpaqueRef:1</value>"
		"</member><member><name>command</name><value>sr_create</value>"
		"</member><member><name>args</name><value><array><data><value>"
		"0</value></data></array></value></member><member><name>"
		"device_config</name><value><struct><member><name>target"
		"</name><value>10.0.0.1</value></member></struct></value>"
		"</member><member><name>session_ref</name><value>OpaqueRef:2"
		"</value></member><member><name>sr_uuid</name><value>" SR_UUID
		"</value></member></struct></value></param></params>"
		"</methodCall>");
}

/* One for each SR that the target knows, and changes of the common kinds: the
 * second byte is what is asked for, then come region, offset and length. */
static void seed_resign(void)
{
	static const struct {
		const char *name;
		uint8_t kind;
		uint8_t bytes[24];
		uint8_t len;
	} changes[] = {
		{ "text", 2, { 1, 0, 100, 0, 3, '#', '{', '}' }, 8 },
		{ "put_in", 0, { 1, 0, 44, 0, 0x84, 'a', '=', '1', '\n' }, 9 },
		{ "body", 4, { 1, 3, 30, 0, 2, 7, 7 }, 7 },
		{ "label", 0, { 1, 4, 0x54, 2, 1, 'Z' }, 6 },
		{ "head", 4, { 1, 5, 240, 0, 5, '3', '6', '0', '0', 'b' }, 10 },
		{ "mda", 1, { 1, 6, 48, 0, 2, 0x00, 0x20 }, 7 },
		{ "mgt", 0, { 13, 8, 5, 0, 4, '9', '9', '9', '9' }, 9 },
		{ "vhd", 0, { 1, 11, 0x48, 4, 2, 0x10, 0 }, 7 },
		{ "locator", 0, { 1, 11, 64, 4, 4, 'M', 'a', 'c', 'X' }, 9 },
		{ "qcow2", 3, { 1, 16, 14, 0, 2, 1, 0 }, 7 },
		{ "name", 3, { 1, 16, 40, 2, 5, '/', 'L', 'V', '-', '8' }, 10 },
		{ "extension", 1, { 1, 16, 104, 0, 4, 'D', 'A', 'T', 'A' }, 9 },
	};

	/* Operations kept or not, snapshots dropped, a report, a second run. */
	static const uint8_t asked[] = { 0, 1, 2, 3, 0x0d, 0x71, 0x7f };

	for (int kind = 0; kind < 16; kind++) {
		char name[32];

		for (size_t i = 0; i < sizeof(asked); i++) {
			snprintf(name, sizeof(name), "kind%d-%d", kind,
				 asked[i]);
			seed("resign", name, kind, &asked[i], 1);
		}
	}
	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++)
		seed("resign", changes[i].name, changes[i].kind,
		     changes[i].bytes, changes[i].len);
}

static void seed_qcow2(void)
{
	uint8_t head[4096] = { 0 };

	sr_put_qcow2(head, NULL);
	seed("qcow2", "base", -1, head, sizeof(head));
	sr_put_qcow2(head, "/dev/" SR_VG_NAME "/QCOW2-" QCOW2_UUID);
	seed("qcow2", "clone", -1, head, sizeof(head));
	head[7] = 2;
	seed("qcow2", "version2", -1, head, sizeof(head));
	memcpy(head + 104, "DATA", 4);
	head[7] = 3;
	seed("qcow2", "data_file", -1, head, sizeof(head));
}

static void seed_xapi(void)
{
	static const char json[] =
		"{\"result\":{\"Status\":\"Success\",\"Value\":{\"OpaqueRef:"
		"1\":{"
		"\"uuid\":\"" SR_UUID "\",\"name_label\":\"SR\",\"type\":"
		"\"lvmoiscsi\",\"sm_config\":{\"a\":\"b\"}}}},\"error\":null,"
		"\"id\":1}";
	static const char xml[] =
		"<?xml version='1.0'?><methodResponse><params><param><value>"
		"<struct><member><name>Status</name><value>Success</value>"
		"</member><member><name>Value</name><value><struct><member>"
		"<name>OpaqueRef:2</name><value><struct><member><name>SR</name>"
		"<value>OpaqueRef:1</value></member><member><name>host</name>"
		"<value>OpaqueRef:3</value></member><member><name>"
		"currently_attached</name><value><boolean>1</boolean></value>"
		"</member><member><name>device_config</name><value><struct>"
		"<member><name>SCSIid</name><value>36001</value></member>"
		"</struct></value></member></struct></value></member></struct>"
		"</value></member></struct></value></param></params>"
		"</methodResponse>";
	static const char failure[] =
		"{\"result\":{\"Status\":\"Failure\",\"ErrorDescription\":["
		"\"UUID_INVALID\",\"VDI\",\"secret\"]},\"id\":1}";
	static const char http[] = "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n"
				   "Content-Type: application/json\r\n\r\n{}";

	seed_flagged("xapi_answer", "json", 0, json);
	seed_flagged("xapi_answer", "xml", 2, xml);
	seed_flagged("xapi_answer", "failure", 0, failure);
	seed_flagged("xapi_answer", "http", 1, http);
}

static void seed_others(void)
{
	static const uint8_t journal[] = "vjournal"
					 "0123456789abcdef0123456789ab"
					 "\0\0\0\1"
					 "\0\0\0\0\0\0\0\0"
					 "\0\0\0\0\0\0\0\x38"
					 "\xaa\xaa\x12\x34\x43\x21\xaa\xaa"
					 "\0\0\0\3\0\0\0\4"
					 "\0\0\0\0\0\0\2\0"
					 "\0\0\0\0\0\0\0\0"
					 "data";
	static const uint8_t login[] =
		"\x23\x87\0\0\0\0\0\x10\1\2\3\4\5\6\0\0\0\0\0\1"
		"\0\0\0\0\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\0\0\0\0\0"
		"\0\0\0\0"
		"AuthMethod=None\0";

	static const uint8_t parts[] =
		"\x40\x24\x40\0\0\0\0\0\4\0\0\0\0\0\0\0\0\0\0\0\1"
		"\0\0\xbe\xef\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\0\0\0\0\0"
		"\0\0\0\0Targ"
		"\x24\x80\0\0\0\0\0\6\0\0\0\0\0\0\0\0\0\0\0\1"
		"\xff\xff\xff\xff\0\0\0\2\0\0\0\1\0\0\0\1\0\0\0\0\0\0\0\0"
		"\0\0\0\0etNam\0xx";

	seed("vhd_journal", "entry", -1, journal, sizeof(journal) - 1);
	seed_text("vhd_journal", "value", "73 " BASE_UUID "_" STALE_UUID);
	seed("login", "none", -1, login, sizeof(login) - 1);
	seed("text_answer", "parts", -1, parts, sizeof(parts) - 1);
	seed_flagged("host_text", "lvm", 0,
		     SR_PV_ID "|" SR_VG_ID "|" SR_VG_NAME
			      "|LvLvLa-0123-4567-89ab-cdef-ghij-klmnop|MGT\n");
	seed_flagged("host_text", "sr_ref", 1,
		     SR_UUID " relvmoiscsi 1 1 s o l1:2 r 10.0.0.1,3260.");
	seed_flagged("host_text", "dm", 2, "VG_XenStorage--1-MGT\nLVM-abc");
	seed_flagged("host_text", "address", 3, "[fe80::1]:3260,1");
	seed_flagged("host_text", "sessions", 4, "10.0.0.1,3260,iqn.a|");
	seed_flagged("host_text", "names", 5,
		     "/dev/mapper/36001405000000000abcdef");
}

static void seed_snapshot(const struct snapshot *snap, const char *name)
{
	uint8_t bytes[2048];

	if (image_get(&snap->image, 0, bytes, sizeof(bytes)))
		seed("lvm_label", name, 0x0f, bytes, sizeof(bytes));
	seed("lvm_text", name, -1, snap->text,
	     snap->mdas[snap->newest_mda].text.size);
	if (snap->mgt_lv)
		seed("mgt", name, -1, snap->mgt_bytes, snap->mgt_header.length);
	for (uint32_t i = 0; i < snap->vg.lv_count; i++) {
		char lv[160];

		seed_text("uuid_scan", snap->vg.lvs[i].name,
			  snap->vg.lvs[i].name);
		if (!snap->lvs[i].has_header ||
		    !lv_get(&snap->image, &snap->vg, &snap->vg.lvs[i], 0, bytes,
			    1536))
			continue;
		snprintf(lv, sizeof(lv), "%.100s", snap->vg.lvs[i].name);
		seed("vhd", lv, 1, bytes, 1536);
	}
}

static void seed_image(const char *path, int number)
{
	struct snapshot snap;
	struct error err;
	struct lun *lun;
	char name[32];

	snprintf(name, sizeof(name), "image%d", number);
	if (lun_file_open(path, 512, true, &lun, &err)) {
		fprintf(stderr, "%s\n", err.text);
		exit(1);
	}
	if (!load_snapshot(lun, NULL, &snap, &err)) {
		seed_snapshot(&snap, name);
		snapshot_free(&snap);
	}
	lun_close(lun);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: %s DIR [IMAGE...]\n", argv[0]);
		return 2;
	}
	dir = argv[1];
	seed_synthetic();
	seed_resign();
	seed_qcow2();
	seed_xapi();
	seed_others();
	for (int i = 2; i < argc; i++)
		seed_image(argv[i], i);
	return 0;
}
