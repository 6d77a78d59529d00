/* See request_file.h. */
#include "tools/request_file.h"

#include <string.h>

#include "proto/digest.h"
#include "proto/seal.h"
#include "tools/fsutil.h"

enum { REQUEST_MAX_BYTES = 65536 };

enum err request_file_write(struct arena *a, const char *path, const struct rec_committee *entry, const struct identity *keys)
{
	struct rec_committee request = *entry;
	struct key_entry pair[2] = { { .use = KEY_USE_SIGN, .key_id = key_id_of(keys->signing_public) },
				     { .use = KEY_USE_LINK, .key_id = digest_of((struct blob){ keys->link_public, 32 }) } };
	struct blob bytes;
	enum err e;

	memcpy(pair[0].public_key, keys->signing_public, 32);
	memcpy(pair[1].public_key, keys->link_public, 32);
	request.keys = pair;
	request.key_count = 2;
	e = directory_entry_pack(a, &request, &bytes);
	return e == ERR_OK ? fs_write_new(path, bytes, false) : e;
}

enum err request_file_read(struct arena *a, const char *path, struct rec_committee *entry, struct identity *keys)
{
	unsigned found = 0;
	struct blob bytes;
	enum err e = fs_read(a, path, REQUEST_MAX_BYTES, &bytes);

	memset(keys, 0, sizeof *keys);
	if (e == ERR_OK)
		e = directory_entry_unpack(a, bytes, entry);
	if (e != ERR_OK)
		return e;
	for (uint32_t i = 0; i < entry->key_count; i++) {
		if (entry->keys[i].use == KEY_USE_SIGN) {
			memcpy(keys->signing_public, entry->keys[i].public_key, 32);
			found |= 1;
		} else if (entry->keys[i].use == KEY_USE_LINK) {
			memcpy(keys->link_public, entry->keys[i].public_key, 32);
			found |= 2;
		}
	}
	entry->entry = (struct blob){ NULL, 0 }; /* the registry's bytes are made anew */
	entry->keys = NULL;
	entry->key_count = 0;
	return found == 3 ? ERR_OK : ERR_FORMAT;
}
