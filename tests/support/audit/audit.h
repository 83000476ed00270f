// SPDX-License-Identifier: LGPL-2.1-only
/*
 * An independent reader of a LUN and of its resigned clone.
 *
 * It shares no code with lib/, and takes the layout (LVs, segments, ids) from
 * what the real lvm2 says about both images. How it judges:
 *
 *   1. It lists every *site* of the original where an identifier stands: a
 *      range of an LV, with its encoding.
 *   2. From each site it reads the old and the new identifier. All pairs must
 *      make one bijective map, SR apart from VDIs.
 *   3. With the map it computes what every byte of the result must be. The
 *      whole result must be that; only LVM's ring is judged by its text.
 *      LVs that were dropped with the snapshots have no part in it, but that
 *      they are just those (drop.c).
 *   4. It searches all live structures of the result for old identifiers.
 */
#ifndef AUDIT_AUDIT_H
#define AUDIT_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SECTOR 512

/* ---- problems ---- */

/* Prints one line about what is wrong; the audit fails. */
__attribute__((format(printf, 1, 2))) void problem(const char *format, ...);
unsigned problem_count(void);

/* The audit itself cannot go on. */
__attribute__((format(printf, 1, 2), noreturn)) void give_up(const char *format,
							     ...);
void *get_memory(size_t size);
void *grow_array(void *items, size_t count, size_t item_size);

/* ---- identifiers ---- */

struct id16 {
	uint8_t b[16];
};

enum uuid_form { UUID_NONE = 0, UUID_PLAIN = 36, UUID_MAPPER = 40 };

/* The form of the uuid that begins at text[at] and ends on a word's end. */
enum uuid_form uuid_here(const char *text, size_t len, size_t at,
			 struct id16 *out);
/* Writes the uuid's 36 or 40 characters. */
void uuid_write(const struct id16 *uuid, enum uuid_form form, char *text);
/* Whether text[at] follows VG_XenStorage-, or its doubled form. */
bool is_sr_context(const char *text, size_t at);

/* Old to new; one for uuids. */
void ids_begin(const struct id16 *old_sr, const struct id16 *new_sr);
/* Takes note that `old` became `new` at `where`. */
void ids_pair(const struct id16 *old, const struct id16 *new, bool is_sr,
	      const char *where);
/* Pairs all uuids of two texts of the same length. */
void ids_pair_text(const char *old, const char *new, size_t len,
		   const char *where);
bool ids_find(const struct id16 *old, struct id16 *new);
/* Replaces all known uuids in a text; an SR's also if it is unknown. */
void ids_renew_text(char *text, size_t len);
bool ids_is_old(const struct id16 *uuid);
/* Judges the map as a whole. */
void ids_check(void);
size_t ids_count(void);

/* LVM's own ids, 38 characters with dashes. */
#define LVM_ID 38
void lvm_ids_pair(const char *old, const char *new, const char *what);
const char *lvm_ids_find(const char *old);
bool lvm_id_here(const char *text, size_t len, size_t at);
void lvm_ids_check(void);

/* ---- images ---- */

struct image {
	int fd;
	uint64_t size;
	const char *path;
};

void image_open(struct image *image, const char *path);
void image_read(const struct image *image, uint64_t at, void *to, size_t len);
/* The next range at or after `at` that is not a hole; false if none. */
bool image_data(const struct image *image, uint64_t at, uint64_t *from,
		uint64_t *to);

/* ---- what lvm2 says ---- */

struct seg {
	uint64_t lv_extent, count, pv_extent;
};

enum kind { FOREIGN, MGT, VHD, QCOW2, RAW, CBTLOG, JOURNAL, JVHD, TRIM };

struct lv {
	char name[128];
	char id[LVM_ID + 1];
	char attr[16];
	char tags[512];
	uint64_t size;
	struct seg *segs;
	size_t seg_count;
	enum kind kind;
};

/* One of the two: its image, and lvm2's words on it. */
struct side {
	const char *role; /* "original" or "result" */
	struct image image;
	char pv_name[256];
	char pv_id[LVM_ID + 1];
	uint64_t pe_start, pv_size, dev_size, pe_count, extent_size, seqno;
	uint64_t mda_count, mda_used;
	char vg_name[128];
	char vg_id[LVM_ID + 1];
	char vg_attr[16];
	struct lv *lvs; /* by first extent on the PV */
	size_t lv_count;
};

/* Takes the lines about PV `side->pv_name` out of a report (report.c says what
 * they look like). */
void report_read(const char *path, struct side *side);
const struct lv *find_lv(const struct side *side, const char *name);
bool is_foreign_name(const struct side *side, const char *name, size_t len);

/* The LUN byte of byte `at` of the LV; *run: how many bytes follow there. */
uint64_t lv_place(const struct side *side, const struct lv *lv, uint64_t at,
		  uint64_t *run);
void lv_read(const struct side *side, const struct lv *lv, uint64_t at,
	     void *to, size_t len);
/* "VHD-… byte 512" for a byte of the LUN. */
void name_place(const struct side *side, uint64_t at, char *to, size_t room);

/* ---- what the result must be ---- */

/* The result's bytes at..at+len must be these, not the original's. */
void expect_bytes(uint64_t at, const void *bytes, size_t len);
/* The result's bytes there are judged elsewhere. */
void expect_any(uint64_t at, uint64_t len);
/* The same in an LV. */
void expect_lv_bytes(const struct side *side, const struct lv *lv, uint64_t at,
		     const void *bytes, size_t len);
void expect_lv_any(const struct side *side, const struct lv *lv, uint64_t at,
		   size_t len);
/* Compares the whole LUN. */
void compare_images(const struct side *old, const struct side *new);

/* ---- the structures ---- */

enum coding { ASCII, UTF16BE, UTF16LE, BINARY };

/* A range of an LV that holds identifiers. */
struct site {
	const struct lv *old, *new;
	uint64_t at;
	size_t len;
	enum coding coding;
	char what[32];
};

struct sites {
	struct site *items;
	size_t count;
};

struct audit {
	struct side old, new;
	struct id16 old_sr, new_sr;
	struct sites sites;
	struct sites headers; /* VHD headers, whose checksum follows */

	bool drops;	    /* snapshots were to be dropped */
	struct lv *dropped; /* taken out of old.lvs */
	size_t dropped_count;
};

void add_site(struct sites *sites, const struct lv *old, const struct lv *new,
	      uint64_t at, size_t len, enum coding coding, const char *what);
void sites_pair(struct audit *a);
void sites_expect(struct audit *a);

/* LV by LV, names paired; false if the two cannot be compared further. */
bool check_lvs(struct audit *a);
void list_mgt(struct audit *a, const struct lv *old, const struct lv *new);
/* Bytes in use; 0 if the volume holds nothing. */
uint64_t mgt_in_use(const struct side *side, const struct lv *lv);
void list_vhd(struct audit *a, const struct lv *old, const struct lv *new);
void list_qcow2(struct audit *a, const struct lv *old, const struct lv *new);
/* The place of the backing file's name; false if there is none. */
bool qcow2_backing(const struct side *side, const struct lv *lv, uint64_t *at,
		   size_t *len);
void list_cbtlog(struct audit *a, const struct lv *old, const struct lv *new);
void list_journal(struct audit *a, const struct lv *old, const struct lv *new);
void list_jvhd(struct audit *a, const struct lv *old, const struct lv *new);
void check_jvhd(const struct audit *a, const struct lv *old,
		const struct lv *new);
/* Whether locator `i` of a header holds a name, and in which coding. */
#define VHD_LOCATORS 8
bool vhd_locator(const uint8_t *header, int i, uint64_t *at, size_t *len,
		 enum coding *coding);
void check_parents(const struct audit *a);
void check_mgt_sr(const struct audit *a);
void check_lvm(struct audit *a); /* label, mda_headers, VG text */

/* What was dropped with the snapshots. */
void take_dropped(struct audit *a);
bool is_dropped(const struct audit *a, const struct id16 *vdi, bool log);
void check_dropped(const struct audit *a);
void cut_dropped(const struct audit *a, char *text, size_t *len);

/* A record of MGT that is not marked as deleted. */
struct mgt_record {
	bool snapshot, managed;
	uint64_t deleted_at; /* byte of the LV */
};
bool mgt_find(const struct side *side, const struct id16 *vdi,
	      struct mgt_record *out);
/* The VDI in the names of an image's parent; false if it has none. */
bool vhd_parent(const struct side *side, const struct lv *lv, struct id16 *vdi);

/* Searches for old identifiers. */
void scan_text(const char *text, size_t len, const char *where);
void scan_bytes(const uint8_t *bytes, size_t len, const char *where);
void scan_lv(const struct side *side, const struct lv *lv, uint64_t at,
	     uint64_t len);
void scan_live(const struct audit *a);

#endif
