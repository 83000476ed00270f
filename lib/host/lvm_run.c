// SPDX-License-Identifier: LGPL-2.1-only
#include "host/lvm_run.h"

#define DEADLINE_MS 60000

static void add_output(struct buffer *all, const struct buffer *more)
{
	buffer_add(all, more->data, more->len);
}

static int run_one(const lvm_command command, struct child_result *all,
		   struct error *err)
{
	/* An empty folder's name: no lvm.conf, and no cache or backup. */
	static const char *const environment[] = { "LVM_SYSTEM_DIR=", NULL };
	const char *argv[LVM_WORDS + 1] = { "lvm" };
	const struct child_command child = { argv, environment, DEADLINE_MS };
	struct child_result one;

	for (int i = 0; i < LVM_WORDS && command[i]; i++)
		argv[i + 1] = command[i];
	if (child_run(&child, &one, err))
		return -1;
	all->status = one.status;
	add_output(&all->out, &one.out);
	add_output(&all->err, &one.err);
	child_result_free(&one);
	return 0;
}

int lvm_run(const lvm_command *commands, size_t count,
	    struct child_result *result, struct error *err)
{
	struct child_result all = { 0 };
	int failed = 0;

	for (size_t i = 0; !failed && all.status == 0 && i < count; i++)
		failed = run_one(commands[i], &all, err);
	buffer_add(&all.out, "", 1);
	buffer_add(&all.err, "", 1);
	if (failed) {
		child_result_free(&all);
		return -1;
	}
	all.out.len--;
	all.err.len--;
	*result = all;
	return 0;
}
