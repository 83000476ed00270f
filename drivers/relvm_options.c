// SPDX-License-Identifier: LGPL-2.1-only
#include "drivers/relvm_options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drivers/relvm_files.h"
#include "iscsi/initiator.h"
#include "sm/string_map.h"

#define JOBS_MAX 256

static const struct {
	const char *text;
	enum relvm_command command;
} commands[] = {
	{ "list", RELVM_LIST },	      { "inspect", RELVM_INSPECT },
	{ "plan", RELVM_PLAN },	      { "resign", RELVM_RESIGN },
	{ "recover", RELVM_RECOVER }, { "verify", RELVM_VERIFY },
};

enum {
	OPTION_JSON = 256,
	OPTION_LUNS,
	OPTION_FROM,
	OPTION_SR_UUID,
	OPTION_MAP,
	OPTION_SAVE_MAP,
	OPTION_SNAPSHOTS,
	OPTION_INITIATOR,
	OPTION_INITIATOR_NAME,
	OPTION_PASSWORD_FILE,
	OPTION_TARGET_USER,
	OPTION_TARGET_PASSWORD_FILE,
};

static const struct option long_options[] = {
	{ "json", no_argument, NULL, OPTION_JSON },
	{ "luns", required_argument, NULL, OPTION_LUNS },
	{ "yes", no_argument, NULL, 'y' },
	{ "jobs", required_argument, NULL, 'j' },
	{ "from", required_argument, NULL, OPTION_FROM },
	{ "sr-uuid", required_argument, NULL, OPTION_SR_UUID },
	{ "map", required_argument, NULL, OPTION_MAP },
	{ "save-map", required_argument, NULL, OPTION_SAVE_MAP },
	{ "snapshots", required_argument, NULL, OPTION_SNAPSHOTS },
	{ "initiator", required_argument, NULL, OPTION_INITIATOR },
	{ "initiator-name", required_argument, NULL, OPTION_INITIATOR_NAME },
	{ "password-file", required_argument, NULL, OPTION_PASSWORD_FILE },
	{ "target-user", required_argument, NULL, OPTION_TARGET_USER },
	{ "target-password-file", required_argument, NULL,
	  OPTION_TARGET_PASSWORD_FILE },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

int relvm_usage(struct error *err, const char *why)
{
	return error_set(err, ERROR_BAD_VALUE, "%s; see relvm --help", why);
}

static int read_uuid(const char *option, const char *text, struct uuid *out,
		     struct error *err)
{
	if (strlen(text) != UUID_TEXT_LEN || !uuid_from_text(text, out) ||
	    uuid_is_zero(out))
		return error_set(err, ERROR_BAD_VALUE,
				 "%s: '%.64s' is not a uuid", option, text);
	return 0;
}

static int add_from(struct relvm_options *out, const char *text,
		    struct error *err)
{
	size_t n = out->request.from_count;
	struct uuid *grown = reallocarray(out->from, n + 1, sizeof(*grown));

	if (!grown)
		return error_no_memory(err);
	out->from = grown;
	out->request.from = grown;
	if (read_uuid("--from", text, &grown[n], err))
		return -1;
	out->request.from_count++;
	return 0;
}

static int read_jobs(const char *text, unsigned *out, struct error *err)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end || n < 1 || n > JOBS_MAX)
		return error_set(err, ERROR_BAD_VALUE,
				 "--jobs: '%.32s' is not a number from 1 to %d",
				 text, JOBS_MAX);
	*out = (unsigned)n;
	return 0;
}

static int read_snapshots(const char *text, struct resign_request *request,
			  struct error *err)
{
	if (strcmp(text, "drop") == 0)
		request->snapshots = RESIGN_SNAPSHOTS_DROP;
	else if (strcmp(text, "keep") == 0)
		request->snapshots = RESIGN_SNAPSHOTS_KEEP;
	else
		return error_set(err, ERROR_BAD_VALUE,
				 "--snapshots is '%.64s'; it can be: keep, "
				 "drop",
				 text);
	return 0;
}

static int read_initiator(const char *text, struct resign_request *request,
			  struct error *err)
{
	enum initiator_kind kind;

	if (!initiator_kind_from_text(text, &kind))
		return error_set(err, ERROR_BAD_VALUE,
				 "--initiator is '%.64s'; it can "
				 "be: " INITIATOR_KINDS,
				 text);
	request->initiator = kind == INITIATOR_LIBISCSI ? RESIGN_LIBISCSI
							: RESIGN_OPEN_ISCSI;
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
	out->initiator_name = strdup(text);
	return out->initiator_name ? 0 : error_no_memory(err);
}

static int copy(const char *text, char **out, struct error *err)
{
	free(*out);
	*out = strdup(text);
	return *out ? 0 : error_no_memory(err);
}

static int add_lun(struct relvm_options *out, const char *text,
		   struct error *err)
{
	struct lun_name *grown =
		reallocarray(out->names, out->count + 1, sizeof(*grown));

	if (!grown)
		return error_no_memory(err);
	out->names = grown;
	if (lun_name_parse(text, &grown[out->count], err))
		return -1;
	out->count++;
	return 0;
}

static int add_luns(struct relvm_options *out, const char *path,
		    struct error *err)
{
	char *text, *rest, *line;
	unsigned number = 0;
	int failed = 0;

	if (relvm_file_read(path, &text, NULL, err))
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

static int read_map(struct relvm_options *out, const char *path,
		    struct error *err)
{
	char *text;
	size_t len;
	int failed;

	if (out->request.chosen)
		return relvm_usage(err, "--map is given twice");
	if (relvm_file_read(path, &text, &len, err))
		return -1;
	failed = id_map_parse(text, len, &out->chosen, err);
	free(text);
	if (failed)
		return error_prefix(err, "%.200s, ", path);
	out->request.chosen = &out->chosen;
	return 0;
}

static int take_option(int option, const char *value, struct relvm_options *out,
		       struct error *err)
{
	switch (option) {
	case OPTION_JSON:
		out->json = true;
		return 0;
	case 'y':
		out->yes = true;
		return 0;
	case 'v':
		out->verbose = true;
		return 0;
	case OPTION_SAVE_MAP:
		out->save_map = value;
		return 0;
	case 'j':
		return read_jobs(value, &out->jobs, err);
	case OPTION_LUNS:
		return add_luns(out, value, err);
	case OPTION_FROM:
		return add_from(out, value, err);
	case OPTION_SR_UUID:
		return read_uuid("--sr-uuid", value, &out->request.new_sr_uuid,
				 err);
	case OPTION_MAP:
		return read_map(out, value, err);
	case OPTION_SNAPSHOTS:
		return read_snapshots(value, &out->request, err);
	case OPTION_INITIATOR:
		return read_initiator(value, &out->request, err);
	case OPTION_INITIATOR_NAME:
		return read_initiator_name(value, out, err);
	case OPTION_PASSWORD_FILE:
		return relvm_password_read(value, &out->password, err);
	case OPTION_TARGET_USER:
		return copy(value, &out->incoming_user, err);
	case OPTION_TARGET_PASSWORD_FILE:
		return relvm_password_read(value, &out->incoming_password, err);
	default:
		break;
	}
	/* getopt has taken it as one of ours, or said what is wrong. */
	return relvm_usage(err,
			   "there is no such option, or its value is missing");
}

static int bad_option(char *const *argv, int option, struct error *err)
{
	const char *word = argv[optind - 1];

	if (option == ':')
		return error_set(err, ERROR_BAD_VALUE,
				 "%.64s wants a value; see relvm --help", word);
	if (optopt && optopt < 256)
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
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		if (strcmp(text, commands[i].text) == 0) {
			out->command = commands[i].command;
			out->command_text = commands[i].text;
			return 0;
		}
	}
	return error_set(err, ERROR_BAD_VALUE,
			 "'%.32s' is no command; see relvm --help", text);
}

/* Words in any order; the first that is no option is the command. */
static enum relvm_parsed
read_words(int argc, char **argv, struct relvm_options *out, struct error *err)
{
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":yj:vhV", long_options,
				     NULL)) != -1) {
		if (option == 'h') {
			fputs(relvm_help, stdout);
			return RELVM_PARSED_SHOW;
		}
		if (option == 'V') {
			puts("relvm " VERSION);
			return RELVM_PARSED_SHOW;
		}
		if (option == ':' || option == '?') {
			bad_option(argv, option, err);
			return RELVM_PARSED_BAD;
		}
		if (take_option(option, optarg, out, err))
			return RELVM_PARSED_BAD;
	}
	if (optind == argc) {
		relvm_usage(err, "no command is given");
		return RELVM_PARSED_BAD;
	}
	if (read_command(argv[optind++], out, err))
		return RELVM_PARSED_BAD;
	while (optind < argc) {
		if (add_lun(out, argv[optind++], err))
			return RELVM_PARSED_BAD;
	}
	return RELVM_PARSED_RUN;
}

enum relvm_parsed relvm_options_read(int argc, char **argv,
				     struct relvm_options *out,
				     struct error *err)
{
	struct relvm_options options = {
		.jobs = 1,
		.request.initiator = RESIGN_LIBISCSI,
	};
	enum relvm_parsed parsed = read_words(argc, argv, &options, err);

	if (parsed == RELVM_PARSED_RUN && !options.password &&
	    relvm_password_from_environment(&options.password, err))
		parsed = RELVM_PARSED_BAD;
	if (parsed == RELVM_PARSED_RUN && (relvm_options_check(&options, err) ||
					   relvm_options_choose(&options, err)))
		parsed = RELVM_PARSED_BAD;
	options.request.only_recover = options.command == RELVM_RECOVER;
	*out = options;
	if (parsed == RELVM_PARSED_RUN && out->request.chosen)
		out->request.chosen = &out->chosen;
	if (parsed != RELVM_PARSED_RUN)
		relvm_options_free(out);
	return parsed;
}

void relvm_options_free(struct relvm_options *options)
{
	for (size_t i = 0; i < options->count; i++)
		lun_name_free(&options->names[i]);
	free(options->names);
	free(options->choices);
	free(options->from);
	free(options->initiator_name);
	string_wipe(options->password);
	free(options->incoming_user);
	string_wipe(options->incoming_password);
	chosen_free(&options->chosen);
	*options = (struct relvm_options){ 0 };
}
