/* See series.h. */
#include "routing/rules/series.h"

#include <string.h>

#include "routing/base/err.h"
#include "routing/rules/doctype.h"
#include "routing/rules/doctype_table.h"
#include "routing/rules/spelling.h"

enum {
	MEMBER = 'n',
	SHARED = 's',
	PAPER = 'p',
	COUNTER = 'c',
	SECRET = 'd',
	RECEIVED = 'i',
	TERM = 't',
	YEAR = 'y',
	TAIL_BYTES = 9,
	RECEIVED_TAIL_BYTES = 1 + 4 + 8
};

static void add(struct key *k, const void *bytes, size_t len_bytes)
{
	memcpy(k->bytes + k->len_bytes, bytes, len_bytes);
	k->len_bytes = (uint8_t)(k->len_bytes + len_bytes);
}

static void add_number(struct key *k, uint64_t n, unsigned bytes)
{
	for (unsigned i = bytes; i-- > 0;) {
		uint8_t b = (uint8_t)(n >> (8 * i));

		add(k, &b, 1);
	}
}

/* FNV-1a: types are a few dozen, and the symbol in the number distinguishes most. */
static uint32_t hash(uint32_t h, text_t text)
{
	for (; *text != '\0'; text++)
		h = (h ^ (uint8_t)*text) * 16777619u;
	return h;
}

/* A code names one type, but QĐ; then the name does, and where there is no code. Where an office's
 * table gives a symbol to a second type, that one is known by its name too, and the first one keeps
 * the series that it has. */
static bool type_of(const struct numbered *n, uint32_t *out)
{
	char code[FOLD_NUMBER_SIZE], name[FOLD_NAME_SIZE];
	const struct doctype *type;
	bool by_name =
		n->type_code[0] == '\0' ||
		doctype_by_code(n->type_code, &type) == ERR_AMBIGUOUS ||
		doctype_table_shares(n->types, n->type_code, n->type_name);

	if (by_name && (n->type_name[0] == '\0' || !spelling_name(n->type_name, name)))
		return false;
	spelling_number(n->type_code, code);
	*out = hash(2166136261u, code);
	if (by_name)
		*out = hash(*out, name);
	return true;
}

uint32_t series_type(text_t type_code, text_t type_name)
{
	struct numbered n = { .type_code = type_code == NULL ? "" : type_code,
			      .type_name = type_name == NULL ? "" : type_name };
	char code[FOLD_NUMBER_SIZE];
	uint32_t type;

	if (type_of(&n, &type))
		return type;
	/* a symbol of two types, and nothing says which; or nothing at all */
	spelling_number(n.type_code, code);
	return code[0] == '\0' ? 0 : hash(2166136261u, code);
}

static void add_series(struct key *k, const struct numbered *n, text_t term_from, bool party)
{
	static const char before[DATE_MAX] = { 0 };
	const char kind = party ? TERM : YEAR;

	add(k, &kind, 1);
	if (!party)
		add(k, n->date, 4);
	else
		add(k,
		    strlen(term_from) == DATE_MAX && strcmp(n->date, term_from) >= 0 ? term_from
										     : before,
		    DATE_MAX);
}

/* What keys of numbers and of counters begin with. False: it belongs to no series that is known. */
static bool begin(struct key *out, char first, const struct numbered *n, text_t term_from,
		  bool party)
{
	uint32_t type;

	*out = (struct key){ .len_bytes = 0 };
	if (strlen(n->date) != DATE_MAX || !type_of(n, &type))
		return false;
	add(out, &first, 1);
	add_series(out, n, term_from, party);
	add_number(out, type, 4);
	return true;
}

static void end(struct key *out, const char *text)
{
	add(out, text, strlen(text) + 1);
}

/* The digits that a folded number begins with; what follows them. */
static const char *digits(const char *folded, uint64_t *number)
{
	const char *rest = folded;

	*number = 0;
	while (*rest >= '0' && *rest <= '9' && *number < UINT64_MAX / 20)
		*number = *number * 10 + (uint64_t)(*rest++ - '0');
	return rest;
}

bool series_key(const struct numbered *n, text_t term_from, struct key *out)
{
	char folded[FOLD_NUMBER_SIZE];
	const char *rest;
	uint64_t number;

	*out = (struct key){ .len_bytes = 0 };
	spelling_number(n->number, folded);
	rest = digits(folded, &number);
	if (folded[0] == '\0' || !begin(out, MEMBER, n, term_from, *rest == '-'))
		return false;
	add_number(out, number, 8);
	end(out, rest);
	return true;
}

bool series_of_term(const struct key *series, text_t term_from, struct key *out)
{
	*out = *series;
	if (series->len_bytes < 2 + DATE_MAX || series->bytes[1] != TERM)
		return false;
	memset(out->bytes + 2, 0, DATE_MAX);
	if (strlen(term_from) == DATE_MAX)
		memcpy(out->bytes + 2, term_from, DATE_MAX);
	return true;
}

bool series_counter(const struct numbered *n, bool party, text_t organisation, text_t term_from,
		    struct key *out)
{
	char folded[FOLD_NUMBER_SIZE];

	*out = (struct key){ .len_bytes = 0 };
	spelling_number(organisation, folded);
	if (folded[0] == '\0' || !begin(out, COUNTER, n, term_from, party))
		return false;
	end(out, folded);
	return true;
}

void series_make_secret(struct key *counter)
{
	counter->bytes[0] = SECRET;
}

/* First byte, series and type; 0: it has no such shape. */
static uint8_t head_bytes(const struct key *k)
{
	uint8_t len = k->bytes[1] == TERM ? 2 + DATE_MAX + 4 : 2 + 4 + 4;

	return k->len_bytes > len && (k->bytes[1] == TERM || k->bytes[1] == YEAR) ? len : 0;
}

bool series_members(const struct key *counter, struct key *prefix)
{
	*prefix = *counter;
	prefix->bytes[0] = MEMBER;
	prefix->len_bytes = head_bytes(counter);
	return counter->bytes[0] == COUNTER && prefix->len_bytes > 0;
}

bool series_is_of_year(const struct key *counter)
{
	return counter->len_bytes > 1 && counter->bytes[1] == YEAR;
}

bool series_begins(const struct key *counter, char year[5])
{
	memcpy(year, "", 1);
	if (head_bytes(counter) == 0 || counter->bytes[2] == 0)
		return false;
	memcpy(year, counter->bytes + 2, 4);
	year[4] = '\0';
	return true;
}

static void add_tail(struct key *k, enum role role, struct serial serial)
{
	add_number(k, (uint64_t)role, 1);
	add_number(k, serial.n, 8);
}

struct key series_member(const struct key *prefix, enum role role, struct serial serial)
{
	struct key k = *prefix;

	add_tail(&k, role, serial);
	return k;
}

static bool parse(const struct key *k, char first, enum role *role, struct serial *serial)
{
	const uint8_t *tail = k->bytes + k->len_bytes - TAIL_BYTES;

	if (k->len_bytes <= TAIL_BYTES || k->bytes[0] != first)
		return false;
	*role = (enum role)tail[0];
	serial->n = 0;
	for (unsigned i = 1; i < TAIL_BYTES; i++)
		serial->n = serial->n << 8 | tail[i];
	return *role == ROLE_OUT || *role == ROLE_PAPER;
}

bool series_parse(const struct key *k, enum role *role, struct serial *serial)
{
	return parse(k, MEMBER, role, serial);
}

struct key series_paper(enum direction direction, text_t number)
{
	static const char first = PAPER;
	char folded[FOLD_NUMBER_SIZE];
	struct key k = { .len_bytes = 0 };

	spelling_number(number, folded);
	add(&k, &first, 1);
	add_number(&k, (uint64_t)direction, 1);
	end(&k, folded);
	return k;
}

bool series_parse_paper(const struct key *k, struct serial *serial)
{
	enum role role;

	return parse(k, PAPER, &role, serial) && role == ROLE_PAPER;
}

bool series_received(const struct numbered *n, struct key *out)
{
	static const char first = RECEIVED;
	char folded[FOLD_NUMBER_SIZE], kind;
	uint64_t number;
	const char *rest;
	uint32_t type;

	*out = (struct key){ .len_bytes = 0 };
	spelling_number(n->number, folded);
	rest = digits(folded, &number);
	if (folded[0] == '\0' || strlen(n->date) != DATE_MAX || !type_of(n, &type))
		return false;
	kind = *rest == '-' ? TERM : YEAR;
	add(out, &first, 1);
	add(out, &kind, 1);
	if (kind == YEAR)
		add(out, n->date, 4);
	add_number(out, type, 4);
	add_number(out, number, 8);
	end(out, rest);
	return true;
}

struct key series_received_from(const struct key *prefix, enum role role, text_t issuer)
{
	struct key k = *prefix;

	add_number(&k, (uint64_t)role, 1);
	add_number(&k, issuer[0] == '\0' ? 0 : hash(2166136261u, issuer), 4);
	return k;
}

struct key series_received_one(const struct key *prefix, enum role role, text_t issuer,
			       struct serial serial)
{
	struct key k = series_received_from(prefix, role, issuer);

	add_number(&k, serial.n, 8);
	return k;
}

bool series_parse_received(const struct key *k, enum role *role, struct serial *serial)
{
	const uint8_t *tail = k->bytes + k->len_bytes - RECEIVED_TAIL_BYTES;

	if (k->len_bytes <= RECEIVED_TAIL_BYTES || k->bytes[0] != RECEIVED)
		return false;
	*role = (enum role)tail[0];
	serial->n = 0;
	for (unsigned i = 5; i < RECEIVED_TAIL_BYTES; i++)
		serial->n = serial->n << 8 | tail[i];
	return *role == ROLE_IN || *role == ROLE_PAPER;
}

struct key series_shared_all(void)
{
	static const char first = SHARED;
	struct key k = { .len_bytes = 0 };

	add(&k, &first, 1);
	return k;
}

struct key series_shared_from(struct month month)
{
	struct key k = series_shared_all();

	add_number(&k, month.n, 2);
	return k;
}

struct key series_shared(struct month month, enum role role, struct serial serial)
{
	struct key k = series_shared_from(month);

	add_tail(&k, role, serial);
	return k;
}

bool series_parse_shared(const struct key *k, struct month *month)
{
	if (k->len_bytes != 3 + TAIL_BYTES || k->bytes[0] != SHARED)
		return false;
	month->n = (uint16_t)(k->bytes[1] << 8 | k->bytes[2]);
	return true;
}

void series_symbol(text_t number, struct number_symbol *out)
{
	const char *at = number + strspn(number, " 0123456789");
	size_t len;

	*out = (struct number_symbol){ .party = *at == '-' };
	if (at == number || (*at != '-' && *at != '/'))
		return;
	at += 1 + strspn(at + 1, " ");
	len = strcspn(at, "/- ");
	if (len == 0 || len > NUMBER_MAX)
		return;
	memcpy(out->text, at, len);
}
