/* Any bytes as an order of the spool folder: none makes it crash or hang, and what is taken names
 * no file outside the folder and gives the command no argument but an option of `send`. */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "tools/spool/order.h"

static void check_order(const struct spool_order *o)
{
	must(o->option_count <= ORDER_OPTIONS_MAX && o->file_count > 0 &&
	     o->file_count <= PARTS_MAX);
	for (unsigned i = 0; i < o->option_count; i++) {
		size_t name = strcspn(o->options[i], "=");

		must(strncmp(o->options[i], "--", 2) == 0 && name > 3);
		must(strspn(o->options[i], "abcdefghijklmnopqrstuvwxyz-") == name);
	}
	for (unsigned i = 0; i < o->file_count; i++) {
		const char *path = o->files[i];

		must(path[0] != '/' && path[0] != '.' && strstr(path, "/.") == NULL);
		must(strstr(path, "//") == NULL && strchr(path, '\\') == NULL);
		must(strlen(path) > 0 && strlen(path) < ORDER_PATH_MAX);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct spool_order order;
	struct spool_fault fault;
	enum err e = spool_order_read((struct blob){ data, size }, &order, &fault);
	json_t *said;

	must(e == fault.err);
	if (e == ERR_OK) {
		check_order(&order);
		spool_order_free(&order);
		return 0;
	}
	said = spool_fault_json(&fault);
	must(said != NULL); /* its texts are UTF-8 whatever the input was */
	json_decref(said);
	return 0;
}
