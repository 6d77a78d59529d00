/* See gateway.h. */
#include "tools/lab/gateway.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/base/files.h"
#include "tools/base/text.h"
#include "tools/lab/lab.h"
#include "tools/token/token.h"

static const char token_file[] = "gateway.token";

void gateway_config(unsigned port, char *out, size_t size_bytes)
{
	out[0] = '\0';
	if (port != 0)
		snprintf(out, size_bytes, "gateway:\n  listen: 127.0.0.1:%u\n", port);
}

enum err gateway_make_token(struct arena *a, const char *member)
{
	const char *folder = fs_join(a, member, "gateway"), *path = fs_join(a, member, token_file);
	struct token t = { .name = "lab", .rate = 0, .has_secret = true };
	char secret[TOKEN_SECRET_SIZE], line[TOKEN_SECRET_SIZE + 1];
	int len;
	enum err e = folder == NULL || path == NULL ? ERR_NO_MEMORY : ERR_OK;

	if (e != ERR_OK)
		return e;
	for (const struct token_scope_row *row = token_scopes(); row->name != NULL; row++)
		t.scopes |= row->scope;
	t.created_ms = text_now_ms();
	e = token_secret_new(secret, &t.secret);
	if (e == ERR_OK)
		e = token_file_add(folder, &t);
	if (e != ERR_OK)
		return e;
	len = snprintf(line, sizeof line, "%s\n", secret);
	return fs_write_new(path, (struct blob){ (const uint8_t *)line, (size_t)len }, true);
}

bool gateway_is_wanted(const char *config_path)
{
	char path[CONFIG_PATH_MAX + sizeof token_file];
	const char *slash = strrchr(config_path, '/');
	int folder = slash == NULL ? 0 : (int)(slash - config_path) + 1;

	return snprintf(path, sizeof path, "%.*s%s", folder, config_path, token_file) > 0 &&
	       access(path, F_OK) == 0;
}

/* NULL: it has no gateway, or its file cannot be read. The caller's. */
static struct config *config_of(const struct lab_member *m)
{
	struct config_errors *errors = malloc(sizeof *errors);
	struct config *config = malloc(sizeof *config);

	if (!m->gateway || errors == NULL || config == NULL ||
	    config_load(m->config, config, errors) != ERR_OK) {
		free(config);
		config = NULL;
	}
	free(errors);
	return config;
}

unsigned gateway_port(const struct lab_member *m)
{
	struct config *config = config_of(m);
	const char *colon = config == NULL ? NULL : strrchr(config->gateway_listen, ':');
	unsigned port = colon == NULL ? 0 : (unsigned)strtoul(colon + 1, NULL, 10);

	free(config);
	return port;
}

void gateway_url(const struct lab_member *m, char *out, size_t size_bytes)
{
	struct config *config = config_of(m);

	out[0] = '\0';
	if (config != NULL)
		listen_url(config, out, size_bytes);
	free(config);
}
