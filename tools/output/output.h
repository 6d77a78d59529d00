/* Every command makes one JSON value, the contract of docs/man/vanthu.1.in; a renderer prints it:
 * as it is, as tables for people, or as plain columns. */
#ifndef VANTHU_TOOLS_OUTPUT_OUTPUT_H
#define VANTHU_TOOLS_OUTPUT_OUTPUT_H

#include "tools/cli/cli.h"

enum format {
	FORMAT_TEXT,
	FORMAT_LIST,   /* texts, joined */
	FORMAT_WHO,    /* ids of committees, joined; their groups as words */
	FORMAT_WORD,   /* a word of the program's own: what a key is for, a lane */
	FORMAT_CHANGE, /* what has changed: a kind of `vanthu changes` */
	FORMAT_LOG,    /* what an entry of the history is */
	FORMAT_CODE,   /* VT-nnnn and what it means */
	FORMAT_MEDIA,  /* what kind of file a media type is */
	FORMAT_TIME,   /* RFC 3339 → local */
	FORMAT_MINUTE, /* the same without seconds */
	FORMAT_DATE,
	FORMAT_BYTES,
	FORMAT_COUNT,
	FORMAT_ORDINAL, /* an index from 0, as people count */
	FORMAT_AGE,	/* seconds */
	FORMAT_STATE,	/* a word with its symbol */
	FORMAT_OFFICE,	/* a code of an office's status, as a word */
	FORMAT_URGENCY,
	FORMAT_BOOL,
	/* the same, shown only where it is true: a list without any has no such column */
	FORMAT_MARK,
	FORMAT_ID,	     /* its ending in tables, whole elsewhere */
	FORMAT_PERCENT,	     /* a share from 0 to 1, rounded down: 89.99 % never reads as 90 % */
	FORMAT_PERCENT_FINE, /* the same with hundredths, beside a line that has them */
	FORMAT_MONTH,	     /* 2026-11 */
	FORMAT_PERIOD,	     /* 2026-11, 2026-Q4, 2026-H2, 2025-11..2026-02: as an office says it */
};

struct column {
	const char *key;
	const char *title; /* marked for translation; NULL ends a list of columns */
	enum format format;
	bool flexible; /* shrinks when the terminal is narrow */
};

struct renderer {
	/* A list of objects. */
	void (*list)(struct cli *cli, const json_t *list, const struct column *columns);
	/* One object, a line for each column; absent and null ones are left out. */
	void (*object)(struct cli *cli, const json_t *object, const struct column *columns);
	void (*error)(struct cli *cli, enum err e, const char *message, const char *fix);
	/* A heading between several parts; JSON has none. */
	void (*heading)(struct cli *cli, const char *text);
};

/* Prints and takes over `data`: whole as JSON, else by `columns` as list or object. Returns 0. */
int output_list(struct cli *cli, json_t *data, const struct column *columns);
int output_object(struct cli *cli, json_t *data, const struct column *columns);
/* Releases a list that was printed. A long one is all that a command prints, and goes with the
 * process: taking a hundred thousand values apart takes a fifth of its time. */
void output_release(json_t *list);

/* A value as people read it; out is always terminated. `whole`: ids are not shortened. */
void output_format(struct cli *cli, const json_t *value, enum format format, bool whole, char *out,
		   size_t size_bytes);

/* A number as the language writes it, with a point or a comma, and what stands behind it. */
void output_decimal(double value, int decimals, const char *unit, char *out, size_t size_bytes);

/* What else of this folder others use. */
#include "tools/output/changes_json.h"
#include "tools/output/chart.h"
#include "tools/output/clocks.h"
#include "tools/output/csv.h"
#include "tools/output/figures.h"
#include "tools/output/flow.h"
#include "tools/output/installation.h"
#include "tools/output/json.h"
#include "tools/output/log_json.h"
#include "tools/output/page.h"
#include "tools/output/people.h"
#include "tools/output/plain.h"
#include "tools/output/progress.h"
#include "tools/output/recovery.h"
#include "tools/output/register.h"
#include "tools/output/reply_json.h"
#include "tools/output/report_page.h"
#include "tools/output/reports.h"
#include "tools/output/sorted.h"
#include "tools/output/statistics.h"
#include "tools/output/statistics_page.h"
#include "tools/output/statistics_rows.h"
#include "tools/output/target.h"
#include "tools/output/target_screen.h"
#include "tools/output/terminal.h"
#include "tools/output/text.h"

#endif
