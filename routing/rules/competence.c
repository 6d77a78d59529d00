/* See competence.h. */
#include "routing/rules/competence.h"

#include <string.h>

#include "routing/rules/doctype.h"
#include "routing/rules/lines.h"
#include "routing/rules/spelling.h"

static const char base_rule[] = "399-QĐ/TW Art. 11, 13";

/* As etc/competence has it. */
static const struct competence_row default_rows[] = {
	{ COMPETENCE_BASE, "NQ", "Nghị quyết", COMPETENCE_ALLOWED, base_rule },
	{ COMPETENCE_BASE, "QĐ", "Quyết định", COMPETENCE_ALLOWED, base_rule },
	{ COMPETENCE_BASE, "QĐ", "Quy định", COMPETENCE_ALLOWED, base_rule },
	{ COMPETENCE_BASE, "CT", "Chỉ thị", COMPETENCE_FORBIDDEN, base_rule },
	{ COMPETENCE_BASE, "KL", "Kết luận", COMPETENCE_ALLOWED, base_rule },
	{ COMPETENCE_BASE, "QC", "Quy chế", COMPETENCE_ALLOWED, base_rule },
	{ COMPETENCE_BASE, "TT", "Thông tri", COMPETENCE_FORBIDDEN, base_rule },
	{ COMPETENCE_BASE, "HD", "Hướng dẫn", COMPETENCE_FORBIDDEN, base_rule },
	{ COMPETENCE_BASE, "TB", "Thông báo", COMPETENCE_ALLOWED, base_rule },
	{ COMPETENCE_BASE, "BC", "Báo cáo", COMPETENCE_ALLOWED, base_rule },
	{ COMPETENCE_BASE, "KH", "Kế hoạch", COMPETENCE_ALLOWED, base_rule },
	{ COMPETENCE_BASE, "CTr", "Chương trình", COMPETENCE_ALLOWED, base_rule },
	{ COMPETENCE_BASE, "ĐA", "Đề án", COMPETENCE_ALLOWED, base_rule },
	{ COMPETENCE_BASE, "PA", "Phương án", COMPETENCE_ALLOWED, base_rule },
	{ COMPETENCE_BASE, "TTr", "Tờ trình", COMPETENCE_ALLOWED, base_rule },
	{ COMPETENCE_BASE, "CV", "Công văn", COMPETENCE_ALLOWED, base_rule },
	{ COMPETENCE_BASE, "BB", "Biên bản", COMPETENCE_ALLOWED, base_rule },
	{ COMPETENCE_BASE_STANDING, "NQ", "Nghị quyết", COMPETENCE_ALLOWED, base_rule },
	{ COMPETENCE_BASE_STANDING, "QĐ", "Quyết định", COMPETENCE_ALLOWED, base_rule },
	{ COMPETENCE_BASE_STANDING, "QĐ", "Quy định", COMPETENCE_ALLOWED, base_rule },
	{ COMPETENCE_BASE_STANDING, "CT", "Chỉ thị", COMPETENCE_FORBIDDEN, base_rule },
	{ COMPETENCE_BASE_STANDING, "KL", "Kết luận", COMPETENCE_ALLOWED, base_rule },
	{ COMPETENCE_BASE_STANDING, "QC", "Quy chế", COMPETENCE_FORBIDDEN, base_rule },
	{ COMPETENCE_BASE_STANDING, "TT", "Thông tri", COMPETENCE_FORBIDDEN, base_rule },
	{ COMPETENCE_BASE_STANDING, "HD", "Hướng dẫn", COMPETENCE_ALLOWED, base_rule },
	{ COMPETENCE_BASE_STANDING, "TB", "Thông báo", COMPETENCE_ALLOWED, base_rule },
	{ COMPETENCE_BASE_STANDING, "BC", "Báo cáo", COMPETENCE_ALLOWED, base_rule },
	{ COMPETENCE_BASE_STANDING, "KH", "Kế hoạch", COMPETENCE_ALLOWED, base_rule },
	{ COMPETENCE_BASE_STANDING, "CTr", "Chương trình", COMPETENCE_ALLOWED, base_rule },
	{ COMPETENCE_BASE_STANDING, "ĐA", "Đề án", COMPETENCE_ALLOWED, base_rule },
	{ COMPETENCE_BASE_STANDING, "PA", "Phương án", COMPETENCE_ALLOWED, base_rule },
	{ COMPETENCE_BASE_STANDING, "TTr", "Tờ trình", COMPETENCE_ALLOWED, base_rule },
	{ COMPETENCE_BASE_STANDING, "CV", "Công văn", COMPETENCE_ALLOWED, base_rule },
	{ COMPETENCE_BASE_STANDING, "BB", "Biên bản", COMPETENCE_ALLOWED, base_rule },
	{ COMPETENCE_CHI_BO, "NQ", "Nghị quyết", COMPETENCE_ALLOWED, base_rule },
	{ COMPETENCE_CHI_BO, "QĐ", "Quyết định", COMPETENCE_ALLOWED, base_rule },
	{ COMPETENCE_CHI_BO, "QĐ", "Quy định", COMPETENCE_FORBIDDEN, base_rule },
	{ COMPETENCE_CHI_BO, "CT", "Chỉ thị", COMPETENCE_FORBIDDEN, base_rule },
	{ COMPETENCE_CHI_BO, "KL", "Kết luận", COMPETENCE_ALLOWED, base_rule },
	{ COMPETENCE_CHI_BO, "QC", "Quy chế", COMPETENCE_ALLOWED, base_rule },
	{ COMPETENCE_CHI_BO, "TT", "Thông tri", COMPETENCE_FORBIDDEN, base_rule },
	{ COMPETENCE_CHI_BO, "HD", "Hướng dẫn", COMPETENCE_FORBIDDEN, base_rule },
	{ COMPETENCE_CHI_BO, "TB", "Thông báo", COMPETENCE_ALLOWED, base_rule },
	{ COMPETENCE_CHI_BO, "BC", "Báo cáo", COMPETENCE_ALLOWED, base_rule },
	{ COMPETENCE_CHI_BO, "KH", "Kế hoạch", COMPETENCE_ALLOWED, base_rule },
	{ COMPETENCE_CHI_BO, "CTr", "Chương trình", COMPETENCE_ALLOWED, base_rule },
	{ COMPETENCE_CHI_BO, "ĐA", "Đề án", COMPETENCE_ALLOWED, base_rule },
	{ COMPETENCE_CHI_BO, "PA", "Phương án", COMPETENCE_ALLOWED, base_rule },
	{ COMPETENCE_CHI_BO, "TTr", "Tờ trình", COMPETENCE_ALLOWED, base_rule },
	{ COMPETENCE_CHI_BO, "CV", "Công văn", COMPETENCE_ALLOWED, base_rule },
	{ COMPETENCE_CHI_BO, "BB", "Biên bản", COMPETENCE_ALLOWED, base_rule },
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
	static const text_t words[] = { [COMPETENCE_UNKNOWN] = "unknown",
					[COMPETENCE_ALLOWED] = "may",
					[COMPETENCE_FORBIDDEN] = "may-not" };

	for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (strcmp(words[i], word) == 0) {
			*out = (enum competence)i;
			return true;
		}
	}
	return false;
}

/* The fields of a line, which live as long as the line does. */
static enum err read_row(char *at, struct competence_row *row)
{
	row->level = competence_level_of(lines_field(&at));
	row->code = lines_field(&at);
	row->name = lines_field(&at);
	if (row->level == COMPETENCE_LEVEL_NONE)
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
	return *at != '\0' ? ERR_OK : ERR_FIELD;
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
		if (r->rows[i].level == row.level && is_code(row.code, &r->rows[i]) &&
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

/* ---- judging ---- */

/* Which rows a type is asked for with. "" matches every name, or every code. */
struct wanted {
	enum competence_level level;
	text_t code, name;
};

/* The row that fits, where those that do all say the same; *count: how many do. */
static const struct competence_row *find(const struct competence_table *t, struct wanted w,
					 uint32_t *count)
{
	const struct competence_row *found = NULL;
	bool agree = true;

	*count = 0;
	for (uint32_t i = 0; i < t->count; i++) {
		const struct competence_row *row = &t->rows[i];

		if (row->level != w.level || (w.code[0] != '\0' && !is_code(w.code, row)) ||
		    (w.name[0] != '\0' && !spelling_same_name(w.name, row->name)))
			continue;
		agree = agree && (found == NULL || found->judgement == row->judgement);
		found = row;
		++*count;
	}
	return agree ? found : NULL;
}

enum competence competence_judge(const struct competence_table *t, enum competence_level level,
				 text_t type_code, text_t type_name, text_t *rule)
{
	struct wanted w = { level, type_code, type_name };
	const struct doctype *type;
	enum err known = doctype_by_code(type_code, &type);
	const struct competence_row *row = NULL;
	uint32_t count = 0;

	*rule = "";
	if (known == ERR_OK && strcmp(type->code, type_code) != 0) {
		w.code = type->code; /* an alias is of one type, whatever name comes with it */
		w.name = type->name;
	}
	if (w.code[0] == '\0' && w.name[0] == '\0')
		return COMPETENCE_UNKNOWN;
	row = find(t, w, &count);
	/* The code says it alone, and only a code that no row has leaves it to the name. */
	if (count == 0 && known != ERR_AMBIGUOUS && w.code[0] != '\0')
		row = find(t, (struct wanted){ level, w.code, "" }, &count);
	if (count == 0 && known == ERR_BAD_TYPE && w.name[0] != '\0')
		row = find(t, (struct wanted){ level, "", w.name }, &count);
	if (row == NULL || row->judgement == COMPETENCE_UNKNOWN)
		return COMPETENCE_UNKNOWN;
	*rule = row->rule;
	return row->judgement;
}
