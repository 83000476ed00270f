// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Looking at a LUN without writing to it: what is on it, what a resign would
 * do, whether it is sound.
 */
#ifndef ENGINE_LOOK_H
#define ENGINE_LOOK_H

#include "base/buffer.h"
#include "engine/reach.h"
#include "engine/resign.h"
#include "report/check.h"
#include "report/report.h"

struct look {
	struct lun_names names;
	uint64_t size;
	uint32_t block_size;
	struct journal_head journal; /* or that there is none */
	struct sr_report sr;	     /* empty: it cannot be read */
};

/* The LUN's journal and SR. ERROR_LUN_CONTENT: it holds no SR that can be
 * read; of the rest of *out, what could be found out is there all the same. */
int look_inspect(const struct lun_choice *choice, struct look *out,
		 struct error *err);
int look_at_open(const struct reached *open, struct look *out,
		 struct error *err);

/* The plan of a resign as `request` wants it, in *out, whose sr has the new
 * identifiers and the writes; `map` receives all that a resign needs to make
 * just these (map_file.h), and *journal_* the place that it will need before and
 * give back after. ERROR_LUN_CONTENT also for an interrupted resign, which a
 * new one would complete instead. */
struct look_plan {
	struct look look;
	struct buffer map;
	uint64_t journal_head, journal_body, journal_body_len;
};
int look_plan(const struct lun_choice *choice,
	      const struct resign_request *request, struct look_plan *out,
	      struct error *err);
void look_plan_free(struct look_plan *plan);

struct verified_lun {
	const char *name; /* not owned */
	struct look look;
	struct findings findings;
};

/* As look_inspect, and everything that is wrong with the SR. What keeps it from
 * being read is a finding too. */
int look_verify(const struct lun_choice *choice, struct verified_lun *out,
		struct error *err);

/* Adds what more than one of several LUNs has. */
void verified_compare(const struct verified_lun *luns, size_t count,
		      struct findings *duplicates);

/* Frees what the LUNs hold, and the list. */
void verified_free(struct verified_lun *luns, size_t count);

#endif
