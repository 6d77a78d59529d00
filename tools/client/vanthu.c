/* Connections and faults of vanthu.h. */
#include "tools/client/vanthu.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/version.h"
#include "daemon/config/config.h"
#include "tools/client/vanthu_internal.h"

struct vanthu_fault {
	int code, error;
	char about[CLIENT_ABOUT_MAX + 1];
	char choices[CLIENT_CHOICES_MAX][UUID_TEXT_SIZE];
	size_t choice_count;
	uint64_t choices_in_all;
};

/* Of the thread, as errno is: one in the handle would be overwritten by the threads that share it,
 * and where nothing could be opened there is no handle. */
static _Thread_local struct vanthu_fault last_fault;

const char *vanthu_version(void)
{
	return VANTHU_VERSION;
}

const char *vanthu_error_text(int code)
{
	return err_text((enum err)code);
}

const char *vanthu_error_fix(int code)
{
	return err_fix((enum err)code);
}

/* ---- faults ---- */

int vanthu_fail(const struct client_fault *fault)
{
	struct vanthu_fault *f = &last_fault;

	*f = (struct vanthu_fault){ .code = (int)fault->err, .error = fault->error };
	snprintf(f->about, sizeof f->about, "%s", fault->about);
	for (; f->choice_count < fault->choice_count; f->choice_count++)
		uuid_print(fault->choices[f->choice_count].bytes, f->choices[f->choice_count]);
	f->choices_in_all = fault->choice_count + fault->more_choices;
	return f->code;
}

int vanthu_fail_about(enum err e, const char *about)
{
	struct client_fault fault = { .err = e };

	snprintf(fault.about, sizeof fault.about, "%s", about);
	return vanthu_fail(&fault);
}

const vanthu_fault *vanthu_last_fault(void)
{
	return &last_fault;
}

int vanthu_fault_code(const vanthu_fault *fault)
{
	return fault->code;
}

const char *vanthu_fault_about(const vanthu_fault *fault)
{
	return fault->about;
}

int vanthu_fault_errno(const vanthu_fault *fault)
{
	return fault->error;
}

size_t vanthu_fault_choice_count(const vanthu_fault *fault)
{
	return fault->choice_count;
}

const char *vanthu_fault_choice(const vanthu_fault *fault, size_t index)
{
	return index < fault->choice_count ? fault->choices[index] : "";
}

uint64_t vanthu_fault_choices_in_all(const vanthu_fault *fault)
{
	return fault->choices_in_all;
}

/* ---- the connection ---- */

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
