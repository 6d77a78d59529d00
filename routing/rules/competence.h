/* Who may issue which type of document (docs/DOMAIN.md §10): a table by the issuer's level, which
 * an office can replace by a plain text file, etc/competence. What the table does not have is not
 * known, and not forbidden. */
#ifndef VANTHU_ROUTING_RULES_COMPETENCE_H
#define VANTHU_ROUTING_RULES_COMPETENCE_H

#include "routing/base/arena.h"
#include "routing/base/err.h"
#include "routing/base/types.h"

enum { COMPETENCE_ROWS_MAX = 512 };

/* Issuers, from the top. In files by the word behind each. */
enum competence_level {
	COMPETENCE_LEVEL_NONE = 0,
	COMPETENCE_CENTRAL = 1,	      /* central */
	COMPETENCE_PROVINCIAL = 2,    /* provincial: of a province or a ministry, or of that rank */
	COMPETENCE_ABOVE_BASE = 3,    /* above-base: others right above base committees */
	COMPETENCE_BASE = 4,	      /* base: a base committee (đảng ủy cơ sở) */
	COMPETENCE_BASE_STANDING = 5, /* base-standing: its standing board (ban thường vụ) */
	COMPETENCE_CHI_BO = 6,	      /* chi-bo */
};

enum competence {
	COMPETENCE_UNKNOWN = 0,	  /* in files: unknown */
	COMPETENCE_ALLOWED = 1,	  /* may */
	COMPETENCE_FORBIDDEN = 2, /* may-not */
};

/* Where a document goes, as seen from its issuer. */
enum competence_direction {
	COMPETENCE_ANYWHERE = 0, /* of a row: wherever */
	COMPETENCE_DOWN = 1,	 /* down: to those below it */
	COMPETENCE_UP = 2,	 /* up: to those above it */
	COMPETENCE_ACROSS = 3,	 /* across: to all others */
};

struct competence_row {
	enum competence_level level;
	enum competence_direction direction;
	enum secrecy secrecy; /* SECRECY_NONE: any */
	text_t code, name; /* of the type; code "": it has none */
	enum competence judgement;
	text_t rule; /* what says so: "399-QĐ/TW Art. 11, 13" */
};

/* Each level, direction, secrecy and type (by code and name) once; borrowed. */
struct competence_table {
	const struct competence_row *rows;
	uint32_t count;
};

/* What is known of base level, and nothing of levels above it. */
struct competence_table competence_default(void);

/* Reads a table. Fields are separated by a tab or two blanks, the last is all that is left:
 *
 *     LEVEL  SYMBOL  NAME  JUDGEMENT  RULE
 *     chi-bo  QĐ  Quy định  may-not  399-QĐ/TW Art. 11, 13
 *
 * LEVEL may be followed by a direction, a secrecy, or both: "base/down", "chi-bo/up/mat". Such a
 * row goes before those that say less, a direction before a secrecy. A symbol that is none is "-".
 * Rows and texts belong to the arena. *line is where the first fault stands, 0 where there is none;
 * then *out is empty. ERR_BAD_TYPE: a symbol that is missing, too long or of several words.
 * ERR_FIELD: no such level or judgement, no name or rule, or as lines_next has it. ERR_UTF8.
 * ERR_EXISTS: the level has a row for that type already. ERR_TOO_LARGE: more than
 * COMPETENCE_ROWS_MAX. ERR_NO_MEMORY. */
must_use enum err competence_parse(struct blob text, struct arena *a, struct competence_table *out,
				   uint32_t *line);

/* The level of a word as files have it, and its word; COMPETENCE_LEVEL_NONE and "": no such. */
enum competence_level competence_level_of(text_t word);
text_t competence_level_word(enum competence_level level);

/* The words of files; "" where a row says nothing of it. */
text_t competence_direction_word(enum competence_direction direction);
text_t competence_secrecy_word(enum secrecy secrecy);
text_t competence_word(enum competence judgement);

/* Is it the level of a committee? A standing board is none: it is known by who signs. */
bool competence_is_committee(enum competence_level level);

/* The same table as competence_parse reads it. ERR_NO_MEMORY. */
must_use enum err competence_print(const struct competence_table *t, struct arena *a,
				   struct blob *out);

/* A committee's level as its document is signed: its standing board signs for itself ("T/M BAN
 * THƯỜNG VỤ"), and at base level has rows of its own. */
enum competence_level competence_issuer(text_t level, text_t signer_competence);

/* Has the level a row that asks for a direction? */
bool competence_is_directed(const struct competence_table *t, enum competence_level level);

struct competence_question {
	enum competence_level level;
	enum competence_direction direction;
	enum secrecy secrecy;
	text_t type_code, type_name;
};

/* Whether an issuer of that level may issue a document of a type. The code says which type, and the
 * name where a code stands for several (QĐ) or there is none; an alias is its type (QyĐ). Without a
 * name QĐ is judged where both its types are judged alike. *rule: what says so, "" where it is not
 * known; borrowed from the table. */
enum competence competence_judge(const struct competence_table *t,
				 const struct competence_question *q, text_t *rule);

#endif
