/* See curl_calls.h. */
#include "tools/base/curl_calls.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* The name that stands in what is linked with it, and no file of the system's for building. */
static const char library[] = "libcurl.so.4";

struct call {
	const char *name;
	size_t at;
};
#define CALL(n)                                                                                    \
	{                                                                                          \
		"curl_" #n, offsetof(struct curl_calls, n)                                         \
	}
static const struct call list[] = {
	CALL(easy_cleanup),	CALL(easy_getinfo),  CALL(easy_init),		CALL(easy_perform),
	CALL(easy_reset),	CALL(easy_setopt),   CALL(easy_strerror),	CALL(global_init),
	CALL(mime_addpart),	CALL(mime_data),     CALL(mime_filedata),	CALL(mime_filename),
	CALL(mime_free),	CALL(mime_init),     CALL(mime_name),		CALL(mime_type),
	CALL(multi_add_handle), CALL(multi_cleanup), CALL(multi_info_read),	CALL(multi_init),
	CALL(multi_perform),	CALL(multi_poll),    CALL(multi_remove_handle), CALL(multi_setopt),
	CALL(multi_wakeup),	CALL(slist_append),  CALL(slist_free_all),
};

static bool find_all(void *loaded, struct curl_calls *out)
{
	for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
		void *at = dlsym(loaded, list[i].name);

		if (at == NULL)
			return false;
		memcpy((char *)out + list[i].at, &at, sizeof at);
	}
	return true;
}

const struct curl_calls *curl_calls(void)
{
	static struct curl_calls calls;
	static bool found;
	void *loaded = found ? NULL : dlopen(library, RTLD_NOW | RTLD_LOCAL);

	if (loaded != NULL)
		found = find_all(loaded, &calls);
	return found ? &calls : NULL;
}
