/* See problem.h. */
#include "tools/gateway/problem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/base/i18n.h"

enum { CODES_MAX = 7000, LATER_S = 5, FULL_S = 60 };

struct texts {
	const char *text, *fix;
};

/* Texts of the catalogues, which stay mapped; NULL for numbers that are no code. */
static struct texts *texts[PROBLEM_LANGUAGES];

static const char *const names[PROBLEM_LANGUAGES] = { "en", "vi" };

static const char *translated(const char *text)
{
	return text[0] == '\0' ? "" : gettext(text); /* of "" gettext gives the head */
}

void problem_open(void)
{
	const char *own = getenv("LANGUAGE");
	char before[64];

	snprintf(before, sizeof before, "%s", own == NULL ? "en" : own);
	for (int l = 0; l < PROBLEM_LANGUAGES; l++) {
		texts[l] = calloc(CODES_MAX, sizeof *texts[l]);
		if (texts[l] == NULL || !i18n_open(names[l]))
			abort();
		for (unsigned n = 1; n < CODES_MAX; n++) {
			if (!err_known(n))
				continue;
			texts[l][n].text = translated(err_text((enum err)n));
			texts[l][n].fix = translated(err_fix((enum err)n));
		}
	}
	if (!i18n_open(strncmp(before, "vi", 2) == 0 ? "vi" : "en"))
		abort();
}

const char *problem_language_name(enum problem_language l)
{
	return names[l];
}

/* Thousandths behind ";q=" (RFC 9110 §12.4.2); 1000 without one, 0 of what is none. */
static unsigned weight(const char *range, size_t len)
{
	const char *end = range + len, *at = memchr(range, ';', len);
	unsigned value, unit = 100;

	if (at == NULL)
		return 1000;
	for (at++; at < end && (*at == ' ' || *at == '\t'); at++)
		;
	if (end - at < 3 || (*at != 'q' && *at != 'Q') || at[1] != '=' || at[2] < '0' ||
	    at[2] > '1')
		return 0;
	value = (unsigned)(at[2] - '0') * 1000;
	at += 3;
	if (at < end && *at == '.') {
		for (at++; at < end && *at >= '0' && *at <= '9'; at++, unit /= 10)
			value += unit * (unsigned)(*at - '0');
	}
	for (; at < end && (*at == ' ' || *at == '\t'); at++)
		;
	return at < end || value > 1000 ? 0 : value;
}

enum problem_language problem_language(const char *accept, enum problem_language other)
{
	enum problem_language found = other;
	unsigned best = 0;

	while (accept != NULL && *accept != '\0') {
		size_t len = strcspn(accept, ",");
		size_t blanks = strspn(accept, " \t");

		for (int l = 0; blanks < len && l < PROBLEM_LANGUAGES; l++) {
			const char *at = accept + blanks;
			unsigned w = weight(at, len - blanks);

			if (len - blanks >= 2 && strncasecmp(at, names[l], 2) == 0 &&
			    strchr("-;, \t", at[2]) != NULL && w > best) {
				best = w;
				found = (enum problem_language)l;
			}
		}
		accept += len + (accept[len] == ',');
	}
	return found;
}

static const struct {
	enum err err;
	unsigned status;
} statuses[] = {
	{ ERR_OK, 200 },
	{ ERR_TOKEN_UNKNOWN, 401 },
	{ ERR_TOKEN_EXPIRED, 401 },
	{ ERR_TOKEN_REVOKED, 401 },
	{ ERR_SIGN_IN, 401 },
	{ ERR_SESSION, 401 },
	{ ERR_SESSION_FORGED, 403 },
	{ ERR_PASSWORD_CHANGE, 403 },
	{ ERR_PASSWORD_WEAK, 422 },
	{ ERR_SIGN_IN_LATER, 429 },
	{ ERR_TOKEN_SCOPE, 403 },
	{ ERR_TOKEN_COMMITTEE, 403 },
	{ ERR_TOKEN_RATE, 429 },
	{ ERR_PERMISSION, 403 },
	{ ERR_NO_SECRET, 403 },
	{ ERR_SECRET, 403 },
	{ ERR_COMPETENCE, 403 },
	{ ERR_PUBLISH, 403 },
	{ ERR_HTTP_ORIGIN, 403 },
	{ ERR_NOT_ISSUER, 403 },
	{ ERR_NOT_FOUND, 404 },
	{ ERR_HTTP_ROUTE, 404 },
	{ ERR_HTTP_METHOD, 405 },
	{ ERR_HTTP_SLOW, 408 },
	{ ERR_NOT_HERE, 410 },
	{ ERR_CONTENT_RECALLED, 410 },
	{ ERR_CONTENT_ARCHIVED, 410 },
	{ ERR_FEED_MISSED, 410 },
	{ ERR_FEED_OTHER, 410 },
	{ ERR_HTTP_LARGE, 413 },
	{ ERR_TOO_LARGE, 413 },
	{ ERR_TOO_MANY_ATTACHMENTS, 413 },
	{ ERR_HTTP_TYPE, 415 },
	{ ERR_HTTP_RANGE, 416 },
	{ ERR_HTTP_HOST, 421 },
	{ ERR_HTTP_REQUEST, 400 },
	{ ERR_HTTP_BODY, 400 },
	{ ERR_HTTP_FIELD, 400 },
	{ ERR_HTTP_MULTIPART, 400 },
	{ ERR_USAGE, 400 },
	{ ERR_NOT_YET, 409 },
	{ ERR_CONFLICT, 409 },
	{ ERR_BAD_STATE, 409 },
	{ ERR_BUSY, 503 },
	{ ERR_PLACES, 503 },
	{ ERR_UNREACHABLE, 503 },
	{ ERR_AUDIT, 503 },
	{ ERR_IDLE, 503 },
	{ ERR_AXIS_ANEW, 503 },
	{ ERR_TIMEOUT, 504 },
	{ ERR_BEHIND, 503 },
	{ ERR_TWICE, 503 },
	{ ERR_CLOCK_WRONG, 503 },
	{ ERR_OWN_KEY, 503 },
	{ ERR_OWN_KEY_UNKNOWN, 503 },
	{ ERR_SOCKET_GONE, 503 },
	{ ERR_NO_MEMORY, 503 },
	{ ERR_NETWORK, 503 },
	{ ERR_CANCELLED, 503 },
	{ ERR_DESCRIPTORS, 503 },
	{ ERR_NO_DAEMON, 503 },
	{ ERR_SYSTEM, 503 },
	{ ERR_DISK_FULL, 507 },
	{ ERR_MAP_FULL, 507 },
	{ ERR_NO_INODES, 507 },
	{ ERR_AMBIGUOUS, 409 },
	{ ERR_ANSWERED_UNKNOWN, 422 },
	{ ERR_CONCERNS_UNKNOWN, 422 },
	{ ERR_TARGET_UNKNOWN, 422 },
	{ ERR_CONFIG, 500 },
	{ ERR_KEY_OPEN, 500 },
};

unsigned problem_status(enum err e)
{
	for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
		if (statuses[i].err == e)
			return statuses[i].status;
	}
	switch (err_exit_code(e)) {
	case 4:
		return 404;
	case 6:
		return 409;
	case 1:
	case 9:
		return 500;
	default:
		return 422; /* it was understood, and is refused as it is */
	}
}

unsigned problem_retry_after_s(enum err e)
{
	switch (problem_status(e)) {
	case 503:
	case 504:
	case 429:
		return LATER_S;
	case 507:
		return FULL_S;
	default:
		return 0;
	}
}

static const struct texts *texts_of(enum err e, enum problem_language l)
{
	static const struct texts none = { "", "" };
	unsigned n = (unsigned)e;

	return n < CODES_MAX && texts[l] != NULL && texts[l][n].text != NULL ? &texts[l][n] : &none;
}

static void set_text(json_t *p, const char *name, const char *text)
{
	if (text != NULL && text[0] != '\0')
		json_object_set_new(p, name, json_string(text));
}

json_t *problem_new(enum err e, enum problem_language l, const char *detail, const char *field)
{
	const struct texts *t = texts_of(e, l);
	char type[32], code[16];
	json_t *p = json_object();

	snprintf(type, sizeof type, "urn:vanthu:VT-%d", (int)e);
	snprintf(code, sizeof code, "VT-%d", (int)e);
	set_text(p, "type", type);
	set_text(p, "title", t->text);
	json_object_set_new(p, "status", json_integer(problem_status(e)));
	set_text(p, "code", code);
	set_text(p, "detail", detail);
	set_text(p, "fix", t->fix);
	set_text(p, "field", field);
	return p;
}

json_t *problem_of_command(const json_t *error, enum problem_language l, enum err *e)
{
	const char *code = json_string_value(json_object_get(error, "code")), *name;
	json_t *p, *value;

	*e = ERR_SYSTEM;
	if (code != NULL && strncmp(code, "VT-", 3) == 0 &&
	    err_known((unsigned)strtoul(code + 3, NULL, 10)))
		*e = (enum err)strtoul(code + 3, NULL, 10);
	p = problem_new(*e, l, json_string_value(json_object_get(error, "message")), NULL);
	json_object_foreach((json_t *)(uintptr_t)error, name, value)
	{
		if (strcmp(name, "message") != 0 && strcmp(name, "status") != 0)
			json_object_set(p, name, value);
	}
	return p;
}
