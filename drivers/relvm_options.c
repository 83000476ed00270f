// SPDX-License-Identifier: LGPL-2.1-only
#include "drivers/relvm_options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "drivers/relvm_files.h"
#include "sm/device_config.h"
#include "iscsi/target.h"

#define JOBS_MAX 256

int relvm_usage(struct error *err, const char *why)
{
	return error_set(err, ERROR_BAD_VALUE, "%s; see relvm --help", why);
}

/* ---- what an option does ---- */

/* Of one that takes two words: whether it is the second. */
static int set_flag(const struct relvm_option *option, const char *value,
		    struct relvm_options *out, struct error *err)
{
	bool *flag = (bool *)((char *)out + option->flag);
	char name[32];

	*flag = true;
	if (!value)
		return 0;
	snprintf(name, sizeof(name), "--%s", option->name);
	return choice_read(name, value, option->value, flag, err);
}

static int set_secret(const struct relvm_option *option, const char *file,
		      struct relvm_options *out, struct error *err)
{
	char **secret = (char **)((char *)out + option->secret);

	return relvm_password_read(file, secret, err);
}

static int add_from(const char *text, struct relvm_options *out,
		    struct error *err)
{
	size_t n = out->request.plan.from_count;

	out->from = alloc_more(out->from, n, sizeof(*out->from));
	out->request.plan.from = out->from;
	if (uuid_read("--from", text, strlen(text), &out->from[n], err))
		return -1;
	out->request.plan.from_count++;
	return 0;
}

static int read_jobs(const char *text, struct relvm_options *out,
		     struct error *err)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end || n < 1 || n > JOBS_MAX)
		return error_set(err, ERROR_BAD_VALUE,
				 "--jobs: '%.32s' is not a number from 1 to %d",
				 text, JOBS_MAX);
	out->jobs = (unsigned)n;
	return 0;
}

static int read_initiator(const char *text, struct relvm_options *out,
			  struct error *err)
{
	if (!initiator_kind_from_text(text, &out->initiator))
		return error_set(err, ERROR_BAD_VALUE,
				 "--initiator is '%.64s'; it can "
				 "be: " INITIATOR_KINDS,
				 text);
	return 0;
}

static int read_initiator_name(const char *text, struct relvm_options *out,
			       struct error *err)
{
	if (!iscsi_name_valid(text))
		return error_set(err, ERROR_BAD_VALUE,
				 "--initiator-name: '%.64s' is not an iSCSI "
				 "name",
				 text);
	free(out->initiator_name);
	out->initiator_name = alloc_text(text);
	return 0;
}

static int add_lun(struct relvm_options *out, const char *text,
		   struct error *err)
{
	out->choices =
		alloc_more(out->choices, out->count, sizeof(*out->choices));
	if (lun_name_parse(text, &out->choices[out->count], err))
		return -1;
	out->count++;
	return 0;
}

/* Of list: a host's name is taken for what it is, without iscsi://. */
static int add_target(struct relvm_options *out, const char *text,
		      struct error *err)
{
	char *url;
	int rc;

	if (strstr(text, "://") || strchr(text, '/'))
		return add_lun(out, text, err);
	url = alloc_printf("iscsi://%s", text);
	rc = add_lun(out, url, err);
	free(url);
	return rc;
}

static int add_luns(const char *path, struct relvm_options *out,
		    struct error *err)
{
	char *text, *rest, *line;
	unsigned number = 0;
	size_t len;
	int failed = 0;

	if (relvm_file_read(path, &text, &len, err))
		return -1;
	rest = text;
	while (!failed && (line = strsep(&rest, "\n"))) {
		size_t n = strlen(line);

		number++;
		while (n > 0 && strchr(" \t\r", line[n - 1]))
			line[--n] = '\0';
		line += strspn(line, " \t");
		if (!line[0] || line[0] == '#')
			continue;
		failed = add_lun(out, line, err);
		if (failed)
			error_prefix(err, "%.200s, line %u: ", path, number);
	}
	free(text);
	return failed;
}

static int read_map(const char *path, struct relvm_options *out,
		    struct error *err)
{
	char *text;
	size_t len;
	int failed;

	if (out->request.plan.chosen)
		return relvm_usage(err, "--map is given twice");
	if (relvm_file_read(path, &text, &len, err))
		return -1;
	failed = id_map_parse(text, len, &out->chosen, err);
	free(text);
	if (failed)
		return error_prefix(err, "%.200s, ", path);
	out->request.plan.chosen = &out->chosen;
	return 0;
}

static int take_sr_uuid(const char *value, struct relvm_options *out,
			struct error *err)
{
	return uuid_read("--sr-uuid", value, strlen(value),
			 &out->request.plan.new_sr, err);
}

/* ---- the tables ---- */

#define FOR(command)   (1u << (command))
#define FOR_PLANS      (FOR(RELVM_PLAN) | FOR(RELVM_RESIGN))
#define FOR_WRITERS    (FOR(RELVM_RESIGN) | FOR(RELVM_RECOVER) | FOR(RELVM_ATTACH))
#define FOR_MANY       (FOR_WRITERS | FOR(RELVM_INSPECT) | FOR(RELVM_VERIFY))
#define FLAG(member)   .flag = offsetof(struct relvm_options, member)
#define TEXT(member)   .text = offsetof(struct relvm_options, member)
#define SECRET(member) .secret = offsetof(struct relvm_options, member)
#define FOR_ALL	       (FOR_MANY | FOR(RELVM_PLAN) | FOR(RELVM_LIST))

const struct relvm_command_row relvm_commands[] = {
	{ RELVM_LIST, "list", "TARGET",
	  "every LUN of an iSCSI target, and what is on it;\n"
	  "of a HOST alone: its targets" },
	{ RELVM_INSPECT, "inspect", "LUN...",
	  "the SR on a LUN: its VDIs, their parents, a journal" },
	{ RELVM_PLAN, "plan", "LUN",
	  "the writes of a resign; changes nothing" },
	{ RELVM_RESIGN, "resign", "LUN...",
	  "gives a cloned LUN new identifiers, in place" },
	{ RELVM_RECOVER, "recover", "LUN...",
	  "completes a resign that was interrupted" },
	{ RELVM_VERIFY, "verify", "LUN...",
	  "checks structures, chains, MGT; compares several" },
	{ RELVM_ATTACH, "attach", "LUN...",
	  "resign, and the SR attached to all hosts of the pool" },
	{ 0 },
};

/* Where an option is new, nothing else is to be changed than this table and
 * relvm(8): getopt, the checks, --help and the completion come from here. */
const struct relvm_option relvm_options[] = {
	{ "json", 0, NULL, FOR_ALL, "JSON, one line a LUN", FLAG(json) },
	{ "luns", 0, "FILE", FOR_MANY,
	  "more LUNs, one a line; - is standard input", .take = add_luns },
	{ "yes", 'y', NULL, FOR_WRITERS, "do not ask before writing",
	  FLAG(yes) },
	{ "jobs", 'j', "N", FOR_WRITERS | FOR(RELVM_INSPECT),
	  "work on N LUNs at once", .take = read_jobs },
	{ "from", 0, "SR-UUID", FOR_PLANS,
	  "the original's: resign its clones alone, so\n"
	  "that none is resigned twice; may be repeated",
	  .take = add_from },
	{ "sr-uuid", 0, "UUID", FOR_PLANS, "the new uuid of the SR",
	  .take = take_sr_uuid },
	{ "map", 0, "FILE", FOR_PLANS,
	  "new uuids that you choose, or a saved plan", .take = read_map },
	{ "save-map", 0, "FILE", FOR(RELVM_PLAN),
	  "what makes resign do just this", TEXT(save_map) },
	{ "snapshots", 0, "keep|drop", FOR_PLANS,
	  "what becomes of snapshots (keep)",
	  FLAG(request.plan.choices.drop_snapshots) },
	{ "signs-of-life", 0, "refuse|ignore", FOR(RELVM_RESIGN),
	  "what becomes of a LUN that no SR of the pool\n"
	  "explains and that something writes to (refuse)",
	  FLAG(request.plan.choices.ignore_life) },
	{ "journals", 0, "refuse|keep", FOR_PLANS,
	  "of operations that SM cannot end (refuse)",
	  FLAG(request.plan.choices.keep_journals) },
	{ "initiator", 0, "libiscsi|open-iscsi", FOR_WRITERS,
	  "how the LUN is reached (libiscsi)", .take = read_initiator },
	{ "initiator-name", 0, "IQN", FOR_ALL,
	  "our name (/etc/iscsi/initiatorname.iscsi)",
	  .take = read_initiator_name },
	{ "password-file", 0, "FILE", FOR_ALL,
	  "for user@; or the variable RELVM_PASSWORD", SECRET(password) },
	{ "target-user", 0, "NAME", FOR_ALL,
	  "what the target must prove itself with", TEXT(incoming_user) },
	{ "target-password-file", 0, "FILE", FOR_ALL, "likewise",
	  SECRET(incoming_password) },
	{ "verbose", 'v', NULL, FOR_ALL, "say what is done, on standard error",
	  FLAG(verbose) },
	{ "help", 'h', NULL, FOR_ALL, "this; of one command: its own",
	  .flag = 0 },
	{ "version", 'V', NULL, FOR_ALL, "", .flag = 0 },
	{ 0 },
};
#define OPTION_COUNT (sizeof(relvm_options) / sizeof(*relvm_options) - 1)

bool relvm_command_writes(enum relvm_command command)
{
	return FOR(command) & FOR_WRITERS;
}

/* ---- reading ---- */

/* getopt's value for an option without a letter: its place in the table. */
#define FIRST_LONG 256

static void fill_getopt(struct option *longs, char *letters)
{
	*letters++ = ':';
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		const struct relvm_option *o = &relvm_options[i];

		longs[i] = (struct option){
			.name = o->name,
			.has_arg = o->value ? required_argument : no_argument,
			.val = FIRST_LONG + (int)i,
		};
		if (!o->letter)
			continue;
		*letters++ = o->letter;
		if (o->value)
			*letters++ = ':';
	}
	*letters = '\0';
}

static size_t find_option(int value)
{
	size_t i = 0;

	if (value >= FIRST_LONG)
		return (size_t)(value - FIRST_LONG);
	while (i < OPTION_COUNT && relvm_options[i].letter != value)
		i++;
	return i;
}

static int no_value(const char *option, struct error *err)
{
	return error_set(err, ERROR_BAD_VALUE,
			 "%.64s wants a value; see relvm --help", option);
}

static int bad_option(char *const *argv, int option, struct error *err)
{
	const char *word = argv[optind - 1];

	if (option == ':')
		return no_value(word, err);
	if (optopt && optopt < FIRST_LONG)
		return error_set(err, ERROR_BAD_VALUE,
				 "there is no option -%c; see relvm --help",
				 optopt);
	return error_set(err, ERROR_BAD_VALUE,
			 "%.64s is no option, or not a whole one; see "
			 "relvm --help",
			 word);
}

static int read_command(const char *text, struct relvm_options *out,
			struct error *err)
{
	const struct relvm_command_row *row = relvm_command_find(text);
	const char *near;

	if (row) {
		out->command = row->command;
		out->command_text = row->name;
		return 0;
	}
	near = relvm_command_near(text);
	if (near)
		return error_set(err, ERROR_BAD_VALUE,
				 "'%.32s' is no command; did you mean %s?",
				 text, near);
	return error_set(err, ERROR_BAD_VALUE,
			 "'%.32s' is no command; see relvm --help", text);
}

/* An option that would have no effect is a mistake of the user's. */
static int check_used(const bool used[OPTION_COUNT],
		      const struct relvm_options *out, struct error *err)
{
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		if (used[i] && !(relvm_options[i].commands & FOR(out->command)))
			return error_set(err, ERROR_BAD_VALUE,
					 "--%s is not for %s; see relvm %s "
					 "--help",
					 relvm_options[i].name,
					 out->command_text, out->command_text);
	}
	return 0;
}

/* What is asked for by a word or an option and is no work on a LUN. */
static bool show(const char *word, const char *about)
{
	if (strcmp(word, "help") == 0)
		relvm_show_help(about);
	else if (strcmp(word, "version") == 0)
		puts("relvm " VERSION);
	else if (strcmp(word, "completion") == 0)
		relvm_show_completion();
	else
		return false;
	return true;
}

/* Words in any order; the first that is no option is the command. */
static enum relvm_parsed
read_words(int argc, char **argv, struct relvm_options *out, struct error *err)
{
	struct option longs[OPTION_COUNT + 1] = { 0 };
	char letters[2 * OPTION_COUNT + 2];
	bool used[OPTION_COUNT] = { false };
	const char *asked = NULL;
	int option;

	opterr = 0;
	fill_getopt(longs, letters);
	while ((option = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		size_t at = find_option(option);
		const struct relvm_option *o = &relvm_options[at];

		if (option == ':' || option == '?' || at >= OPTION_COUNT) {
			bad_option(argv, option, err);
			return RELVM_PARSED_BAD;
		}
		/* A variable of a script's that was not set. */
		if (o->value && !optarg[0]) {
			no_value(o->name, err);
			return RELVM_PARSED_BAD;
		}
		used[at] = true;
		if (o->text)
			*(char **)((char *)out + o->text) = optarg;
		else if (!o->take && !o->flag && !o->secret)
			asked = o->name;
		else if (o->take     ? o->take(optarg, out, err)
			 : o->secret ? set_secret(o, optarg, out, err)
				     : set_flag(o, optarg, out, err))
			return RELVM_PARSED_BAD;
	}
	if (asked) {
		show(asked, argv[optind]);
		return RELVM_PARSED_SHOW;
	}
	if (optind == argc) {
		relvm_usage(err, "no command is given");
		return RELVM_PARSED_BAD;
	}
	if (show(argv[optind], argv[optind + 1]))
		return RELVM_PARSED_SHOW;
	if (read_command(argv[optind++], out, err) ||
	    check_used(used, out, err))
		return RELVM_PARSED_BAD;
	while (optind < argc) {
		const char *name = argv[optind++];

		if (out->command == RELVM_LIST ? add_target(out, name, err)
					       : add_lun(out, name, err))
			return RELVM_PARSED_BAD;
	}
	return RELVM_PARSED_RUN;
}

enum relvm_parsed relvm_options_read(int argc, char **argv,
				     struct relvm_options *out,
				     struct error *err)
{
	enum relvm_parsed parsed;

	*out = (struct relvm_options){ .jobs = 1 };
	parsed = read_words(argc, argv, out, err);
	if (parsed == RELVM_PARSED_RUN && !out->password)
		out->password = relvm_password_from_environment();
	if (parsed == RELVM_PARSED_RUN &&
	    (relvm_options_check(out, err) || relvm_options_choose(out, err)))
		parsed = RELVM_PARSED_BAD;
	out->request.only_recover = out->command == RELVM_RECOVER;
	if (parsed != RELVM_PARSED_RUN)
		relvm_options_free(out);
	return parsed;
}

void relvm_options_free(struct relvm_options *options)
{
	for (size_t i = 0; i < options->count; i++)
		lun_name_free(&options->choices[i]);
	free(options->choices);
	free(options->from);
	free(options->initiator_name);
	alloc_wipe(options->password);
	alloc_wipe(options->incoming_password);
	chosen_free(&options->chosen);
	*options = (struct relvm_options){ 0 };
}
