/* Faults of vanthu.h: a thread's last one, and the texts of all codes. */
#include "tools/client/vanthu_fault.h"

#include <stdio.h>

#include "tools/client/uuid.h"
#include "tools/client/vanthu.h"

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

const char *vanthu_error_text(int code)
{
	return err_text((enum err)code);
}

const char *vanthu_error_fix(int code)
{
	return err_fix((enum err)code);
}

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
