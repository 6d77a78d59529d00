/* Any bytes as vanthud.yaml: what is wrong in it is said with its place, and what is taken is
 * within its bounds. */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "daemon/config/config.h"

static void check_errors(const struct config_errors *errors)
{
	unsigned kept = errors->count < CONFIG_ERRORS_MAX ? errors->count : CONFIG_ERRORS_MAX;

	must(errors->count > 0);
	for (unsigned i = 0; i < kept; i++)
		must(errors->list[i].text[0] != '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct config config;
	static struct config_errors errors;
	char path[64], value[512];
	int fd = memfd_create("vanthud.yaml", MFD_CLOEXEC);
	enum err e;

	must(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	memset(&errors, 0, sizeof errors);
	e = config_load(path, &config, &errors);
	if (e != ERR_OK) {
		must(e == ERR_CONFIG || e == ERR_FILE || e == ERR_NO_MEMORY);
		must(e != ERR_CONFIG || errors.count > 0);
		if (e == ERR_CONFIG)
			check_errors(&errors);
	} else {
		must(config.link_count <= CONFIG_LINKS_MAX && config.committee.text[0] != '\0');
		for (unsigned i = 0; config_key_at(i) != NULL; i++)
			config_value(&config, config_key_at(i)->name, value, sizeof value);
	}
	close(fd);
	return 0;
}
