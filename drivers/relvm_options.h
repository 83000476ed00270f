// SPDX-License-Identifier: LGPL-2.1-only
/*
 * relvm's command line.
 */
#ifndef DRIVERS_RELVM_OPTIONS_H
#define DRIVERS_RELVM_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/lun_name.h"
#include "engine/resign.h"
#include "plan/map_file.h"

enum relvm_command {
	RELVM_LIST,
	RELVM_INSPECT,
	RELVM_PLAN,
	RELVM_RESIGN,
	RELVM_RECOVER,
	RELVM_VERIFY,
	RELVM_ATTACH,
};

struct relvm_options {
	enum relvm_command command;
	const char *command_text;
	struct lun_choice *choices; /* for lun_name_free */
	enum initiator_kind initiator;
	size_t count;

	bool json, yes, verbose;
	unsigned jobs;
	char *save_map; /* not owned */

	char *initiator_name;
	char *password;	     /* NULL: none was given */
	char *incoming_user; /* the target's, likewise; not owned */
	char *incoming_password;

	struct chosen_ids chosen;
	struct uuid *from;
	struct resign_request request; /* all of it but the LUN and xapi */
};

/* A command, as its table has it; the last row is zeros. */
struct relvm_command_row {
	enum relvm_command command;
	const char *name, *argument, *help; /* a line, or some */
};
extern const struct relvm_command_row relvm_commands[];

/* An option, likewise. */
struct relvm_option {
	const char *name;
	char letter;	   /* 0: none */
	const char *value; /* NULL: it takes none; a|b: one of these */
	unsigned commands; /* bits: those that it has an effect on */
	const char *help;
	int (*take)(const char *value, struct relvm_options *out,
		    struct error *err);
	/* Or what it sets in struct relvm_options: a bool, a text, which is
	 * argv's, or the password in a file. With none of these it only shows
	 * something. */
	size_t flag, text, secret;
};
extern const struct relvm_option relvm_options[];

enum relvm_parsed {
	RELVM_PARSED_RUN,  /* *out is to be freed */
	RELVM_PARSED_SHOW, /* help or version was printed */
	RELVM_PARSED_BAD,  /* *err */
};

enum relvm_parsed relvm_options_read(int argc, char **argv,
				     struct relvm_options *out,
				     struct error *err);

/* Parts of it: whether the words go together; what they add to each LUN; the words
 * of a mistake. */
int relvm_options_check(const struct relvm_options *options, struct error *err);
int relvm_options_choose(struct relvm_options *options, struct error *err);
int relvm_usage(struct error *err, const char *why);

/* From the tables, to standard output (relvm_help.c): the help of a command, or
 * of all if `about` is no command or NULL; completion for bash. */
void relvm_show_help(const char *about);
void relvm_show_completion(void);

/* Whether it writes to LUNs. */
bool relvm_command_writes(enum relvm_command command);

/* NULL if there is none of that name; the name of one that the user may have
 * meant, or NULL. */
const struct relvm_command_row *relvm_command_find(const char *name);
const char *relvm_command_near(const char *name);

/* Wipes and frees. */
void relvm_options_free(struct relvm_options *options);

#endif
