/* See clocks.h. */
#include "tools/output/clocks.h"

#include <stdio.h>

#include "daemon/base/i18n.h"
#include "routing/base/err.h"
#include "routing/base/limits.h"
#include "tools/base/text.h"

static void duration(int64_t ms, char *out, size_t size)
{
	long long s = (ms + 500) / 1000;

	if (s < 60)
		snprintf(out, size, _("%lld s"), s);
	else if (s < 3600)
		snprintf(out, size, _("%lld min %lld s"), s / 60, s % 60);
	else if (s < 86400)
		snprintf(out, size, _("%lld h %lld min"), s / 3600, s / 60 % 60);
	else
		snprintf(out, size, _("%lld d %lld h"), s / 86400, s / 3600 % 24);
}

void clocks_words(int64_t ahead_ms, char *out, size_t size)
{
	char text[64];

	duration(ahead_ms < 0 ? -ahead_ms : ahead_ms, text, sizeof text);
	snprintf(out, size, ahead_ms < 0 ? _("%s behind") : _("%s ahead"), text);
}

void clocks_moment(int64_t ms, char *out, size_t size)
{
	char text[40];

	text_rfc3339(ms, text, sizeof text);
	text_local_time(text, false, out, size);
}

static void why_key(const Vanthu__V1__Clock *c, char *out, size_t size)
{
	char from[40], to[40], now[40];

	clocks_moment(c->key_from_ms, from, sizeof from);
	clocks_moment(c->now_ms, now, sizeof now);
	if (c->key_revoked_from_ms != 0 && c->now_ms >= c->key_revoked_from_ms) {
		clocks_moment(c->key_revoked_from_ms, to, sizeof to);
		snprintf(out, size, _("the signing key was revoked from %s on; this clock says %s"),
			 to, now);
	} else if (c->key_to_ms == 0) {
		snprintf(out, size, _("the signing key is valid from %s on; this clock says %s"),
			 from, now);
	} else {
		clocks_moment(c->key_to_ms, to, sizeof to);
		snprintf(out, size, _("the signing key is valid from %s to %s; this clock says %s"),
			 from, to, now);
	}
}

void clocks_why(const Vanthu__V1__Clock *c, char *out, size_t size)
{
	char off[80];

	out[0] = '\0';
	if (c->refusing == ERR_CLOCK_WRONG) {
		clocks_words(-c->ahead_ms, off, sizeof off);
		snprintf(out, size, _("this clock, compared with those of its neighbours: %s"),
			 off);
	} else if (c->refusing == ERR_OWN_KEY) {
		why_key(c, out, size);
	}
}

bool clocks_note(const Vanthu__V1__LinkView *l, char *out, size_t size)
{
	if (l->clock_measured_at_ms == 0 ||
	    (l->clock_ahead_ms <= CLOCK_SHOWN_MS && l->clock_ahead_ms >= -CLOCK_SHOWN_MS))
		return false;
	clocks_words(l->clock_ahead_ms, out, size);
	return true;
}
