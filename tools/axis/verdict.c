/* See verdict.h. */
#include "tools/axis/verdict.h"

#define DAY_MS (24 * 3600 * INT64_C(1000))

enum axis_verdict axis_verdict(unsigned status, int code)
{
	if (status == 401 || status == 403 || code == AXIS_CODE_IDENTITY)
		return AXIS_STOP;
	if (status >= 200 && status < 300)
		return code == AXIS_CODE_DONE ? AXIS_DONE
		       : code == AXIS_CODE_NONE ? AXIS_LATER
						: AXIS_NEVER;
	/* 404 and 405 say that the address is not an axis' more often than that of a message. */
	if (status < 400 || status == 404 || status == 405 || status == 408 || status == 425 ||
	    status == 429 || status >= 500)
		return AXIS_LATER;
	return AXIS_NEVER;
}

int64_t axis_backoff_ms(unsigned attempts, int64_t retry_after_ms, uint32_t random)
{
	int64_t step = AXIS_RETRY_MIN_MS;

	for (unsigned i = 1; i < attempts && step < AXIS_RETRY_MAX_MS; i++)
		step *= 2;
	if (step > AXIS_RETRY_MAX_MS)
		step = AXIS_RETRY_MAX_MS;
	step = step - step / 5 + (int64_t)((uint64_t)(2 * (step / 5)) * random / UINT32_MAX);
	if (retry_after_ms > DAY_MS)
		retry_after_ms = DAY_MS;
	return step > retry_after_ms ? step : retry_after_ms;
}

bool axis_err_passes(enum err e)
{
	/* 4001 to 4999: the disk and the store; 5001 on: the daemon, its time and its bounds. */
	return ((int)e >= 4000 && (int)e < 6000) || e == ERR_CONFIG || e == ERR_FILE;
}

bool axis_err_early(enum err e)
{
	return e == ERR_NOT_FOUND || e == ERR_CONCERNS_UNKNOWN;
}
