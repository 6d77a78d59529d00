/* An account's file: lines `key: value`, the first `vanthu account 1`, the last `end`. It lies as
 * NAME in `accounts` of the gateway's folder and is replaced whole (tools/base/named_files.h). All
 * functions but the first two block on the disk. A name that is given does not lie in *out. */
#ifndef VANTHU_TOOLS_ACCOUNT_FILE_H
#define VANTHU_TOOLS_ACCOUNT_FILE_H

#include "routing/base/err.h"
#include "routing/base/types.h"

struct account;
struct arena;

enum { ACCOUNT_FILE_MAX_BYTES = 4096, ACCOUNTS_MAX = 1024 };

/* The text in the arena. ERR_NO_MEMORY. */
must_use enum err account_file_encode(struct arena *a, const struct account *c, struct blob *out);
/* ERR_ACCOUNT_FILE: not such a text, of a later version, or one that contradicts itself. */
must_use enum err account_file_decode(struct blob text, struct account *out);

/* Writes a new account, never over another. ERR_ACCOUNT_NAME; ERR_EXISTS; ERR_BUSY: there are
 * ACCOUNTS_MAX; ERR_FILE (errno), ERR_NO_MEMORY. */
must_use enum err account_file_add(const char *gateway_folder, const struct account *c);
/* By its name. ERR_ACCOUNT_NAME, ERR_NOT_FOUND, ERR_FILE, ERR_ACCOUNT_FILE: also one of another
 * name, or that others than its owner may write; *out has the name alone then. */
must_use enum err account_file_read(const char *gateway_folder, const char *name,
				    struct account *out);
/* Reads one, lets `change` alter it, and writes it, with nobody else writing in between. `change`
 * returns ERR_OK, or another error that ends it with nothing written. *out is the account as it is
 * then. Errors as account_file_read; ERR_NO_MEMORY. */
must_use enum err account_file_change(const char *gateway_folder, const char *name,
				      enum err (*change)(void *of, struct account *c), void *of,
				      struct account *out);
/* Calls `each` for every file that may be an account, in no order; `e` is ERR_OK, or why it is none
 * (then `c` has the name alone). Ends early when `each` returns false. ERR_FILE. */
must_use enum err account_file_walk(const char *gateway_folder,
				    bool (*each)(void *of, const struct account *c, enum err e),
				    void *of);

#endif
