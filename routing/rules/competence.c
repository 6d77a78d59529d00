/* See competence.h. */
#include "routing/rules/competence.h"

#include <string.h>

#include "routing/rules/doctype.h"
#include "routing/rules/lines.h"
#include "routing/rules/spelling.h"

static const char base_rule[] = "399-QĐ/TW Art. 11, 13";

#define ROW(issuer, symbol, type, judged)                                                          \
	{                                                                                          \
		.level = (issuer), .code = (symbol), .name = (type), .judgement = (judged),        \
		.rule = base_rule                                                                  \
	}

/* As etc/competence has it. */
static const struct competence_row default_rows[] = {
	ROW(COMPETENCE_BASE, "NQ", "Nghị quyết", COMPETENCE_ALLOWED),
	ROW(COMPETENCE_BASE, "QĐ", "Quyết định", COMPETENCE_ALLOWED),
	ROW(COMPETENCE_BASE, "QĐ", "Quy định", COMPETENCE_ALLOWED),
	ROW(COMPETENCE_BASE, "CT", "Chỉ thị", COMPETENCE_FORBIDDEN),
	ROW(COMPETENCE_BASE, "KL", "Kết luận", COMPETENCE_ALLOWED),
	ROW(COMPETENCE_BASE, "QC", "Quy chế", COMPETENCE_ALLOWED),
	ROW(COMPETENCE_BASE, "TT", "Thông tri", COMPETENCE_FORBIDDEN),
	ROW(COMPETENCE_BASE, "HD", "Hướng dẫn", COMPETENCE_FORBIDDEN),
	ROW(COMPETENCE_BASE, "TB", "Thông báo", COMPETENCE_ALLOWED),
	ROW(COMPETENCE_BASE, "BC", "Báo cáo", COMPETENCE_ALLOWED),
	ROW(COMPETENCE_BASE, "KH", "Kế hoạch", COMPETENCE_ALLOWED),
	ROW(COMPETENCE_BASE, "CTr", "Chương trình", COMPETENCE_ALLOWED),
	ROW(COMPETENCE_BASE, "ĐA", "Đề án", COMPETENCE_ALLOWED),
	ROW(COMPETENCE_BASE, "PA", "Phương án", COMPETENCE_ALLOWED),
	ROW(COMPETENCE_BASE, "TTr", "Tờ trình", COMPETENCE_ALLOWED),
	ROW(COMPETENCE_BASE, "CV", "Công văn", COMPETENCE_ALLOWED),
	ROW(COMPETENCE_BASE, "BB", "Biên bản", COMPETENCE_ALLOWED),
	ROW(COMPETENCE_BASE_STANDING, "NQ", "Nghị quyết", COMPETENCE_ALLOWED),
	ROW(COMPETENCE_BASE_STANDING, "QĐ", "Quyết định", COMPETENCE_ALLOWED),
	ROW(COMPETENCE_BASE_STANDING, "QĐ", "Quy định", COMPETENCE_ALLOWED),
	ROW(COMPETENCE_BASE_STANDING, "CT", "Chỉ thị", COMPETENCE_FORBIDDEN),
	ROW(COMPETENCE_BASE_STANDING, "KL", "Kết luận", COMPETENCE_ALLOWED),
	ROW(COMPETENCE_BASE_STANDING, "QC", "Quy chế", COMPETENCE_FORBIDDEN),
	ROW(COMPETENCE_BASE_STANDING, "TT", "Thông tri", COMPETENCE_FORBIDDEN),
	ROW(COMPETENCE_BASE_STANDING, "HD", "Hướng dẫn", COMPETENCE_ALLOWED),
	ROW(COMPETENCE_BASE_STANDING, "TB", "Thông báo", COMPETENCE_ALLOWED),
	ROW(COMPETENCE_BASE_STANDING, "BC", "Báo cáo", COMPETENCE_ALLOWED),
	ROW(COMPETENCE_BASE_STANDING, "KH", "Kế hoạch", COMPETENCE_ALLOWED),
	ROW(COMPETENCE_BASE_STANDING, "CTr", "Chương trình", COMPETENCE_ALLOWED),
	ROW(COMPETENCE_BASE_STANDING, "ĐA", "Đề án", COMPETENCE_ALLOWED),
	ROW(COMPETENCE_BASE_STANDING, "PA", "Phương án", COMPETENCE_ALLOWED),
	ROW(COMPETENCE_BASE_STANDING, "TTr", "Tờ trình", COMPETENCE_ALLOWED),
	ROW(COMPETENCE_BASE_STANDING, "CV", "Công văn", COMPETENCE_ALLOWED),
	ROW(COMPETENCE_BASE_STANDING, "BB", "Biên bản", COMPETENCE_ALLOWED),
	ROW(COMPETENCE_CHI_BO, "NQ", "Nghị quyết", COMPETENCE_ALLOWED),
	ROW(COMPETENCE_CHI_BO, "QĐ", "Quyết định", COMPETENCE_ALLOWED),
	ROW(COMPETENCE_CHI_BO, "QĐ", "Quy định", COMPETENCE_FORBIDDEN),
	ROW(COMPETENCE_CHI_BO, "CT", "Chỉ thị", COMPETENCE_FORBIDDEN),
	ROW(COMPETENCE_CHI_BO, "KL", "Kết luận", COMPETENCE_ALLOWED),
	ROW(COMPETENCE_CHI_BO, "QC", "Quy chế", COMPETENCE_ALLOWED),
	ROW(COMPETENCE_CHI_BO, "TT", "Thông tri", COMPETENCE_FORBIDDEN),
	ROW(COMPETENCE_CHI_BO, "HD", "Hướng dẫn", COMPETENCE_FORBIDDEN),
	ROW(COMPETENCE_CHI_BO, "TB", "Thông báo", COMPETENCE_ALLOWED),
	ROW(COMPETENCE_CHI_BO, "BC", "Báo cáo", COMPETENCE_ALLOWED),
	ROW(COMPETENCE_CHI_BO, "KH", "Kế hoạch", COMPETENCE_ALLOWED),
	ROW(COMPETENCE_CHI_BO, "CTr", "Chương trình", COMPETENCE_ALLOWED),
	ROW(COMPETENCE_CHI_BO, "ĐA", "Đề án", COMPETENCE_ALLOWED),
	ROW(COMPETENCE_CHI_BO, "PA", "Phương án", COMPETENCE_ALLOWED),
	ROW(COMPETENCE_CHI_BO, "TTr", "Tờ trình", COMPETENCE_ALLOWED),
	ROW(COMPETENCE_CHI_BO, "CV", "Công văn", COMPETENCE_ALLOWED),
	ROW(COMPETENCE_CHI_BO, "BB", "Biên bản", COMPETENCE_ALLOWED),
};

static const text_t levels[] = {
	[COMPETENCE_LEVEL_NONE] = "",
	[COMPETENCE_CENTRAL] = "central",
	[COMPETENCE_PROVINCIAL] = "provincial",
	[COMPETENCE_ABOVE_BASE] = "above-base",
	[COMPETENCE_BASE] = "base",
	[COMPETENCE_BASE_STANDING] = "base-standing",
	[COMPETENCE_CHI_BO] = "chi-bo",
};
enum { LEVELS = sizeof levels / sizeof levels[0] };

/* By their numbers; NULL: said by nothing at all. */
static const text_t directions[] = { NULL, "down", "up", "across" };
static const text_t secrecies[] = { NULL, "thuong", "mat", "toi-mat", "tuyet-mat" };
static const text_t judgements[] = { [COMPETENCE_UNKNOWN] = "unknown",
				     [COMPETENCE_ALLOWED] = "may",
				     [COMPETENCE_FORBIDDEN] = "may-not" };

/* The number of a word, 0: none of them. */
static unsigned word_of(const text_t *words, unsigned count, text_t word)
{
	for (unsigned i = 1; i < count; i++) {
		if (strcmp(words[i], word) == 0)
			return i;
	}
	return 0;
}

struct competence_table competence_default(void)
{
	return (struct competence_table){ default_rows,
					  sizeof default_rows / sizeof default_rows[0] };
}

enum competence_level competence_level_of(text_t word)
{
	for (unsigned i = COMPETENCE_CENTRAL; i < LEVELS; i++) {
		if (strcmp(levels[i], word) == 0)
			return (enum competence_level)i;
	}
	return COMPETENCE_LEVEL_NONE;
}

text_t competence_level_word(enum competence_level level)
{
	return (unsigned)level < LEVELS ? levels[level] : "";
}

bool competence_is_committee(enum competence_level level)
{
	return level != COMPETENCE_LEVEL_NONE && level != COMPETENCE_BASE_STANDING;
}

text_t competence_direction_word(enum competence_direction direction)
{
	return direction == COMPETENCE_ANYWHERE ? "" : directions[direction];
}

text_t competence_secrecy_word(enum secrecy secrecy)
{
	return secrecy == SECRECY_NONE ? "" : secrecies[secrecy];
}

text_t competence_word(enum competence judgement)
{
	return judgements[judgement];
}

/* ---- reading ---- */

struct reading {
	struct arena *arena;
	struct competence_row *rows;
	uint32_t count;
};

static enum err count_row(void *ctx, char *entry)
{
	struct reading *r = ctx;

	(void)entry;
	return r->count++ == COMPETENCE_ROWS_MAX ? ERR_TOO_LARGE : ERR_OK;
}

static bool read_judgement(text_t word, enum competence *out)
{
	unsigned n = word_of(judgements, sizeof judgements / sizeof judgements[0], word);

	*out = (enum competence)n;
	return n != 0 || strcmp(word, judgements[0]) == 0;
}

/* "base/down/mat": each at most once, in this order. */
static bool read_issuer(char *at, struct competence_row *row)
{
	char *direction = strchr(at, '/'), *secrecy;

	if (direction != NULL)
		*direction++ = '\0';
	row->level = competence_level_of(at);
	if (direction == NULL || row->level == COMPETENCE_LEVEL_NONE)
		return row->level != COMPETENCE_LEVEL_NONE;
	secrecy = strchr(direction, '/');
	if (secrecy != NULL)
		*secrecy++ = '\0';
	row->direction = (enum competence_direction)word_of(
		directions, sizeof directions / sizeof directions[0], direction);
	if (row->direction == COMPETENCE_ANYWHERE && secrecy == NULL)
		secrecy = direction;
	else if (row->direction == COMPETENCE_ANYWHERE || secrecy == NULL)
		return row->direction != COMPETENCE_ANYWHERE;
	row->secrecy =
		(enum secrecy)word_of(secrecies, sizeof secrecies / sizeof secrecies[0], secrecy);
	return row->secrecy != SECRECY_NONE;
}

/* The fields of a line, which live as long as the line does. */
static enum err read_row(char *at, struct competence_row *row)
{
	char *issuer = (char *)(uintptr_t)lines_field(&at); /* of the line, which is ours */

	row->code = lines_field(&at);
	row->name = lines_field(&at);
	if (!read_issuer(issuer, row))
		return ERR_FIELD;
	if (row->code[0] == '\0' || strlen(row->code) > TYPE_CODE_MAX ||
	    strchr(row->code, ' ') != NULL)
		return ERR_BAD_TYPE;
	if (strcmp(row->code, "-") == 0)
		row->code = "";
	if (row->name[0] == '\0' || strlen(row->name) > COMMITTEE_NAME_MAX ||
	    !read_judgement(lines_field(&at), &row->judgement))
		return ERR_FIELD;
	row->rule = at;
	return *at != '\0' && strlen(at) <= RULE_MAX ? ERR_OK : ERR_FIELD;
}

static bool is_code(text_t code, const struct competence_row *row)
{
	return code[0] == '\0' ? row->code[0] == '\0' : spelling_same_number(code, row->code);
}

static bool keep(struct arena *a, text_t *text)
{
	*text = arena_text(a, *text, strlen(*text));
	return *text != NULL;
}

static enum err take_row(void *ctx, char *entry)
{
	struct reading *r = ctx;
	struct competence_row row = { .level = COMPETENCE_LEVEL_NONE };
	enum err e = read_row(entry, &row);

	for (uint32_t i = 0; e == ERR_OK && i < r->count; i++) {
		if (r->rows[i].level == row.level && r->rows[i].direction == row.direction &&
		    r->rows[i].secrecy == row.secrecy && is_code(row.code, &r->rows[i]) &&
		    spelling_same_name(r->rows[i].name, row.name))
			e = ERR_EXISTS;
	}
	if (e != ERR_OK)
		return e;
	if (!keep(r->arena, &row.code) || !keep(r->arena, &row.name) || !keep(r->arena, &row.rule))
		return ERR_NO_MEMORY;
	r->rows[r->count++] = row;
	return ERR_OK;
}

enum err competence_parse(struct blob text, struct arena *a, struct competence_table *out,
			  uint32_t *line)
{
	struct reading r = { .arena = a };
	enum err e = lines_each(text, count_row, &r, line);

	*out = (struct competence_table){ .count = 0 };
	if (e != ERR_OK || r.count == 0)
		return e;
	r.rows = arena_array(a, r.count, sizeof *r.rows);
	if (r.rows == NULL)
		return ERR_NO_MEMORY;
	r.count = 0;
	e = lines_each(text, take_row, &r, line);
	if (e == ERR_OK)
		*out = (struct competence_table){ .rows = r.rows, .count = r.count };
	return e;
}

/* ---- writing ---- */

static void add(struct blob *out, text_t text, text_t after)
{
	uint8_t *to = (uint8_t *)(uintptr_t)out->data + out->len_bytes;

	memcpy(to, text, strlen(text));
	memcpy(to + strlen(text), after, strlen(after));
	out->len_bytes += strlen(text) + strlen(after);
}

static void add_row(struct blob *out, const struct competence_row *row)
{
	add(out, levels[row->level], row->direction != COMPETENCE_ANYWHERE ? "/" : "");
	if (row->direction != COMPETENCE_ANYWHERE)
		add(out, directions[row->direction], "");
	if (row->secrecy != SECRECY_NONE)
		add(out, "/", secrecies[row->secrecy]);
	add(out, "  ", row->code[0] == '\0' ? "-" : row->code);
	add(out, "  ", row->name);
	add(out, "  ", judgements[row->judgement]);
	add(out, "  ", row->rule);
	add(out, "\n", "");
}

enum err competence_print(const struct competence_table *t, struct arena *a, struct blob *out)
{
	enum { ROW_BYTES = 64 + TYPE_CODE_MAX + COMMITTEE_NAME_MAX + RULE_MAX };

	*out = (struct blob){ arena_alloc(a, (size_t)t->count * ROW_BYTES + 1), 0 };
	if (out->data == NULL)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < t->count; i++)
		add_row(out, &t->rows[i]);
	return ERR_OK;
}

/* ---- judging ---- */

enum competence_level competence_issuer(text_t level, text_t signer_competence)
{
	enum competence_level of = competence_level_of(level == NULL ? "" : level);
	static const text_t boards[] = { "T/M BAN THƯỜNG VỤ", "TM. BAN THƯỜNG VỤ", "T/M BTV",
					 "TM. BTV", "BAN THƯỜNG VỤ" };

	for (unsigned i = 0; of == COMPETENCE_BASE && i < sizeof boards / sizeof boards[0]; i++) {
		if (signer_competence != NULL && spelling_same_name(signer_competence, boards[i]))
			return COMPETENCE_BASE_STANDING;
	}
	return of;
}

bool competence_is_directed(const struct competence_table *t, enum competence_level level)
{
	for (uint32_t i = 0; i < t->count; i++) {
		if (t->rows[i].level == level && t->rows[i].direction != COMPETENCE_ANYWHERE)
			return true;
	}
	return false;
}

/* Which rows a type is asked for with. "" matches every name, or every code. */
struct wanted {
	const struct competence_question *q;
	text_t code, name;
};

static bool covers(const struct competence_row *row, const struct competence_question *q)
{
	return row->level == q->level &&
	       (row->direction == COMPETENCE_ANYWHERE || row->direction == q->direction) &&
	       (row->secrecy == SECRECY_NONE || row->secrecy == q->secrecy);
}

static unsigned says(const struct competence_row *row)
{
	return (row->direction != COMPETENCE_ANYWHERE ? 2u : 0u) +
	       (row->secrecy != SECRECY_NONE ? 1u : 0u);
}

/* Does another row say more of the same type? */
static bool is_outdone(const struct competence_table *t, const struct competence_question *q,
		       const struct competence_row *row)
{
	for (uint32_t i = 0; i < t->count; i++) {
		const struct competence_row *other = &t->rows[i];

		if (says(other) > says(row) && covers(other, q) && is_code(row->code, other) &&
		    spelling_same_name(row->name, other->name))
			return true;
	}
	return false;
}

/* The row that fits, where those that do all say the same; *count: how many do. */
static const struct competence_row *find(const struct competence_table *t, struct wanted w,
					 uint32_t *count)
{
	const struct competence_row *found = NULL;
	bool agree = true;

	*count = 0;
	for (uint32_t i = 0; i < t->count; i++) {
		const struct competence_row *row = &t->rows[i];

		if (!covers(row, w.q) || (w.code[0] != '\0' && !is_code(w.code, row)) ||
		    (w.name[0] != '\0' && !spelling_same_name(w.name, row->name)) ||
		    is_outdone(t, w.q, row))
			continue;
		agree = agree && (found == NULL || found->judgement == row->judgement);
		found = row;
		++*count;
	}
	return agree ? found : NULL;
}

enum competence competence_judge(const struct competence_table *t,
				 const struct competence_question *q, text_t *rule)
{
	struct wanted w = { q, q->type_code, q->type_name };
	const struct doctype *type;
	enum err known = doctype_by_code(q->type_code, &type);
	const struct competence_row *row = NULL;
	uint32_t count = 0;

	*rule = "";
	if (known == ERR_OK && strcmp(type->code, q->type_code) != 0) {
		w.code = type->code; /* an alias is of one type, whatever name comes with it */
		w.name = type->name;
	}
	if (w.code[0] == '\0' && w.name[0] == '\0')
		return COMPETENCE_UNKNOWN;
	row = find(t, w, &count);
	/* The code says it alone, and only a code that no row has leaves it to the name. */
	if (count == 0 && known != ERR_AMBIGUOUS && w.code[0] != '\0')
		row = find(t, (struct wanted){ q, w.code, "" }, &count);
	if (count == 0 && known == ERR_BAD_TYPE && w.name[0] != '\0')
		row = find(t, (struct wanted){ q, "", w.name }, &count);
	if (row == NULL || row->judgement == COMPETENCE_UNKNOWN)
		return COMPETENCE_UNKNOWN;
	*rule = row->rule;
	return row->judgement;
}
