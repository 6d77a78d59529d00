/* Connections of vanthu.h, and the library's version. */
#include "tools/client/vanthu_connection.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/base/version.h"
#include "daemon/config/config.h"
#include "tools/client/vanthu_fault.h"

const char *vanthu_version(void)
{
	return VANTHU_VERSION;
}

/* A thread that already holds it hears of it, where it would wait for itself. */
static bool init_lock(pthread_mutex_t *lock)
{
	pthread_mutexattr_t a;
	bool good;

	if (pthread_mutexattr_init(&a) != 0)
		return false;
	good = pthread_mutexattr_settype(&a, PTHREAD_MUTEX_ERRORCHECK) == 0 &&
	       pthread_mutex_init(lock, &a) == 0;
	pthread_mutexattr_destroy(&a);
	return good;
}

int vanthu_open_socket(const char *path, int timeout_ms, vanthu **out)
{
	struct client_fault fault = { .err = ERR_OK };
	vanthu *v;

	*out = NULL;
	if (timeout_ms < 1)
		return vanthu_fail_about(ERR_USAGE, "timeout_ms");
	v = calloc(1, sizeof *v);
	if (v == NULL || !init_lock(&v->lock)) {
		free(v);
		return vanthu_fail_about(ERR_NO_MEMORY, "");
	}
	v->timeout_ms = timeout_ms;
	fault.err = client_connect_path(path, timeout_ms, &fault.error, &v->client);
	if (fault.err == ERR_OK) {
		*out = v;
		return VANTHU_OK;
	}
	vanthu_close(v);
	snprintf(fault.about, sizeof fault.about, "%s", path);
	return vanthu_fail(&fault);
}

static int read_config(const char *path, char *socket, size_t size)
{
	struct config *config = malloc(sizeof *config);
	struct config_errors *errors = malloc(sizeof *errors);
	struct client_fault fault = { .err = ERR_NO_MEMORY };

	errno = 0;
	if (config != NULL && errors != NULL)
		fault.err = config_load(path, config, errors);
	if (fault.err == ERR_FILE)
		fault.error = errno;
	if (fault.err == ERR_OK && !client_socket(config, CLIENT_OFFICE, socket, size))
		fault.err = ERR_CONFIG;
	if (fault.err == ERR_CONFIG && errors->count > 0)
		snprintf(fault.about, sizeof fault.about, "%s:%u:%u: %s", path,
			 errors->list[0].line, errors->list[0].column, errors->list[0].text);
	else
		snprintf(fault.about, sizeof fault.about, "%s", path);
	free(config);
	free(errors);
	return fault.err == ERR_OK ? VANTHU_OK : vanthu_fail(&fault);
}

int vanthu_open(const char *config, int timeout_ms, vanthu **out)
{
	char socket[CONFIG_PATH_MAX + 32];
	int code = read_config(config, socket, sizeof socket);

	*out = NULL;
	return code != VANTHU_OK ? code : vanthu_open_socket(socket, timeout_ms, out);
}

int vanthu_hide_secret(vanthu *v)
{
	if (!vanthu_lock(v))
		return VANTHU_ERR_BAD_STATE;
	client_hide_secret(v->client, true);
	vanthu_unlock(v);
	return VANTHU_OK;
}

void vanthu_close(vanthu *v)
{
	if (v == NULL)
		return;
	client_close(v->client);
	pthread_mutex_destroy(&v->lock);
	free(v);
}

bool vanthu_lock(vanthu *v)
{
	if (pthread_mutex_lock(&v->lock) == 0)
		return true;
	vanthu_fail_about(ERR_BAD_STATE, "vanthu_take");
	return false;
}

void vanthu_unlock(vanthu *v)
{
	pthread_mutex_unlock(&v->lock);
}
