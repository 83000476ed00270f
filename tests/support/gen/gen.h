// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Makes SRs of every shape that XenServer can leave on a LUN, from a seed.
 *
 * The LVs' content is written here; their VG is written as a backup text, which
 * the real lvm2 restores onto the image (vgcfgrestore); what LVM itself would
 * not write is then changed by tests/support/mutate. Shares no code with lib/.
 */
#ifndef GEN_GEN_H
#define GEN_GEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* ---- randomness: the same seed, the same SR ---- */

void rng_begin(uint64_t seed);
uint64_t rng_next(void);
/* 0..n-1; of a..b, both included. */
uint64_t below(uint64_t n);
uint64_t between(uint64_t a, uint64_t b);
bool chance(unsigned percent);

#define UUID_LEN 36
#define LVM_ID	 38
void make_uuid(char *to);   /* with a NUL */
void make_lvm_id(char *to); /* with a NUL */

/* ---- the model ---- */

enum content {
	C_MGT,
	C_VHD_DYNAMIC,
	C_VHD_CHILD, /* differencing */
	C_VHD_FIXED,
	C_VHD_QEMU, /* made by qemu-img */
	C_QCOW2,    /* likewise */
	C_PAYLOAD,  /* anything */
	C_CBTLOG,
	C_VALUE, /* a journal's value */
	C_JVHD,
	C_NOTHING,
};

struct seg {
	uint64_t lv_extent, count, pv_extent;
};

struct glv {
	char name[128];
	char id[LVM_ID + 1];
	const char *tags; /* as in the text, quoted; NULL for none */
	bool read_only;
	uint64_t extents;
	struct seg *segs;
	size_t seg_count;

	enum content content;
	int vdi;		     /* index, or -1 */
	char value[128];	     /* of C_VALUE */
	char links[2][UUID_LEN + 1]; /* of C_CBTLOG; "" for none */
};

struct gvdi {
	char uuid[UUID_LEN + 1];
	bool raw, qcow2; /* else a VHD */
	int parent;	 /* index, or -1 */
	char snapshot_of[UUID_LEN + 1];
	bool hidden;
	bool in_mgt, deleted;
	bool has_lv;
	const char *type;
};

struct sr {
	uint64_t seed;
	bool plain;	/* of the commonest shape: to be damaged */
	unsigned trees; /* so many, three deep; 0: as the dice fall */
	char uuid[UUID_LEN + 1];
	char vg_id[LVM_ID + 1], pv_id[LVM_ID + 1];

	uint64_t extent_size, pe_start, pe_count; /* bytes; bytes; extents */
	uint64_t used_extents;			  /* up to the last LV */
	uint64_t pv_size, lun_size;		  /* bytes */
	unsigned block_size;
	unsigned mda_copies;

	struct glv *lvs;
	size_t lv_count;
	struct gvdi *vdis;
	size_t vdi_count;
	unsigned mapper_names; /* percent of parents in that form */

	int image;	  /* fd */
	const char *pool; /* images that qemu-img made, or NULL */
	FILE *mutations;
	FILE *shape;
	char what[512];
};

__attribute__((format(printf, 1, 2), noreturn)) void die(const char *format,
							 ...);
void *grow(void *items, size_t count, size_t item_size);

/* Adds a word on the SR's shape. */
__attribute__((format(printf, 2, 3))) void say(struct sr *sr,
					       const char *format, ...);

/* An OP for tests/support/mutate, words apart by tabs. */
__attribute__((format(printf, 2, 3))) void mutation(struct sr *sr,
						    const char *format, ...);

struct glv *add_lv(struct sr *sr, enum content content, uint64_t bytes,
		   const char *name);

void plan_vdis(struct sr *sr);	 /* VDIs and their LVs */
void plan_others(struct sr *sr); /* logs, journals, foreign LVs, MGT */
void plan_lvm(struct sr *sr);	 /* extents, areas, label, blocks */
void plan_mutations(struct sr *sr);
/* One thing for which it must be refused. */
void plan_refusal(struct sr *sr);
void lay_out(struct sr *sr);

void write_vg_text(const struct sr *sr, const char *path);

/* Bytes of an LV, across its segments. */
void lv_write(const struct sr *sr, const struct glv *lv, uint64_t at,
	      const void *bytes, size_t len);
uint64_t lv_size(const struct sr *sr, const struct glv *lv);
/* The name of a VDI's LV; as device-mapper's with all that is before it. */
void lv_name_of(const struct sr *sr, const struct gvdi *vdi, bool mapper,
		char *to, size_t room);

void write_mgt(const struct sr *sr, const struct glv *lv);
void write_vhd(const struct sr *sr, const struct glv *lv);
void write_qcow2(const struct sr *sr, const struct glv *lv);
void write_cbtlog(const struct sr *sr, const struct glv *lv);
void write_value(const struct sr *sr, const struct glv *lv);
void write_jvhd(const struct sr *sr, const struct glv *lv);
void write_payload(const struct sr *sr, const struct glv *lv, uint64_t at,
		   uint64_t len);

/* A header of 1024 bytes for the VDI, and its locators' names. */
#define MOST_LOCATORS 3
struct locator {
	char code[5];
	uint8_t bytes[512];
	size_t len;
	uint64_t at;
};
unsigned make_vhd_header(const struct sr *sr, const struct gvdi *vdi,
			 uint64_t bat_at, uint32_t bat_entries,
			 uint64_t locators_at, struct locator *locators,
			 uint8_t *header);

#endif
