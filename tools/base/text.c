/* See text.h. */
#include "tools/base/text.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unicase.h>
#include <uninorm.h>
#include <unistr.h>
#include <uniwidth.h>

#include "routing/base/visible.h"

enum { VIETNAM_S = 7 * 3600 };

static char *finish(uint8_t *text, size_t len)
{
	char *out = text == NULL ? NULL : realloc(text, len + 1);

	if (out == NULL) {
		free(text);
		return NULL;
	}
	out[len] = '\0';
	return out;
}

char *text_nfc(const char *text)
{
	size_t len;
	const uint8_t *bytes = (const uint8_t *)text;
	uint8_t *out;

	if (u8_check(bytes, strlen(text)) != NULL)
		return NULL;
	out = u8_normalize(UNINORM_NFC, bytes, strlen(text), NULL, &len);
	return finish(out, len);
}

/* Keyboards and old fonts give U+00D0 or U+0189 for Đ: on paper nobody can distinguish them, so
 * what is entered is Đ. As many bytes each. */
static void mend_d(char *text)
{
	static const char *const pairs[][2] = { { "\u00d0", "\u0110" },
						{ "\u00f0", "\u0111" },
						{ "\u0189", "\u0110" },
						{ "\u0256", "\u0111" } };

	for (char *at = text; *at != '\0'; at++) {
		for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
			if (strncmp(at, pairs[i][0], 2) == 0)
				memcpy(at, pairs[i][1], 2);
		}
	}
}

char *text_entry(const char *text)
{
	char *out = text_nfc(text);
	size_t before = out == NULL ? 0 : strspn(out, " \t\r\n"),
	       len = out == NULL ? 0 : strlen(out);

	while (len > before && strchr(" \t\r\n", out[len - 1]) != NULL)
		len--;
	if (out != NULL) {
		mend_d(out);
		memmove(out, out + before, len - before);
		out[len - before] = '\0';
	}
	return out;
}

static bool is_mark(ucs4_t c)
{
	return (c >= 0x300 && c <= 0x36f) || c == 0x1ab0;
}

char *text_fold(const char *text)
{
	const uint8_t *bytes = (const uint8_t *)text;
	size_t len, used = 0;
	uint8_t *parts, *lower;

	if (u8_check(bytes, strlen(text)) != NULL)
		return NULL;
	lower = u8_tolower(bytes, strlen(text), NULL, NULL, NULL, &len);
	parts = lower == NULL ? NULL : u8_normalize(UNINORM_NFD, lower, len, NULL, &len);
	free(lower);
	if (parts == NULL)
		return NULL;
	for (size_t i = 0; i < len;) {
		ucs4_t c;
		int n = u8_mbtouc(&c, parts + i, len - i);

		/* đ has no decomposition; eth and the African d look like it in capitals */
		if (c == 0x111 || c == 0xf0 || c == 0x256) {
			parts[used++] = 'd';
		} else if (!is_mark(c)) {
			memmove(parts + used, parts + i, (size_t)n);
			used += (size_t)n;
		}
		i += (size_t)n;
	}
	return finish(parts, used);
}

int text_choose(const char *text, const char *const *words)
{
	char *folded = text_fold(text);
	int found = -1;

	for (char *p = folded; p != NULL && *p != '\0'; p++) {
		if (*p == ' ')
			*p = '-';
	}
	for (int i = 0; folded != NULL && found < 0 && words[i] != NULL; i++)
		found = strcmp(words[i], folded) == 0 ? i : -1;
	free(folded);
	return found;
}

static bool continues(uint8_t byte)
{
	return (byte & 0xc0) == 0x80;
}

/* One of Vietnamese or its neighbours, which all take one cell each and can be seen; its length in
 * bytes, 0: some other. */
static size_t plain_char(const uint8_t *at, size_t left)
{
	if (at[0] >= 0x20 && at[0] < 0x7f)
		return 1;
	/* U+00C0 to U+02FF, and U+1E00 to U+1EFF */
	if (at[0] >= 0xc3 && at[0] <= 0xcb)
		return left >= 2 && continues(at[1]) ? 2 : 0;
	return at[0] == 0xe1 && left >= 3 && at[1] >= 0xb8 && at[1] <= 0xbb && continues(at[2])
		       ? 3
		       : 0;
}

int text_cells(const char *text, size_t len)
{
	const uint8_t *bytes = (const uint8_t *)text;
	size_t at = 0, n;
	int cells = 0;

	/* the library's tables cost ten times as much for each character */
	while (at < len && (n = plain_char(bytes + at, len - at)) > 0) {
		at += n;
		cells++;
	}
	return at == len ? cells : u8_width(bytes, len, "UTF-8");
}

size_t text_word(const char *text, int *cells)
{
	const uint8_t *bytes = (const uint8_t *)text;
	size_t at = 0, n;

	*cells = 0;
	/* the NUL ends every read ahead */
	while (bytes[at] != ' ' && (n = plain_char(bytes + at, SIZE_MAX)) > 0) {
		at += n;
		++*cells;
	}
	if (bytes[at] == ' ' || bytes[at] == '\0')
		return at;
	at = strcspn(text, " ");
	*cells = u8_width(bytes, at, "UTF-8");
	return at;
}

int text_width(const char *text)
{
	return text_cells(text, strlen(text));
}

void text_wrap(FILE *to, const char *text, int indent, int at, int width_cells)
{
	bool first = true;

	while (*text != '\0') {
		char word[1024];
		size_t len = strcspn(text, " ");
		int cells;

		snprintf(word, sizeof word, "%.*s", (int)len, text);
		cells = text_width(word);
		if (!first && width_cells > 0 && at + 1 + cells > width_cells) {
			fprintf(to, "\n%*s", indent, "");
			at = indent;
		} else if (!first) {
			fputc(' ', to);
			at++;
		}
		fwrite(text, 1, len, to);
		at += cells;
		first = false;
		text += len + (text[len] == ' ');
	}
}

static bool is_control(uint32_t c)
{
	return (c > 0 && c < 0x20) || (c >= 0x7f && c < 0xa0);
}

static void make_safe(char *text, bool keeps_lines)
{
	static const char mark[] = "\xef\xbf\xbd"; /* U+FFFD */
	const size_t mark_bytes = sizeof mark - 1;
	size_t at = 0, n;
	char *to;

	while ((n = plain_char((const uint8_t *)text + at, SIZE_MAX)) > 0)
		at += n;
	to = text + at;
	while (text[at] != '\0') {
		uint32_t fault;

		n = visible_char(text, at, &fault);
		if (fault == 0 || (keeps_lines && fault == '\n')) {
			memmove(to, text + at, n);
			to += n;
		} else if (is_control(fault)) {
			*to++ = ' ';
		} else if (n >= mark_bytes) {
			memcpy(to, mark, mark_bytes);
			to += mark_bytes;
		} else {
			*to++ = '?';
		}
		at += n;
	}
	*to = '\0';
}

void text_one_line(char *text)
{
	make_safe(text, false);
}

void text_lines(char *text)
{
	make_safe(text, true);
}

void text_trim(char *text)
{
	size_t len = strlen(text), blanks = strspn(text, " \t\r\n");

	memmove(text, text + blanks, len - blanks + 1);
	len -= blanks;
	while (len > 0 && strchr(" \t\r\n", text[len - 1]) != NULL)
		text[--len] = '\0';
}

/* A list has thousands of times: strftime() and its like took longer than the rest of a line. */
static void put_digits(char *at, unsigned count, int value)
{
	while (count-- > 0) {
		at[count] = (char)('0' + value % 10);
		value /= 10;
	}
}

static bool get_digits(const char *at, unsigned count, int *value)
{
	*value = 0;
	for (unsigned i = 0; i < count; i++) {
		if (at[i] < '0' || at[i] > '9')
			return false;
		*value = *value * 10 + (at[i] - '0');
	}
	return true;
}

void text_rfc3339(int64_t ms, char *out, size_t size_bytes)
{
	time_t s = (time_t)(ms / 1000);
	struct tm tm;
	char text[] = "YYYY-MM-DDThh:mm:ss.mmmZ";

	out[0] = '\0';
	if (ms <= 0 || gmtime_r(&s, &tm) == NULL || tm.tm_year + 1900 > 9999)
		return;
	put_digits(text, 4, tm.tm_year + 1900);
	put_digits(text + 5, 2, tm.tm_mon + 1);
	put_digits(text + 8, 2, tm.tm_mday);
	put_digits(text + 11, 2, tm.tm_hour);
	put_digits(text + 14, 2, tm.tm_min);
	put_digits(text + 17, 2, tm.tm_sec);
	put_digits(text + 20, 3, (int)(ms % 1000));
	snprintf(out, size_bytes, "%s", text);
}

/* As text_rfc3339 prints it, with or without parts of a second. */
static bool read_rfc3339(const char *text, struct tm *tm)
{
	/* in the order of what stands before them, so that nothing behind the NUL is read */
	return get_digits(text, 4, &tm->tm_year) && text[4] == '-' &&
	       get_digits(text + 5, 2, &tm->tm_mon) && text[7] == '-' &&
	       get_digits(text + 8, 2, &tm->tm_mday) && text[10] == 'T' &&
	       get_digits(text + 11, 2, &tm->tm_hour) && text[13] == ':' &&
	       get_digits(text + 14, 2, &tm->tm_min) && text[16] == ':' &&
	       get_digits(text + 17, 2, &tm->tm_sec) && tm->tm_year >= 1900 && tm->tm_mon >= 1 &&
	       tm->tm_mon <= 12 && tm->tm_mday >= 1 && tm->tm_mday <= 31 && tm->tm_hour < 24 &&
	       tm->tm_min < 60 && tm->tm_sec <= 60;
}

void text_local_time(const char *rfc3339, bool utc, char *out, size_t size_bytes)
{
	char text[] = "DD/MM/YYYY hh:mm:ss";
	struct tm tm;
	time_t s;

	memset(&tm, 0, sizeof tm);
	if (!read_rfc3339(rfc3339, &tm)) {
		snprintf(out, size_bytes, "%s", rfc3339);
		return;
	}
	tm.tm_year -= 1900;
	tm.tm_mon--;
	s = timegm(&tm) + (utc ? 0 : VIETNAM_S);
	gmtime_r(&s, &tm);
	put_digits(text, 2, tm.tm_mday);
	put_digits(text + 3, 2, tm.tm_mon + 1);
	put_digits(text + 6, 4, tm.tm_year + 1900);
	put_digits(text + 11, 2, tm.tm_hour);
	put_digits(text + 14, 2, tm.tm_min);
	put_digits(text + 17, 2, tm.tm_sec);
	snprintf(out, size_bytes, "%s", text);
}

void text_day(int64_t ms, char out[11])
{
	time_t s = (time_t)(ms / 1000) + VIETNAM_S;
	struct tm tm;

	out[0] = '\0';
	if (ms == 0)
		return;
	gmtime_r(&s, &tm);
	strftime(out, 11, "%Y-%m-%d", &tm);
}

void text_today(char out[11])
{
	text_day((int64_t)time(NULL) * 1000, out);
}

static bool real_date(int year, int month, int day)
{
	struct tm tm = { .tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day };

	timegm(&tm);
	return tm.tm_year == year - 1900 && tm.tm_mon == month - 1 && tm.tm_mday == day;
}

bool text_date(const char *text, char out[11])
{
	int year, month, day, end = 0;

	if (sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &end) != 3 || text[end] != '\0') {
		end = 0;
		if (sscanf(text, "%2d/%2d/%4d%n", &day, &month, &year, &end) != 3 ||
		    text[end] != '\0')
			return false;
	}
	if (year < 1900 || year > 9999 || !real_date(year, month, day))
		return false;
	snprintf(out, 11, "%04d-%02d-%02d", year % 10000, month % 100, day % 100);
	return true;
}

bool text_day_ms(const char *text, int days, int64_t *out)
{
	char date[11];
	struct tm tm;

	memset(&tm, 0, sizeof tm);
	if (!text_date(text, date) ||
	    sscanf(date, "%4d-%2d-%2d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday) != 3)
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	*out = ((int64_t)timegm(&tm) - VIETNAM_S + days * 86400LL) * 1000;
	return true;
}

int64_t text_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

bool text_count(const char *text, uint32_t most, uint32_t *out)
{
	uint64_t n = 0;
	const char *p = text;

	for (; *p >= '0' && *p <= '9' && n <= most; p++)
		n = n * 10 + (uint64_t)(*p - '0');
	*out = (uint32_t)n;
	return p != text && *p == '\0' && n <= most;
}
