/* Any bytes as the file of a token of the gateway, and as a list of scopes: what is taken says the
 * same when it is written again. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "tools/token/file.h"
#include "tools/token/token.h"

static enum err decode(struct arena *a, struct blob in, void *ctx)
{
	static struct token t, back;
	struct blob first, second;
	enum err e = token_file_decode(in, &t);

	(void)ctx;
	if (e == ERR_OK)
		e = token_file_encode(a, &t, &first);
	if (e == ERR_OK)
		e = token_file_decode(first, &back);
	if (e == ERR_OK)
		e = token_file_encode(a, &back, &second);
	must(e != ERR_OK || (first.len_bytes == second.len_bytes &&
			     memcmp(first.data, second.data, first.len_bytes) == 0));
	return e;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);
	unsigned scopes;

	must(text != NULL);
	(void)fuzz_twice(decode, (struct blob){ data, size }, NULL);
	must(token_scopes_parse(text, &scopes) != ERR_OK || scopes != 0);
	free(text);
	return 0;
}
