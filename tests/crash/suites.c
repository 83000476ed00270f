// SPDX-License-Identifier: LGPL-2.1-only
#include "suites.h"

#include <stdio.h>
#include <string.h>

#include "clones.h"
#include "faults.h"
#include "hosts.h"
#include "power.h"
#include "used.h"
#include "variants.h"

/* A LUN as it is met in the field. */
struct setup {
	uint32_t block_size, atom;
	enum sim_means means;
	bool quick; /* in quick mode, too */
	bool drop;  /* snapshots are dropped: text gets shorter, and may move */
};

static const struct setup setups[] = {
	{ 512, 512, SIM_FENCE, true, false },
	{ 512, 4096, SIM_SWAP, true, false },
	{ 4096, 4096, SIM_FENCE, true, false },
	{ 512, 512, SIM_FENCE, true, true },
	{ 512, 512, SIM_PLAIN, false, false },
	{ 512, 4096, SIM_FENCE, false, false },
	{ 4096, 4096, SIM_SWAP, false, false },
	{ 4096, 512, SIM_PLAIN, false, false },
};

static void run_power(struct suite *suite, const struct options *options)
{
	const struct power_effort effort = {
		.all_pairs_up_to = options->full ? 200 : 64,
		.subsets = options->full ? 2000 : 500,
		.seed = options->seed,
	};

	power_try(suite, &effort);
}

static void run_nested(struct suite *suite, const struct options *options)
{
	const struct nested_effort effort = {
		.power = { .subsets = options->full ? 40 : 10,
			   .seed = options->seed },
		.every = { 1, options->full ? 8 : 0 },
	};

	power_try_nested(suite, &effort);
}

static void run_chains(struct suite *suite, const struct options *options)
{
	power_try_chains(suite, options->full ? 1700 : 250, options->seed);
}

static void run_faults(struct suite *suite, const struct options *options)
{
	faults_try(suite, options->full ? 16 : 4, options->seed);
	faults_try_recovery(suite, options->full ? 8 : 16,
			    options->full ? 4 : 2, options->seed);
}

static void run_clones(struct suite *suite, const struct options *options)
{
	const struct power_effort effort = {
		.all_pairs_up_to = options->full ? 64 : 0,
		.subsets = options->full ? 500 : 100,
		.seed = options->seed,
	};

	clones_try(suite, &effort);
}

static void run_used(struct suite *suite, const struct options *options)
{
	const struct power_effort effort = {
		.all_pairs_up_to = options->full ? 64 : 0,
		.subsets = options->full ? 500 : 100,
		.seed = options->seed,
	};

	used_try(suite, &effort, options->full ? 4 : 8);
}

static void run_hosts(struct suite *suite, const struct options *options)
{
	const struct hosts_effort effort = {
		.switches = 2,
		.random = options->full ? 2000 : 300,
		.seed = options->seed,
		.timely = true,
	};

	hosts_try(suite, &effort);
}

static void run_stalls(struct suite *suite, const struct options *options)
{
	const struct hosts_effort effort = {
		.switches = 2,
		.random = options->full ? 2000 : 300,
		.seed = options->seed,
	};

	hosts_try(suite, &effort);
}

#define ONLY_PLAIN (1u << VARIANT_PLAIN)
#define FEW                                               \
	(1u << VARIANT_PLAIN | 1u << VARIANT_SMALL_RING | \
	 1u << VARIANT_TIGHT_RING | 1u << VARIANT_TWO_AREAS)
#define ALL ((1u << VARIANTS) - 1)

static const struct kind {
	const char *name;
	void (*run)(struct suite *suite, const struct options *options);
	/* Wrong verdicts that are known to happen, per thousand, where a LUN has
	 * neither a fence nor a swap: nothing on the LUN keeps two hosts apart
	 * that begin at the same moment, only xapi and this host's lock do. */
	unsigned known;
	unsigned variants; /* in quick mode, too: a bit each */
} kinds[] = {
	{ "power", run_power, 0, ALL },
	{ "nested", run_nested, 0, ALL },
	{ "chains", run_chains, 0, ALL },
	{ "faults", run_faults, 0, ONLY_PLAIN },
	{ "clones", run_clones, 0, ALL },
	{ "used", run_used, 0, ALL },
	{ "hosts", run_hosts, 30, FEW },
	{ "stalls", run_stalls, 30, FEW },
};

static bool run_kind(struct suite *suite, const struct options *options,
		     const char *setup, const struct kind *kind)
{
	char name[sizeof(suite->name)];

	snprintf(name, sizeof(name), "%s %s", kind->name, setup);
	suite_begin(suite, name);
	kind->run(suite, options);
	return suite_end(suite, suite->means != SIM_PLAIN ? 0 : kind->known);
}

static bool run_setup(const struct sim_base *base, const struct setup *setup,
		      const struct options *options, enum variant variant,
		      char **names)
{
	static unsigned samples;
	static struct worlds worlds;
	struct suite suite;
	char name[100];
	bool good = true;

	snprintf(name, sizeof(name), "%.40s %s block %u atom %u %s%s",
		 options->name, variant_names[variant], setup->block_size,
		 setup->atom, setup->drop ? "drop " : "",
		 sim_means_names[setup->means]);
	if (!worlds_init(&worlds, base, setup->block_size, setup->means)) {
		printf("not ok %s: %s\n", name, worlds.err.text);
		return false;
	}
	runs_drop(setup->drop);
	if (setup->drop && worlds_child(&worlds, 0, 1) == NO_WORLD) {
		printf("# %s: %s\n", name, worlds.err.text);
		worlds_free(&worlds);
		return true;
	}
	suite_init(&suite, base, &worlds, setup->atom);
	suite.samples_dir = options->samples_dir;
	suite.samples = samples;
	for (; *names; names++) {
		for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
			if (strcmp(kinds[i].name, *names) != 0 ||
			    (!options->full &&
			     !(kinds[i].variants & 1u << variant)))
				continue;
			good = run_kind(&suite, options, name, &kinds[i]) &&
			       good;
		}
	}
	samples = suite.samples;
	suite_free(&suite);
	worlds_free(&worlds);
	return good;
}

/* In quick mode a variant has one of the setups, and of dropping only what
 * matters to it. */
static bool is_quick(const struct setup *setup, unsigned variant, size_t number)
{
	if (!setup->quick || variant == VARIANT_PLAIN)
		return setup->quick;
	return setup->drop ? variant == VARIANT_SMALL_RING
			   : variant % 3 == number;
}

bool suites_run(struct sim_base *base, const struct options *options,
		char **names)
{
	bool good = true;

	for (unsigned v = 0; v < VARIANTS; v++) {
		const char *why;

		if (v != VARIANT_PLAIN && options->only_plain)
			continue;
		if (!variant_make(base, (enum variant)v, &why)) {
			printf("# %s %s: %s\n", options->name, variant_names[v],
			       why);
			continue;
		}
		for (size_t i = 0; i < sizeof(setups) / sizeof(setups[0]);
		     i++) {
			if (!options->full && !is_quick(&setups[i], v, i))
				continue;
			good = run_setup(base, &setups[i], options,
					 (enum variant)v, names) &&
			       good;
		}
	}
	return good;
}
