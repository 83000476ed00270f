// SPDX-License-Identifier: LGPL-2.1-only
#include "drivers/relvm_confirm.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/stop.h"
#include "engine/look.h"
#include "engine/probe.h"
#include "base/utf8.h"
#include "report/report_text.h"

/* Waits for an answer; a signal is none. */
static bool ask(const char *command, size_t count)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	char answer[16];

	if (count == 1)
		fprintf(stderr, "%s it, in place? It must be a clone. [y/N] ",
			command);
	else
		fprintf(stderr,
			"%s %zu LUNs, in place? They must be clones. [y/N] ",
			command, count);
	while (poll(&input, 1, -1) < 0) {
		if (errno != EINTR || stop_requested()) {
			fputc('\n', stderr);
			return false;
		}
	}
	return fgets(answer, sizeof(answer), stdin) &&
	       (answer[0] == 'y' || answer[0] == 'Y');
}

static void print_clean(const char *before, const char *text)
{
	char *clean = text_clean(text, strlen(text), '?');

	fprintf(stderr, "%s%.200s", before, clean ? clean : "?");
	free(clean);
}

static const char *pool_says(const struct relvm_options *options,
			     const struct probe *found)
{
	if (!options->request.xapi || found->owner == OWNER_NOT_ASKED)
		return "nobody is there to be asked whether it is a clone";
	switch (found->owner) {
	case OWNER_CLONE:
		return "the pool has this SR on record with another LUN: this "
		       "is a clone";
	case OWNER_UNKNOWN:
	case OWNER_NOT_ASKED:
		return "the pool knows neither this LUN nor its SR";
	case OWNER_UNTOLD:
	case OWNER_OTHER_SR:
	case OWNER_ORIGINAL:
		break;
	}
	return "the pool has this LUN on record: it will be refused";
}

static void describe(const struct relvm_options *options,
		     const struct look *look, const struct probe *found)
{
	char size[REPORT_SIZE_TEXT];

	report_text_size(look->size, size);
	print_clean("LUN   ", options->choices[0].name);
	fprintf(stderr, ", %s\nSR    %s", size, uuid_string(&found->sr).chars);
	if (look->sr.label[0])
		print_clean(" \"", look->sr.label);
	fprintf(stderr, "%s", look->sr.label[0] ? "\"" : "");
	if (found->counted)
		fprintf(stderr, ", %zu VDI%s, %zu of them snapshots",
			found->vdis, found->vdis == 1 ? "" : "s",
			found->snapshots);
	fprintf(stderr, "\npool  %s\n", pool_says(options, found));
	if (found->journal == JOURNAL_COMMITTED)
		fputs("a resign of it was interrupted, and will be "
		      "completed\n",
		      stderr);
}

/* Shows the one LUN that can be read. *nothing: there is nothing to recover. */
static void show_one(const struct relvm_options *options, bool *nothing)
{
	const struct lun_choice *choice = &options->choices[0];
	struct look look = { 0 };
	struct probe found;
	struct error err;

	if (probe(choice, options->request.xapi, &found, &err) || !found.has_sr)
		return;
	*nothing = options->command == RELVM_RECOVER &&
		   found.journal != JOURNAL_COMMITTED &&
		   found.journal != JOURNAL_DAMAGED;
	if (!*nothing && look_inspect(choice, &look, &err) == 0)
		describe(options, &look, &found);
	sr_report_free(&look.sr);
}

bool relvm_confirm(const struct relvm_options *options)
{
	bool terminal = isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
	bool nothing = false;

	if (options->yes)
		return true;
	if (options->count == 1 &&
	    (terminal || options->command == RELVM_RECOVER))
		show_one(options, &nothing);
	if (nothing)
		return true;
	if (terminal)
		return ask(options->command_text, options->count);
	fprintf(stderr,
		"relvm: %s writes to %s; without a terminal to ask on it "
		"wants --yes\n",
		options->command_text,
		options->count == 1 ? "the LUN" : "LUNs");
	return false;
}
