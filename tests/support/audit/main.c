// SPDX-License-Identifier: LGPL-2.1-only
/*
 * audit NEW_SR REPORT ORIGINAL_PV ORIGINAL RESULT_PV RESULT [drop]
 *
 * Judges whether image RESULT is image ORIGINAL resigned to SR NEW_SR (`drop`:
 * without its snapshots), and nothing else. REPORT is what lvm2 says of both (report.c); the PVs' names are
 * theirs in it. One line for each thing that is wrong, on stdout.
 * Exit 0: right; 1: wrong; 2: the audit could not be made.
 */
#include <stdio.h>
#include <string.h>

#include "audit.h"

static void open_side(struct side *side, const char *role, const char *report,
		      const char *pv, const char *path)
{
	side->role = role;
	if (strlen(pv) >= sizeof(side->pv_name))
		give_up("too long a name: %s", pv);
	strcpy(side->pv_name, pv);
	image_open(&side->image, path);
	report_read(report, side);
}

static void check_sr(struct audit *a, const char *new_sr)
{
	static const char prefix[] = "VG_XenStorage-";
	const char *name = a->old.vg_name;
	size_t n = sizeof(prefix) - 1;

	if (strncmp(name, prefix, n) != 0 ||
	    uuid_here(name, strlen(name), n, &a->old_sr) != UUID_PLAIN)
		give_up("the original's VG is named %s", name);
	if (uuid_here(new_sr, strlen(new_sr), 0, &a->new_sr) != UUID_PLAIN)
		give_up("not a uuid: %s", new_sr);
	name = a->new.vg_name;
	if (strncmp(name, prefix, n) != 0 || strcmp(name + n, new_sr) != 0)
		problem("the VG is named %s", name);
	ids_begin(&a->old_sr, &a->new_sr);
}

static void check_jvhds(const struct audit *a)
{
	for (size_t i = 0; i < a->old.lv_count; i++) {
		if (a->old.lvs[i].kind == JVHD)
			check_jvhd(a, &a->old.lvs[i], &a->new.lvs[i]);
	}
}

int main(int argc, char **argv)
{
	static struct audit a;
	unsigned problems;

	a.drops = argc == 8 && strcmp(argv[7], "drop") == 0;
	if (argc != 7 + a.drops) {
		fprintf(stderr,
			"usage: %s NEW_SR REPORT ORIGINAL_PV ORIGINAL "
			"RESULT_PV RESULT [drop]\n",
			argv[0]);
		return 2;
	}
	open_side(&a.old, "original", argv[2], argv[3], argv[4]);
	open_side(&a.new, "result", argv[2], argv[5], argv[6]);
	check_sr(&a, argv[1]);
	if (check_lvs(&a)) {
		check_lvm(&a);
		sites_expect(&a);
		check_parents(&a);
		check_mgt_sr(&a);
		scan_live(&a);
		check_jvhds(&a);
		if (a.drops)
			check_dropped(&a);
		compare_images(&a.old, &a.new);
	}

	problems = problem_count();
	if (!problems)
		printf("%zu LVs, %zu uuids, %zu sites\n", a.old.lv_count,
		       ids_count(), a.sites.count);
	return problems ? 1 : 0;
}
