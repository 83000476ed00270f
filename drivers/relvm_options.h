// SPDX-License-Identifier: LGPL-2.1-only
/*
 * relvm's command line.
 */
#ifndef DRIVERS_RELVM_OPTIONS_H
#define DRIVERS_RELVM_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/lun_name.h"
#include "engine/open_lun.h"
#include "engine/resign.h"
#include "plan/map_file.h"

enum relvm_command {
	RELVM_LIST,
	RELVM_INSPECT,
	RELVM_PLAN,
	RELVM_RESIGN,
	RELVM_RECOVER,
	RELVM_VERIFY,
};

struct relvm_options {
	enum relvm_command command;
	const char *command_text;
	struct lun_name *names;
	struct lun_choice *choices; /* parallel to names */
	size_t count;

	bool json, yes, verbose;
	unsigned jobs;
	const char *save_map;

	char *initiator_name;
	char *password;	     /* NULL: none was given */
	char *incoming_user; /* the target's, likewise */
	char *incoming_password;

	struct chosen_ids chosen;
	struct uuid *from;
	struct resign_request request; /* all of it but the LUN and xapi */
};

enum relvm_parsed {
	RELVM_PARSED_RUN,  /* *out is to be freed */
	RELVM_PARSED_SHOW, /* help or version was printed */
	RELVM_PARSED_BAD,  /* *err */
};

enum relvm_parsed relvm_options_read(int argc, char **argv,
				     struct relvm_options *out,
				     struct error *err);

/* Parts of it: whether the words go together; from names to choices; the words
 * of a mistake. */
int relvm_options_check(const struct relvm_options *options, struct error *err);
int relvm_options_choose(struct relvm_options *options, struct error *err);
int relvm_usage(struct error *err, const char *why);
extern const char relvm_help[];

/* Wipes and frees. */
void relvm_options_free(struct relvm_options *options);

#endif
