/* See tools/edxml/values.h. */
#include "tools/edxml/values.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "routing/base/calendar.h"
#include "routing/rules/rules.h"

enum { HOURS_AHEAD = 7 };

/* Administrative documents; from 10 on to 17 and from 27 on by the order of an older circular. */
static const char *const type_names[] = { NULL,
					  "Nghị quyết",
					  "Quyết định",
					  "Chỉ thị",
					  "Quy chế",
					  "Quy định",
					  "Thông cáo",
					  "Thông báo",
					  "Hướng dẫn",
					  "Chương trình",
					  "Kế hoạch",
					  "Phương án",
					  "Đề án",
					  "Dự án",
					  "Báo cáo",
					  "Biên bản",
					  "Tờ trình",
					  "Hợp đồng",
					  "Công văn",
					  "Công điện",
					  "Bản ghi nhớ",
					  "Bản cam kết",
					  "Bản thỏa thuận",
					  "Giấy chứng nhận",
					  "Giấy ủy quyền",
					  "Giấy mời",
					  "Giấy giới thiệu",
					  "Giấy nghỉ phép",
					  "Giấy đi đường",
					  "Giấy biên nhận hồ sơ",
					  "Phiếu gửi",
					  "Phiếu chuyển",
					  "Thư công" };

static bool digits(text_t text, unsigned count, unsigned *out)
{
	*out = 0;
	for (unsigned i = 0; i < count; i++) {
		if (!isdigit((unsigned char)text[i]))
			return false;
		*out = *out * 10 + (unsigned)(text[i] - '0');
	}
	return true;
}

static bool is_mark(char c)
{
	return c == '/' || c == '-' || c == '.';
}

/* What a program writes a date as: three numbers, the year with four digits. */
struct written {
	unsigned numbers[3];
	bool year_first;
	size_t used; /* characters */
};

/* Up to four digits; how many, 0: none, or more. */
static size_t number_at(text_t text, unsigned *out)
{
	size_t n = strspn(text, "0123456789");

	return n >= 1 && n <= 4 && digits(text, (unsigned)n, out) ? n : 0;
}

/* 2026/11/24, 24-11-2026, 4.1.2026 */
static bool with_marks(text_t text, struct written *out)
{
	size_t lengths[3];
	text_t at = text;

	for (int i = 0; i < 3; i++) {
		lengths[i] = number_at(at, &out->numbers[i]);
		if (lengths[i] == 0 || (i < 2 && !is_mark(at[lengths[i]])))
			return false;
		at += lengths[i] + (i < 2);
	}
	out->year_first = lengths[0] == 4;
	out->used = (size_t)(at - text);
	return lengths[1] <= 2 && (out->year_first ? lengths[2] <= 2
						    : lengths[0] <= 2 && lengths[2] == 4);
}

/* 20261124, and perhaps a time just behind it */
static bool without_marks(text_t text, struct written *out)
{
	size_t n = strspn(text, "0123456789");

	out->year_first = true;
	out->used = 8;
	return (n == 8 || n == 14) && digits(text, 4, &out->numbers[0]) &&
	       digits(text + 4, 2, &out->numbers[1]) && digits(text + 6, 2, &out->numbers[2]);
}

/* ngày 24 tháng 11 năm 2026 */
static bool in_words(text_t text, struct written *out)
{
	static const char *const words[] = { "ngày", "tháng", "năm" };
	text_t at = text;

	for (int i = 0; i < 3; i++) {
		size_t len = strlen(words[i]), n;

		if (i > 0)
			at += strspn(at, " ");
		/* capitals only in front; its marks are not folded */
		if (strncmp(at, words[i], len) != 0 &&
		    !(i == 0 && at[0] == 'N' && strncmp(at + 1, words[i] + 1, len - 1) == 0))
			return false;
		at += len;
		at += strspn(at, " ");
		n = number_at(at, &out->numbers[i]);
		if (n == 0 || (i == 2 ? n != 4 : n > 2))
			return false;
		at += n;
	}
	out->year_first = false;
	out->used = (size_t)(at - text);
	return true;
}

/* *used: the characters of the date. */
static bool date_at(text_t text, char out[EDXML_DATE_SIZE], size_t *used)
{
	struct written w;

	out[0] = '\0';
	if (!with_marks(text, &w) && !without_marks(text, &w) && !in_words(text, &w))
		return false;
	*used = w.used;
	snprintf(out, EDXML_DATE_SIZE, "%04u-%02u-%02u", w.numbers[w.year_first ? 0 : 2] % 10000,
		 w.numbers[1] % 100, w.numbers[w.year_first ? 2 : 0] % 100);
	return true;
}

bool edxml_date(text_t text, char out[EDXML_DATE_SIZE])
{
	size_t used;
	struct day day;

	if (date_at(text, out, &used) && date_day(out, &day))
		return true;
	out[0] = '\0';
	return false;
}

void edxml_date_print(text_t day, char out[EDXML_DATE_SIZE])
{
	struct day known;

	out[0] = '\0';
	if (!date_day(day, &known))
		return;
	snprintf(out, EDXML_DATE_SIZE, "%.4s/%.2s/%.2s", day, day + 5, day + 8);
}

void edxml_time_print(int64_t ms, char out[EDXML_TIME_SIZE])
{
	int64_t s = ms / 1000 + HOURS_AHEAD * 3600;
	char day[DATE_MAX + 1];

	date_of_ms(ms, day);
	s = ((s % 86400) + 86400) % 86400;
	snprintf(out, EDXML_TIME_SIZE, "%.4s/%.2s/%.2s %02u:%02u:%02u", day, day + 5, day + 8,
		 (unsigned)(s / 3600) % 24, (unsigned)(s / 60) % 60, (unsigned)s % 60);
}

bool edxml_time(text_t text, int64_t *ms)
{
	unsigned hour = 0, minute = 0, second = 0;
	char day[EDXML_DATE_SIZE], padded[EDXML_TIME_SIZE];
	struct day known;
	size_t used;

	*ms = 0;
	if (!date_at(text, day, &used) || !date_day(day, &known))
		return false;
	if (used == 8 && isdigit((unsigned char)text[used])) { /* 20261124093000 */
		if (!digits(text + 8, 2, &hour) || !digits(text + 10, 2, &minute) ||
		    !digits(text + 12, 2, &second) || hour > 23 || minute > 59 || second > 59)
			return false;
	} else if (text[used] != '\0') {
		text += used + 1;
		if (strspn(text, "0123456789") == 1) { /* 9:30 */
			snprintf(padded, sizeof padded, "0%s", text);
			text = padded;
		}
		if (strlen(text) < 5 || !digits(text, 2, &hour) || text[2] != ':' ||
		    !digits(text + 3, 2, &minute) ||
		    (text[5] == ':' && !digits(text + 6, 2, &second)) || hour > 23 || minute > 59 ||
		    second > 59)
			return false;
	}
	*ms = day_begin_ms(known) + (int64_t)(hour * 3600 + minute * 60 + second) * 1000;
	return true;
}

static int one_digit(text_t text, int most)
{
	text = edxml_text(text);
	if (text[0] == '\0')
		return 0;
	if (text[0] == '0' && isdigit((unsigned char)text[1]))
		text++; /* "01" */
	return text[1] == '\0' && text[0] >= '0' && text[0] <= '0' + most ? text[0] - '0' : -1;
}

int edxml_business(text_t text)
{
	return one_digit(text, EDXML_REPLACE);
}

int edxml_priority(text_t text)
{
	return one_digit(text, 4);
}

const char *edxml_business_text(enum edxml_business what)
{
	static const char *const texts[] = { "Văn bản điện tử mới", "Thu hồi văn bản điện tử",
					     "Cập nhật văn bản điện tử", "Văn bản thay thế" };

	return texts[what];
}

const char *edxml_status_text(text_t code)
{
	static const struct {
		const char *code, *text;
	} known[] = { { "01", "Đã đến" },
		      { "02", "Từ chối tiếp nhận" },
		      { "03", "Đã tiếp nhận" },
		      { "04", "Phân công xử lý" },
		      { "05", "Đang xử lý" },
		      { "06", "Hoàn thành" },
		      { "13", "Lấy lại" },
		      { "15", "Đồng ý cập nhật, lấy lại" },
		      { "16", "Từ chối cập nhật, lấy lại" } };

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (strcmp(known[i].code, edxml_text(code)) == 0)
			return known[i].text;
	return NULL;
}

/* A symbol of the State's that begins with a year: 30/2020/NĐ-CP. */
static bool begins_with_year(text_t notation)
{
	unsigned year;

	return strlen(notation) > 5 && digits(notation, 4, &year) && notation[4] == '/';
}

void edxml_number_join(text_t number, text_t notation, char *out, size_t size_bytes)
{
	number = edxml_text(number);
	notation = edxml_text(notation);
	if (number[0] == '\0' || notation[0] == '\0')
		snprintf(out, size_bytes, "%s%s", number, notation);
	else if (is_mark(notation[0])) /* the mark came with it */
		snprintf(out, size_bytes, "%s%s", number, notation);
	else if (strchr(notation, '/') != NULL && !begins_with_year(notation))
		snprintf(out, size_bytes, "%s-%s", number, notation);
	else
		snprintf(out, size_bytes, "%s/%s", number, notation);
}

void edxml_number_split(text_t printed, char *number, size_t number_bytes, char *notation,
			size_t notation_bytes)
{
	size_t n = strcspn(printed, "-/");

	snprintf(number, number_bytes, "%.*s", (int)n, printed);
	snprintf(notation, notation_bytes, "%s", printed[n] == '\0' ? "" : printed + n + 1);
}

/* The first mark alone is what the two ways to join differ in. */
bool edxml_number_same(text_t a, text_t b)
{
	char left[NUMBER_MAX + 1], right[NUMBER_MAX + 1];

	snprintf(left, sizeof left, "%s", a);
	snprintf(right, sizeof right, "%s", b);
	if (left[strcspn(left, "-/")] != '\0')
		left[strcspn(left, "-/")] = '-';
	if (right[strcspn(right, "-/")] != '\0')
		right[strcspn(right, "-/")] = '-';
	return spelling_same_number(left, right);
}

unsigned edxml_type_number(text_t name)
{
	for (unsigned i = 1; i < sizeof type_names / sizeof type_names[0]; i++)
		if (spelling_same_name(type_names[i], name))
			return i;
	return 0;
}

const char *edxml_type_name(unsigned number)
{
	return number < sizeof type_names / sizeof type_names[0] ? type_names[number] : NULL;
}

unsigned edxml_type_number_by(const struct type_numbers *own, text_t name)
{
	unsigned n = type_numbers_of(own, name);

	if (n == 0)
		n = edxml_type_number(name);
	else
		return n;
	return n != 0 && type_numbers_name(own, n) != NULL ? 0 : n;
}

const char *edxml_type_name_by(const struct type_numbers *own, text_t number)
{
	const char *name;
	unsigned n = 0;

	number = edxml_text(number);
	if (number[0] == '\0' || strlen(number) > 4 ||
	    strspn(number, "0123456789") != strlen(number))
		return NULL;
	for (; *number != '\0'; number++)
		n = n * 10 + (unsigned)(*number - '0');
	name = type_numbers_name(own, n);
	if (name != NULL)
		return name;
	name = edxml_type_name(n);
	/* it has another number there */
	return name != NULL && type_numbers_of(own, name) != 0 ? NULL : name;
}

text_t edxml_part_name(const struct edxml_part *p)
{
	return edxml_text(p->name)[0] != '\0' ? p->name : edxml_text(p->listed_name);
}
