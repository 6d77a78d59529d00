/* A token's file: lines `key: value`, the first `vanthu token 1`. It lies as NAME in `tokens` of
 * the gateway's folder, mode 0600 in a folder of mode 0700, and is replaced whole. */
#ifndef VANTHU_TOOLS_TOKEN_FILE_H
#define VANTHU_TOOLS_TOKEN_FILE_H

#include "routing/base/err.h"
#include "routing/base/types.h"

struct arena;
struct token;

enum { TOKEN_FILE_MAX_BYTES = 8192 };

/* The text in the arena. ERR_NO_MEMORY. */
must_use enum err token_file_encode(struct arena *a, const struct token *t, struct blob *out);
/* ERR_TOKEN_FILE: not such a text, of a later version, or one that contradicts itself. Lines with
 * keys that are not known are refused, too: they might be bounds. */
must_use enum err token_file_decode(struct blob text, struct token *out);

/* Of the gateway's folder: writes a new token, never over another, and makes the folders that are
 * not there. ERR_EXISTS, ERR_FILE (errno). A process that ends at any point leaves the old state
 * or the new one. Blocks on the disk. */
must_use enum err token_file_add(const char *gateway_folder, const struct token *t);
/* Replaces one that is there. ERR_NOT_FOUND, ERR_FILE. */
must_use enum err token_file_replace(const char *gateway_folder, const struct token *t);
/* By its name. ERR_TOKEN_NAME, ERR_NOT_FOUND, ERR_FILE, ERR_TOKEN_FILE: also one of another name,
 * or that others than its owner may write; *out has the name alone then. */
must_use enum err token_file_read(const char *gateway_folder, const char *name, struct token *out);
/* Calls `each` for every file that may be a token, in no order; `e` is ERR_OK, or why it is none
 * (then `t` has the name alone). Ends early when `each` returns false. No folder yet: no call.
 * ERR_FILE (errno): the folder cannot be read. */
must_use enum err token_file_walk(const char *gateway_folder,
				  bool (*each)(void *of, const struct token *t, enum err e),
				  void *of);

#endif
