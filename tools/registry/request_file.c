/* See request_file.h. */
#include "tools/registry/request_file.h"

#include <string.h>

#include "proto/digest.h"
#include "proto/signer.h"
#include "tools/base/files.h"

enum { REQUEST_MAX_BYTES = 65536 };

enum err request_file_write(struct arena *a, const char *path, const struct rec_committee *entry,
			    const struct identity *keys, unsigned which)
{
	struct rec_committee request = *entry;
	struct key_entry pair[2] = {
		{ .use = KEY_USE_SIGN, .key_id = key_id_of(keys->signing_public) },
		{ .use = KEY_USE_LINK, .key_id = digest_of((struct blob){ keys->link_public, 32 }) }
	};
	struct blob bytes;
	enum err e;

	memcpy(pair[0].public_key, keys->signing_public, 32);
	memcpy(pair[1].public_key, keys->link_public, 32);
	request.keys = (which & REQUEST_SIGN) != 0 ? pair : pair + 1;
	request.key_count = which == REQUEST_BOTH ? 2 : 1;
	e = directory_entry_pack(a, &request, &bytes);
	if (e != ERR_OK)
		return e;
	return which == REQUEST_BOTH ? fs_write_new(path, bytes, false) : fs_replace(path, bytes);
}

enum err request_file_read(struct arena *a, const char *path, struct rec_committee *entry,
			   struct identity *keys, unsigned *which)
{
	struct blob bytes;
	enum err e = fs_read(a, path, REQUEST_MAX_BYTES, &bytes);

	*which = 0;
	memset(keys, 0, sizeof *keys);
	if (e == ERR_OK)
		e = directory_entry_unpack(a, bytes, entry);
	if (e != ERR_OK)
		return e;
	for (uint32_t i = 0; i < entry->key_count; i++) {
		if (entry->keys[i].use == KEY_USE_SIGN) {
			memcpy(keys->signing_public, entry->keys[i].public_key, 32);
			*which |= REQUEST_SIGN;
		} else if (entry->keys[i].use == KEY_USE_LINK) {
			memcpy(keys->link_public, entry->keys[i].public_key, 32);
			*which |= REQUEST_LINK;
		}
	}
	entry->entry = (struct blob){ NULL, 0 }; /* the registry's bytes are rebuilt */
	entry->keys = NULL;
	entry->key_count = 0;
	return *which != 0 ? ERR_OK : ERR_FORMAT;
}
