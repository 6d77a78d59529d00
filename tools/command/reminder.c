/* See reminder.h. */
#include "tools/command/reminder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/base/text.h"

enum { DATE_BYTES = 11 };

/* ---- what the daemon says ---- */

static void copy(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from);
}

static const char *or_else(const char *name, const char *id)
{
	return name[0] == '\0' ? id : name;
}

static bool take_remind(struct reminder *r, const Vanthu__V1__Remind *m)
{
	r->verdict = m->verdict;
	r->by_itself = m->by_itself;
	copy(r->issued_on, sizeof r->issued_on, m->issued_on);
	copy(r->next_on, sizeof r->next_on, m->next_on);
	copy(r->superior, sizeof r->superior, m->superior);
	if (m->digest.len == sizeof r->digest.bytes)
		memcpy(r->digest.bytes, m->digest.data, sizeof r->digest.bytes);
	r->superior_name = strdup(or_else(m->superior_name, m->superior));
	return r->superior_name != NULL;
}

bool reminder_take(struct reminder *r, const Vanthu__V1__DueLine *l)
{
	bool secret = l->remind == NULL || l->remind->secrecy > VANTHU__V1__SECRECY__SECRECY_THUONG;

	memset(r, 0, sizeof *r);
	r->verdict = VANTHU__V1__REMIND_VERDICT__REMIND_VERDICT_NO_DAY;
	if (l->id.len == sizeof r->id.bytes)
		memcpy(r->id.bytes, l->id.data, sizeof r->id.bytes);
	uuid_print(r->id.bytes, r->id_text);
	copy(r->origin, sizeof r->origin, l->from);
	copy(r->due_on, sizeof r->due_on, l->due_on);
	copy(r->to, sizeof r->to, l->to);
	r->late_days = l->late_days;
	text_day(l->now_ms, r->today);
	if (l->reminded != NULL) {
		r->count = l->reminded->count;
		text_day(l->reminded->last_at_ms, r->last_on);
	}
	r->number = strdup(l->symbol);
	r->type_name = strdup(l->type_name);
	r->subject = strdup(secret ? "" : l->subject);
	r->to_name = strdup(or_else(l->to_name, l->to));
	if (r->number == NULL || r->type_name == NULL || r->subject == NULL || r->to_name == NULL)
		return false;
	/* a daemon from before reminders does not say */
	return l->remind == NULL || take_remind(r, l->remind);
}

void reminder_free(struct reminder *r)
{
	free(r->number);
	free(r->type_name);
	free(r->subject);
	free(r->to_name);
	free(r->superior_name);
}

/* ---- what is written ---- */

/* YYYY-MM-DD as people write it. */
static const char *day(const char *date, char out[DATE_BYTES])
{
	if (strlen(date) < DATE_BYTES - 1)
		copy(out, DATE_BYTES, date);
	else
		snprintf(out, DATE_BYTES, "%.2s/%.2s/%.4s", date + 8, date + 5, date);
	return out;
}

/* "Kế hoạch số 31-KH/ĐU ngày 05/12/2026" */
static void name_of(const struct reminder *r, FILE *to)
{
	char on[DATE_BYTES];

	fprintf(to, "%s", r->type_name[0] == '\0' ? "văn bản" : r->type_name);
	if (r->number[0] != '\0')
		fprintf(to, " số %s", r->number);
	if (r->issued_on[0] != '\0')
		fprintf(to, " ngày %s", day(r->issued_on, on));
}

static void lateness(const struct reminder *r, FILE *to)
{
	if (r->late_days > 0)
		fprintf(to, "đã quá hạn %ld ngày làm việc", (long)r->late_days);
	else if (r->late_days < 0)
		fprintf(to, "còn %ld ngày làm việc là đến hạn", -(long)r->late_days);
	else
		fprintf(to, "đến hạn, chưa xử lý xong");
}

/* The text that was written to `f`; NULL without memory. */
static char *close_text(FILE *f, char **text)
{
	bool failed = f == NULL || ferror(f) != 0;

	if (f != NULL && fclose(f) != 0)
		failed = true;
	if (!failed)
		return *text;
	free(*text);
	return NULL;
}

char *reminder_subject(const struct reminder *r)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (f == NULL)
		return NULL;
	fputs("Đôn đốc thực hiện ", f);
	name_of(r, f);
	fputs(", ", f);
	lateness(r, f);
	if (r->count > 0)
		fprintf(f, " (lần %u)", r->count + 1);
	return close_text(f, &text);
}

char *reminder_text(const struct reminder *r, const char *note)
{
	char on[DATE_BYTES], *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (f == NULL)
		return NULL;
	fprintf(f, "Kính gửi: %s\n", r->to_name);
	if (r->superior[0] != '\0')
		fprintf(f, "Đồng kính gửi: %s\n", r->superior_name);
	fputs("\nCăn cứ ", f);
	name_of(r, f);
	if (r->subject[0] != '\0')
		fprintf(f, " (%s)", r->subject);
	fprintf(f, ", hạn xử lý %s;\nđến nay ", day(r->due_on, on));
	lateness(r, f);
	fputs(".\n", f);
	if (r->count > 0)
		fprintf(f, "Đã đôn đốc %u lần, lần gần nhất ngày %s.\n", r->count,
			day(r->last_on, on));
	fprintf(f, "\nĐề nghị %s khẩn trương xử lý xong và báo cáo kết quả.\n", r->to_name);
	if (note != NULL && note[0] != '\0')
		fprintf(f, "\n%s\n", note);
	return close_text(f, &text);
}
