/* See visible.h. The tables are Unicode 15's, short of what has never been assigned: that may
 * become a letter. */
#include "routing/base/visible.h"

struct range {
	uint32_t first, last;
};

/* Nobody sees them, or they turn what follows. Joiners and variation selectors stand below. */
static const struct range unseen[] = {
	{ 0x0000, 0x001f }, { 0x007f, 0x009f },           /* C0, C1 */
	{ 0x00ad, 0x00ad },                               /* soft hyphen */
	/* grapheme joiner: joins nothing that one sees */
	{ 0x034f, 0x034f },
	{ 0x061c, 0x061c },                               /* Arabic letter mark */
	{ 0x115f, 0x1160 },                               /* Hangul fillers */
	{ 0x17b4, 0x17b5 },                               /* Khmer inherent vowels */
	{ 0x180e, 0x180e },                               /* Mongolian vowel separator */
	{ 0x200b, 0x200b }, { 0x200e, 0x200f },           /* zero width space, marks of direction */
	/* ends of lines and paragraphs, embeddings and overrides */
	{ 0x2028, 0x202e },
	/* word joiner, unseen operators, isolates, what is deprecated */
	{ 0x2060, 0x206f },
	{ 0x3164, 0x3164 }, { 0xffa0, 0xffa0 },           /* Hangul fillers */
	{ 0xfeff, 0xfeff },                               /* byte order mark */
	{ 0xfff0, 0xfffb },                               /* interlinear annotation */
	/* controls of hieroglyphs and of shorthand */
	{ 0x13430, 0x1343f }, { 0x1bca0, 0x1bca3 },
	{ 0x1d173, 0x1d17a },                             /* of music */
	{ 0xe0000, 0xe00ff }, { 0xe01f0, 0xe0fff },       /* tags, and what is kept for the like */
};

static const struct range selectors[] = {
	{ 0x180b, 0x180d }, { 0x180f, 0x180f }, { 0xfe00, 0xfe0f }, { 0xe0100, 0xe01ef }
};

static const struct range pictures[] = {
	{ 0x00a9, 0x00a9 }, { 0x00ae, 0x00ae }, { 0x203c, 0x203c },   { 0x2049, 0x2049 },
	{ 0x2122, 0x2122 }, { 0x2139, 0x2139 }, { 0x2190, 0x2bff },   { 0x3030, 0x3030 },
	{ 0x303d, 0x303d }, { 0x3297, 0x3299 }, { 0x1f000, 0x1fbff },
};

/* Arabic, Syriac, N'Ko and their like; the scripts of India and those that come from them;
 * Mongolian; Arabic's forms. */
static const struct range joining[] = {
	{ 0x0600, 0x08ff },   { 0x0900, 0x0dff },   { 0x0f00, 0x109f }, { 0x1700, 0x18af },
	{ 0x1900, 0x1cff },   { 0xa800, 0xa8ff },   { 0xa980, 0xa9df }, { 0xaa00, 0xaaff },
	{ 0xabc0, 0xabff },   { 0xfb50, 0xfdff },   { 0xfe70, 0xfefc }, { 0x10a00, 0x10fff },
	{ 0x11000, 0x11fff }, { 0x1e900, 0x1e95f },
};

static const struct range blanks[] = {
	{ 0x0009, 0x000d }, { 0x0020, 0x0020 }, { 0x0085, 0x0085 }, { 0x00a0, 0x00a0 },
	{ 0x1680, 0x1680 }, { 0x2000, 0x200a }, { 0x2028, 0x2029 }, { 0x202f, 0x202f },
	{ 0x205f, 0x205f }, { 0x2800, 0x2800 }, { 0x3000, 0x3000 },
};

enum { ZERO_WIDTH_NON_JOINER = 0x200c, ZERO_WIDTH_JOINER = 0x200d, EMOJI_VARIATION = 0xfe0f };

#define AMONG(table, c) is_among(table, sizeof(table) / sizeof((table)[0]), c)

static bool is_among(const struct range *ranges, size_t count, uint32_t c)
{
	for (size_t i = 0; i < count; i++) {
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	}
	return false;
}

static bool continues(unsigned char byte)
{
	return (byte & 0xc0) == 0x80;
}

/* The character at `at`, which is a whole one of the shortest form; otherwise one byte of
 * VISIBLE_NO_UTF8. The NUL ends every read ahead. */
static size_t decode(const unsigned char *at, uint32_t *c)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len = at[0] < 0x80   ? 1
		     : at[0] < 0xc0 ? 0
		     : at[0] < 0xe0 ? 2
		     : at[0] < 0xf0 ? 3
		     : at[0] < 0xf8 ? 4
				    : 0;

	*c = len < 2 ? at[0] : at[0] & (0x7fu >> len);
	for (size_t i = 1; i < len; i++) {
		if (!continues(at[i])) {
			len = 0;
			break;
		}
		*c = *c << 6 | (at[i] & 0x3fu);
	}
	if (len == 0 || *c < least[len] || *c > 0x10ffff || (*c >= 0xd800 && *c <= 0xdfff)) {
		*c = VISIBLE_NO_UTF8;
		return 1;
	}
	return len;
}

/* Where the character before `at` begins; 0 in *c at the beginning of the text. */
static size_t before(const unsigned char *text, size_t at, uint32_t *c)
{
	size_t start = at;

	*c = 0;
	if (at == 0)
		return 0;
	do
		start--;
	while (start > 0 && at - start < 4 && continues(text[start]));
	decode(text + start, c);
	return start;
}

/* A picture, with what varies it passed over: its form as an emoji, the colour of a skin is a
 * picture of its own. */
static bool behind_picture(const unsigned char *text, size_t at)
{
	uint32_t c;

	at = before(text, at, &c);
	if (c == EMOJI_VARIATION)
		before(text, at, &c);
	return AMONG(pictures, c);
}

static bool joins(const unsigned char *text, size_t at, uint32_t c, size_t len)
{
	uint32_t last, next;

	before(text, at, &last);
	if (AMONG(joining, last) && !AMONG(unseen, last))
		return true;
	if (c != ZERO_WIDTH_JOINER || !behind_picture(text, at))
		return false;
	decode(text + at + len, &next);
	return AMONG(pictures, next);
}

static bool varies(const unsigned char *text, size_t at)
{
	uint32_t last;

	before(text, at, &last);
	return last != 0 && !AMONG(unseen, last) && !AMONG(selectors, last) &&
	       !AMONG(blanks, last) && last != ZERO_WIDTH_JOINER && last != ZERO_WIDTH_NON_JOINER;
}

static bool is_allowed(const unsigned char *text, size_t at, uint32_t c, size_t len)
{
	if (c >= 0x20 && c < 0x7f)
		return true; /* most of what comes here */
	if (c == ZERO_WIDTH_JOINER || c == ZERO_WIDTH_NON_JOINER)
		return joins(text, at, c, len);
	if (AMONG(selectors, c))
		return varies(text, at);
	/* U+FFFD is what programs put in the place of what they could not read; the last two of
	 * each plane are no characters. */
	return c != VISIBLE_NO_UTF8 && !AMONG(unseen, c) && (c & 0xfffe) != 0xfffe &&
	       !(c >= 0xfdd0 && c <= 0xfdef);
}

size_t visible_char(text_t text, size_t at, uint32_t *fault)
{
	const unsigned char *bytes = (const unsigned char *)text;
	uint32_t c;
	size_t len = decode(bytes + at, &c);

	*fault = is_allowed(bytes, at, c, len) ? 0 : c;
	return len;
}

uint32_t visible_fault(text_t text)
{
	uint32_t fault = 0;

	for (size_t at = 0; text[at] != '\0' && fault == 0;)
		at += visible_char(text, at, &fault);
	return fault;
}

bool visible_blank(text_t text)
{
	const unsigned char *bytes = (const unsigned char *)text;

	while (*bytes != '\0') {
		uint32_t c;

		bytes += decode(bytes, &c);
		if (!AMONG(blanks, c))
			return false;
	}
	return true;
}
