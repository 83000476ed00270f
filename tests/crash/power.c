// SPDX-License-Identifier: LGPL-2.1-only
#include "power.h"

#include "cached.h"

#include <inttypes.h>
#include <stdio.h>

struct walk {
	struct suite *suite;
	const struct sectors *from;
	struct units units;
	power_visit visit;
	void *context;
	struct sectors state, stable;
	unsigned epoch;
};

static void visit(struct walk *w, const char *how, size_t k, size_t j)
{
	snprintf(w->suite->where, sizeof(w->suite->where),
		 "flush %u, %zu of %zu units, %s %zu", w->epoch,
		 k - w->units.first[w->epoch],
		 w->units.first[w->epoch + 1] - w->units.first[w->epoch], how,
		 j - w->units.first[w->epoch]);
	w->visit(w->suite, &w->state, w->context);
}

/* The first units of the epoch up to `k` were sent; `but` did not land. */
static void visit_without(struct walk *w, size_t k, size_t but)
{
	sectors_copy(&w->stable, &w->state);
	for (size_t i = w->units.first[w->epoch]; i < k; i++) {
		if (i != but)
			units_land(&w->units, i, &w->state);
	}
	visit(w, but == k ? "all landed up to" : "missing", k, but);
}

static void visit_alone(struct walk *w, size_t k, size_t only)
{
	sectors_copy(&w->stable, &w->state);
	units_land(&w->units, only, &w->state);
	visit(w, "alone", k, only);
}

static void visit_epoch(struct walk *w, const struct power_effort *effort)
{
	size_t first = w->units.first[w->epoch];
	size_t end = w->units.first[w->epoch + 1];
	bool all_pairs = end - first <= effort->all_pairs_up_to;

	for (size_t k = first; k <= end; k++) {
		visit_without(w, k, k);
		if (!all_pairs && k < end)
			continue;
		for (size_t j = first; j < k; j++)
			visit_without(w, k, j);
	}
	for (size_t j = first; j < end; j++)
		visit_alone(w, end, j);
	for (size_t i = first; i < end; i++)
		units_land(&w->units, i, &w->stable);
}

/* A random epoch, a random number of its units sent, of which a random part
 * landed. */
void power_random(struct suite *suite, const struct sectors *from,
		  const struct units *units, struct chance *chance,
		  struct sectors *state)
{
	size_t sent = (size_t)chance_below(chance, units->count + 1);
	uint64_t odds = 1 + chance_below(chance, 7);
	unsigned epoch = sent < units->count ? units->items[sent].epoch
					     : units->epochs - 1;

	snprintf(suite->where, sizeof(suite->where),
		 "a random part of %zu units", sent);
	sectors_copy(from, state);
	for (size_t i = 0; i < sent; i++) {
		if (units->items[i].epoch < epoch ||
		    chance_below(chance, 8) < odds)
			units_land(units, i, state);
	}
}

static void visit_subsets(struct walk *w, const struct power_effort *effort)
{
	for (unsigned i = 0; i < effort->subsets; i++) {
		char where[sizeof(w->suite->where)];
		struct chance chance;

		chance_seed(&chance, effort->seed + i);
		power_random(w->suite, w->from, &w->units, &chance, &w->state);
		snprintf(where, sizeof(where), "seed %" PRIu64 ", %.100s",
			 effort->seed + i, w->suite->where);
		snprintf(w->suite->where, sizeof(w->suite->where), "%s", where);
		w->visit(w->suite, &w->state, w->context);
	}
}

void power_states(struct suite *suite, const struct sectors *from,
		  const struct trace *trace, const struct power_effort *effort,
		  power_visit visit_state, void *context)
{
	struct walk w = { .suite = suite,
			  .from = from,
			  .visit = visit_state,
			  .context = context };

	units_cut(trace, suite->atom, &w.units);
	sectors_copy(from, &w.stable);
	for (; w.epoch < w.units.epochs; w.epoch++)
		visit_epoch(&w, effort);
	visit_subsets(&w, effort);
	units_free(&w.units);
	sectors_free(&w.state);
	sectors_free(&w.stable);
}

/* ---- one crash ---- */

static void try_second(struct suite *suite, const struct sectors *state,
		       void *context)
{
	const struct run second = { .number = 2,
				    .host = (unsigned)(suite->total & 1) + 1,
				    .scsi_id = "lun" };

	(void)context;
	if (suite_is_new(suite, state, 2))
		judge_trial(suite, state, &second);
}

/* The first run, undisturbed; its trace goes to *trace. */
bool power_first_run(struct suite *suite, struct trace *trace)
{
	const struct run first = {
		.number = 1,
		.seed = worlds_seed(suite->worlds, 0, 1),
		.host = 1,
		.scsi_id = "lun",
	};
	unsigned done = worlds_child(suite->worlds, 0, 1);
	struct error err;

	snprintf(suite->where, sizeof(suite->where), "no crash");
	sim_disk_start(&suite->disk, &suite->worlds->items[0].state);
	if (done == NO_WORLD)
		return suite_wrong(suite, "%s", suite->worlds->err.text);
	if (run_resign(&suite->disk, &first, &err))
		return suite_wrong(suite, "%s", err.text);
	if (!judge_result(suite, done, NULL))
		return false;
	*trace = suite->disk.trace;
	suite->disk.trace = (struct trace){ 0 };
	return true;
}

void power_try(struct suite *suite, const struct power_effort *effort)
{
	struct trace trace;

	if (!power_first_run(suite, &trace))
		return;
	power_states(suite, &suite->worlds->items[0].state, &trace, effort,
		     try_second, NULL);
	trace_free(&trace);
}

/* ---- crash upon crash, with a cache that outlives the hosts ---- */

struct nested {
	const struct nested_effort *effort;
	unsigned next; /* the number of the run that comes after the power */
	const char *where;
};

static void try_next(struct suite *suite, const struct sectors *state,
		     void *context)
{
	const struct nested *nested = context;
	const struct run run = { .number = nested->next,
				 .host = (unsigned)(suite->total & 1) + 2,
				 .scsi_id = "lun" };
	char where[sizeof(suite->where)];

	if (!suite_is_new(suite, state, nested->next))
		return;
	snprintf(where, sizeof(where), "%.80s; then %.70s", nested->where,
		 suite->where);
	snprintf(suite->where, sizeof(suite->where), "%s", where);
	judge_trial(suite, state, &run);
}

/* Run `number` on what the hosts before it have left in the cache. The array
 * loses power at any moment of it and after it; or its host dies too, after any
 * unit, and another one comes. */
static void try_cached(struct suite *suite, const struct cached *cached,
		       unsigned number, const struct nested_effort *effort,
		       const char *where)
{
	struct nested nested = { effort, number + 1, where };
	const struct run run = { .number = number,
				 .host = number % 2 + 1,
				 .scsi_id = "lun" };
	struct trace trace, all;
	struct sectors view = { 0 };
	struct cached left = { 0 };
	struct units units;
	unsigned every = effort->every[number - 1];

	cached_view(cached, &view);
	snprintf(suite->where, sizeof(suite->where), "%s", where);
	suite_is_new(suite, &view, number);
	if (!judge_trial(suite, &view, &run))
		goto out;
	trace = suite->disk.trace;
	suite->disk.trace = (struct trace){ 0 };
	cached_trace(cached, &trace, &all);
	power_states(suite, &cached->stable, &all, &effort->power, try_next,
		     &nested);
	units_cut(&trace, suite->atom, &units);
	for (size_t sent = number % 3; every && sent <= units.count;
	     sent += every) {
		char more[80];

		snprintf(more, sizeof(more), "%.50s%srun %u dies after %zu",
			 where, *where ? ", " : "", number, sent);
		cached_copy(cached, &left);
		cached_take(&left, &units, sent);
		try_cached(suite, &left, number + 1, effort, more);
	}
	units_free(&units);
	trace_free(&all);
	trace_free(&trace);
out:
	cached_free(&left);
	sectors_free(&view);
}

/* Up to four runs, each of which dies at a random moment, with or without the
 * array, then one that does not. */
static void try_chain(struct suite *suite, uint64_t seed)
{
	struct cached cached = { 0 };
	struct sectors view = { 0 };
	struct chance chance;

	chance_seed(&chance, seed);
	for (unsigned number = 1; number <= 5; number++) {
		const struct run run = { .number = number,
					 .host = 1 + number % 2,
					 .scsi_id = "lun" };
		struct units units;

		snprintf(suite->where, sizeof(suite->where),
			 "chain with seed %" PRIu64 ", run %u", seed, number);
		cached_view(&cached, &view);
		suite_is_new(suite, &view, number);
		if (!judge_trial(suite, &view, &run))
			break;
		units_cut(&suite->disk.trace, suite->atom, &units);
		cached_take(&cached, &units,
			    (size_t)chance_below(&chance, units.count + 1));
		units_free(&units);
		if (chance_below(&chance, 2))
			cached_lose(&cached, suite->atom, &chance);
	}
	cached_free(&cached);
	sectors_free(&view);
}

void power_try_nested(struct suite *suite, const struct nested_effort *effort)
{
	const struct cached untouched = { 0 };

	try_cached(suite, &untouched, 1, effort, "");
}

void power_try_chains(struct suite *suite, unsigned distinct, uint64_t seed)
{
	for (unsigned i = 0; i < distinct && suite->distinct < distinct; i++)
		try_chain(suite, seed + i);
}
