// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A QCOW2 image's header: what is taken for its backing file's name lies in the
 * first cluster, behind the header, and another name there changes nothing else
 * of what is read.
 */
#include "base/bytes.h"
#include "format/qcow2.h"
#include "tests/fuzz/fuzz.h"

#define VOLUME (4u << 20)

static void check_name(uint8_t *head, size_t len, const struct qcow2 *image)
{
	const struct parent_name *name = &image->backing;
	struct qcow2 again;
	const char *why;

	MUST(name->len <= QCOW2_NAME_MAX && name->encoding == NAME_UTF8);
	MUST(name->at >= 72);
	MUST(name->at + name->len <= 1u << get_be32(head + 20));
	if (name->at > len || name->len > len - name->at)
		return;
	memset(head + name->at, 'x', name->len);
	MUST(qcow2_parse(head, len, VOLUME, &again, &why));
	MUST(again.size == image->size && again.backing.at == name->at &&
	     again.backing.len == name->len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct qcow2 image;
	const char *why = NULL;
	uint8_t *head;

	if (size > QCOW2_HEAD)
		size = QCOW2_HEAD;
	head = exact_copy(data, size, QCOW2_HEAD);
	qcow2_has_magic(head);
	if (!qcow2_parse(head, QCOW2_HEAD, VOLUME, &image, &why))
		MUST(why);
	else if (image.backing.len)
		check_name(head, QCOW2_HEAD, &image);
	free(head);
	return 0;
}
