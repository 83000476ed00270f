// SPDX-License-Identifier: LGPL-2.1-only
/*
 * xapi_tool SOCKET SESSION ACTION…: lib/xapi from the command line, for a
 * backend that is a script.
 *
 *   guard SCSIID OWN_SR_REF OLD_SR NEW_SR [NEW_VDI…]
 *   secret UUID            prints it
 *   host REF               prints initiator name, multipathing
 *
 * "-" stands for what is not known. A failure prints "CODE: text", with the
 * code of enum error_code, and ends with status 1.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "xapi/guard.h"
#include "xapi/host.h"
#include "xapi/secret.h"

static const char *known(const char *word)
{
	return strcmp(word, "-") == 0 ? NULL : word;
}

/* NULL if it is not known; ends the program if it is no uuid. */
static const struct uuid *uuid_of(const char *word, struct uuid *room)
{
	if (!known(word))
		return NULL;
	if (strlen(word) != UUID_TEXT_LEN || !uuid_from_text(word, room)) {
		fprintf(stderr, "%s is no uuid\n", word);
		exit(2);
	}
	return room;
}

static int guard(const struct xapi *xapi, int argc, char **argv,
		 struct error *err)
{
	struct uuid old_sr, new_sr, vdis[64];
	struct lun_names names;
	struct xapi_guard question = {
		.lun = { .names = &names,
			 .own_sr_ref = known(argv[1]),
			 .old_sr = uuid_of(argv[2], &old_sr) },
		.new_sr = uuid_of(argv[3], &new_sr),
		.new_vdis = vdis,
	};

	lun_names_set(&names, argv[0]);
	for (int i = 4; i < argc && i < 68; i++)
		uuid_of(argv[i], &vdis[question.new_vdi_count++]);
	return xapi_guard(xapi, &question, err);
}

static int secret(const struct xapi *xapi, const char *uuid, struct error *err)
{
	char *text;

	if (xapi_secret_read(xapi, uuid, &text, err))
		return -1;
	printf("%s\n", text);
	free(text);
	return 0;
}

static int host(const struct xapi *xapi, const char *ref, struct error *err)
{
	struct xapi_host found;

	if (xapi_host_read(xapi, ref, &found, err))
		return -1;
	printf("%s %s\n", found.initiator_name ? found.initiator_name : "-",
	       found.multipathing ? "true" : "false");
	xapi_host_free(&found);
	return 0;
}

static void print_log(int level, const char *line)
{
	(void)level;
	printf("log: %s\n", line);
}

int main(int argc, char **argv)
{
	struct xapi_options options = { .timeout_ms = 5000 };
	struct error err;
	struct xapi *xapi;
	int rc;

	if (argc < 5)
		return 2;
	log_to(print_log, LOG_WARNING);
	options.socket = argv[1];
	options.session_ref = argv[2];
	rc = xapi_open(&options, &xapi, &err);
	if (rc == 0) {
		if (strcmp(argv[3], "guard") == 0 && argc > 7)
			rc = guard(xapi, argc - 4, argv + 4, &err);
		else if (strcmp(argv[3], "secret") == 0)
			rc = secret(xapi, argv[4], &err);
		else
			rc = host(xapi, argv[4], &err);
		xapi_close(xapi);
	}
	if (rc)
		printf("%d: %s\n", err.code, err.text);
	return rc ? 1 : 0;
}
