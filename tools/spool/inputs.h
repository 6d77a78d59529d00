/* The files of one order: looked at until they stay the same, then copied to where only the gateway
 * writes. What is judged, hashed and sent is the copy: whoever shares out/ can neither change it
 * meanwhile nor put a link in its place. */
#ifndef VANTHU_TOOLS_SPOOL_INPUTS_H
#define VANTHU_TOOLS_SPOOL_INPUTS_H

#include "proto/digest.h"
#include "tools/spool/order.h"
#include "tools/spool/place.h"

struct spool_input {
	const char *path; /* below out/, borrowed */
	uint64_t size_bytes;
	int64_t modified_ns;
	struct digest digest; /* of the copy */
	char copy[PLACE_PATH_SIZE + ORDER_PATH_MAX];
};

struct spool_inputs {
	struct spool_input *list; /* the order itself first */
	unsigned count;
	char room[PLACE_ID_SIZE]; /* of the copies; "" none */
};

/* The order `file` and the files that it names. ERR_NO_MEMORY. Free it with spool_inputs_free. */
must_use enum err spool_inputs_of(const char *file, const char *const *files, unsigned count,
				  struct spool_inputs *out);
void spool_inputs_free(struct spool_inputs *in);
/* How large they are and of when. *stamp is a digest of all of it: another one when anything was
 * written. ERR_SPOOL_MISSING, ERR_SPOOL_PATH (a link, a device), ERR_TOO_LARGE: *fault says of
 * which; ERR_FILE. */
must_use enum err spool_inputs_look(const struct spool_place *p, struct spool_inputs *in,
				    struct digest *stamp, struct spool_fault *fault);
/* Copies them into a room of their own (place.h). ERR_CHANGED_FILE: they were
 * written meanwhile; ERR_DISK_FULL, ERR_FILE, and as spool_inputs_look. */
must_use enum err spool_inputs_copy(const struct spool_place *p, struct spool_inputs *in,
				    struct spool_fault *fault);
/* Removes the copies. */
void spool_inputs_clear(const struct spool_place *p, const struct spool_inputs *in);
/* SHA-256 over the name and all that is in them, as hexadecimal digits. After copying.
 * ERR_NO_MEMORY. */
must_use enum err spool_inputs_key(const struct spool_inputs *in, char key[DIGEST_HEX_SIZE]);
/* For the journal (after copying with the SHA-256), and for the result: new references, NULL
 * without memory. */
json_t *spool_inputs_stamps(const struct spool_inputs *in);
json_t *spool_inputs_files(const struct spool_inputs *in);

#endif
