// SPDX-License-Identifier: LGPL-2.1-only
/*
 * lun_resign journal|bare PORT IQN SCSIID: resigns the LUN at 127.0.0.1:PORT,
 * as the driver does with initiator=libiscsi, or bare: the same reads, the same
 * planned writes in the same order with the same flushes, and the same look at
 * the result, but without all that makes it safe: no claim, no journal, no
 * commit, no second look. What the two differ by is what safety costs. Prints
 * how many microseconds it took, from before the login to after the logout.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/resign_lun.h"
#include "iscsi/user_luns.h"
#include "iscsi/user_session.h"
#include "lun/lun_libiscsi.h"
#include "txn/load.h"
#include "plan/plan_check.h"

static int write_phase(struct lun *lun, const struct plan *plan,
		       enum plan_phase phase, struct error *err)
{
	struct lun_io *ios = calloc(plan->write_count + 1, sizeof(*ios));
	size_t n = 0;
	int failed;

	if (!ios)
		return error_no_memory(err);
	for (size_t i = 0; i < plan->write_count; i++) {
		const struct plan_write *w = &plan->writes[i];

		if (w->phase == phase)
			ios[n++] =
				(struct lun_io){ w->offset, w->len, w->data };
	}
	failed = lun_write(lun, ios, n, err) || lun_flush(lun, err);
	free(ios);
	return failed ? -1 : 0;
}

static int write_plan(struct lun *lun, const struct plan *plan,
		      struct error *err)
{
	struct snapshot now;
	int failed;

	for (int phase = 0; phase < PLAN_PHASES; phase++) {
		if (write_phase(lun, plan, (enum plan_phase)phase, err))
			return -1;
	}
	if (load_snapshot(lun, NULL, &now, err))
		return -1;
	failed = plan_compare(plan, &now, err);
	snapshot_free(&now);
	return failed;
}

static int resign_bare(struct lun *lun, const struct plan_options *options,
		       struct error *err)
{
	struct snapshot before;
	struct plan plan;
	int failed;

	if (load_snapshot(lun, NULL, &before, err))
		return -1;
	failed = plan_make(&before, options, &plan, err);
	if (!failed) {
		failed = write_plan(lun, &plan, err);
		plan_free(&plan);
	}
	snapshot_free(&before);
	return failed;
}

static int resign(const struct iscsi_target *target, const char *scsi_id,
		  bool bare, struct error *err)
{
	const struct journal_owner owner = { .scsi_id = scsi_id };
	struct plan_options options = { 0 };
	struct iscsi_context *session = NULL;
	struct lun *lun = NULL;
	struct user_lun found;
	int failed;

	uuid_new(&options.new_sr);
	failed = user_session_open(target, &session, err) ||
		 user_session_find_lun(session, scsi_id, &found, err) ||
		 lun_libiscsi_open(session, found.lun, &lun, err) ||
		 (bare ? resign_bare(lun, &options, err)
		       : resign_lun(lun, &options, &owner, NULL, NULL, err));
	lun_close(lun);
	user_session_close(session);
	return failed ? -1 : 0;
}

static long long now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

int main(int argc, char **argv)
{
	char host[] = "127.0.0.1", initiator[] = "iqn.2024-01.test:initiator";
	struct iscsi_portal portal = { .host = host };
	struct iscsi_target target = {
		.portals = &portal,
		.portal_count = 1,
		.initiator = initiator,
	};
	long long began = now_us();
	struct error err;
	bool bare;

	if (argc != 5 || ((bare = strcmp(argv[1], "bare") == 0) == false &&
			  strcmp(argv[1], "journal") != 0)) {
		fprintf(stderr, "usage: %s journal|bare PORT IQN SCSIID\n",
			argv[0]);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	portal.port = (uint16_t)atoi(argv[2]);
	target.iqn = argv[3];
	if (resign(&target, argv[4], bare, &err)) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	printf("%lld\n", now_us() - began);
	return 0;
}
