/* Keys: bytes whose order is the order of what they mean; see record.h. */
#include "routing/state/record.h"

#include <assert.h>
#include <string.h>

#include "routing/state/lookup.h"

const char *family_name(enum family f)
{
	static const char *const names[] = {
		[FAMILY_NONE] = "none",
		[FAMILY_META] = "meta",
		[FAMILY_IDENT] = "ident",
		[FAMILY_DOCUMENT] = "document",
		[FAMILY_STATE] = "state",
		[FAMILY_ENVELOPE] = "envelope",
		[FAMILY_RELAY] = "relay",
		[FAMILY_ROUTE] = "route",
		[FAMILY_RECEIPT] = "receipt",
		[FAMILY_STREAM] = "stream",
		[FAMILY_LINKIN] = "linkin",
		[FAMILY_LINKOUT] = "linkout",
		[FAMILY_FETCH] = "fetch",
		[FAMILY_FILE] = "file",
		[FAMILY_SWEEP] = "sweep",
		[FAMILY_COMMITTEE] = "committee",
		[FAMILY_SUBORDINATE] = "subordinate",
		[FAMILY_DIRECTORY] = "directory",
		[FAMILY_KEY] = "key",
		[FAMILY_ACT] = "act",
		[FAMILY_COUNTER] = "counter",
		[FAMILY_PAPER] = "paper",
		[FAMILY_NUMBER] = "number",
		[FAMILY_ASIDE] = "aside",
		[FAMILY_STAGED] = "staged",
		[FAMILY_CHANGED] = "changed",
		[FAMILY_WORK] = "work",
		[FAMILY_STATUS] = "status",
		[FAMILY_LINE] = "line",
		[FAMILY_SERIES] = "series",
		[FAMILY_OPEN] = "open",
		[FAMILY_TOLD] = "told",
		[FAMILY_EARLY] = "early",
		[FAMILY_DROPPED] = "dropped",
		[FAMILY_REPORT] = "report",
		[FAMILY_FIGURES] = "figures",
		[FAMILY_DECLARED] = "declared",
		[FAMILY_FEED] = "feed",
		[FAMILY_GONE] = "gone",
		[FAMILY_HISTORY] = "history",
		[FAMILY_ACCEPTED] = "accepted",
	};
	_Static_assert(sizeof names / sizeof names[0] == FAMILY_COUNT, "a family without a name");

	return (unsigned)f < FAMILY_COUNT ? names[f] : "none";
}

/* Its own row, two in CHANGED, one in SUBORDINATE; one for each tenure and each key. */
uint32_t committee_writes(const struct rec_committee *c)
{
	return 4 + c->place_count + c->key_count;
}

static void add(struct key *k, const void *bytes, size_t len_bytes)
{
	assert(k->len_bytes + len_bytes <= KEY_MAX_BYTES);
	memcpy(k->bytes + k->len_bytes, bytes, len_bytes);
	k->len_bytes = (uint8_t)(k->len_bytes + len_bytes);
}

static void add_byte(struct key *k, unsigned byte)
{
	uint8_t b = (uint8_t)byte;

	add(k, &b, 1);
}

static void add_u64(struct key *k, uint64_t n)
{
	uint8_t b[8];

	for (unsigned i = 0; i < 8; i++)
		b[i] = (uint8_t)(n >> (8 * (7 - i)));
	add(k, b, sizeof b);
}

static void add_id(struct key *k, struct committee_id id)
{
	add(k, id.text, strlen(id.text));
}

static uint64_t read_u64(const uint8_t *b)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < 8; i++)
		n = n << 8 | b[i];
	return n;
}

struct key key_name(const char *name)
{
	struct key k = { .len_bytes = 0 };

	add(&k, name, strlen(name));
	return k;
}

struct key key_ident(struct doc_id id, struct committee_id origin)
{
	struct key k = { .len_bytes = 0 };

	add(&k, id.bytes, sizeof id.bytes);
	add_id(&k, origin);
	return k;
}

struct key key_role(enum role role)
{
	struct key k = { .len_bytes = 0 };

	add_byte(&k, (unsigned)role);
	return k;
}

struct key key_serial(enum role role, struct serial serial)
{
	struct key k = key_role(role);

	add_u64(&k, serial.n);
	return k;
}

struct key key_receipt(enum role role, struct serial serial, struct committee_id recipient)
{
	struct key k = key_serial(role, serial);

	add_id(&k, recipient);
	return k;
}

struct key key_neighbour(struct committee_id neighbour)
{
	struct key k = { .len_bytes = 0 };

	add_id(&k, neighbour);
	add_byte(&k, 0);
	return k;
}

struct key key_link(struct committee_id neighbour, enum lane lane)
{
	struct key k = key_neighbour(neighbour);

	assert(lane > LANE_NONE && (unsigned)lane < LANE_COUNT);
	add_byte(&k, (unsigned)lane);
	return k;
}

struct key key_seq(struct committee_id neighbour, enum lane lane, uint64_t seq)
{
	struct key k = key_link(neighbour, lane);

	add_u64(&k, seq);
	return k;
}

struct key key_aside(struct committee_id neighbour, enum lane lane, uint64_t seq,
		     const struct digest *digest)
{
	struct key k = key_seq(neighbour, lane, seq);

	add(&k, digest->bytes, 8);
	return k;
}

struct key key_digest(struct digest d)
{
	struct key k = { .len_bytes = 0 };

	add(&k, d.bytes, sizeof d.bytes);
	return k;
}

struct key key_file(struct digest sha256, enum role role, struct serial serial)
{
	struct key k = key_digest(sha256), tail = key_serial(role, serial);

	add(&k, tail.bytes, tail.len_bytes);
	return k;
}

struct key key_sweep(int64_t due_ms, enum sweep kind, enum role role, struct serial serial)
{
	struct key k = { .len_bytes = 0 }, tail = key_serial(role, serial);

	assert(kind != SWEEP_NONE && (unsigned)kind <= UINT8_MAX);
	/* The sign bit flipped: two's complement sorts as it counts. */
	add_u64(&k, (uint64_t)due_ms ^ (1ULL << 63));
	add_byte(&k, (unsigned)kind);
	add(&k, tail.bytes, tail.len_bytes);
	return k;
}

struct key key_committee(struct committee_id id)
{
	struct key k = { .len_bytes = 0 };

	add_id(&k, id);
	return k;
}

struct key key_subordinate(struct committee_id superior, struct committee_id subordinate)
{
	struct key k = key_neighbour(superior);

	add_id(&k, subordinate);
	return k;
}

struct key key_number(uint64_t n)
{
	struct key k = { .len_bytes = 0 };

	add_u64(&k, n);
	return k;
}

struct key key_version(uint64_t version, struct committee_id id)
{
	struct key k = key_number(version);

	add_id(&k, id);
	return k;
}

static void add_cell(struct key *k, struct month month, enum direction direction)
{
	add_byte(k, month.n >> 8);
	add_byte(k, month.n & 0xffu);
	add_byte(k, (unsigned)direction);
}

struct key key_counter_month(struct month month, enum direction direction)
{
	struct key k = { .len_bytes = 0 };

	add_cell(&k, month, direction);
	return k;
}

struct key key_counter(const struct target_key *at)
{
	struct key k = key_counter_month(at->month, at->direction);

	add_u64(&k, at->since);
	for (unsigned i = 4; i-- > 0;)
		add_byte(&k, at->type >> (8 * i) & 255);
	return k;
}

struct serial paper_serial(struct month month, enum direction direction, uint32_t number)
{
	return (struct serial){ (uint64_t)month.n << 40 | (uint64_t)direction << 32 | number };
}

struct key key_paper(struct serial serial)
{
	return key_number(serial.n);
}

/* The first bytes of the serial, which is written as 8. */
struct key key_paper_cell(struct month month, enum direction direction)
{
	struct key k = key_number(paper_serial(month, direction, 0).n);

	k.len_bytes = 4;
	return k;
}

bool key_equal(const struct key *a, const struct key *b)
{
	return a->len_bytes == b->len_bytes && memcmp(a->bytes, b->bytes, a->len_bytes) == 0;
}

bool key_has_prefix(const struct key *k, const struct key *prefix)
{
	return k->len_bytes >= prefix->len_bytes &&
	       memcmp(k->bytes, prefix->bytes, prefix->len_bytes) == 0;
}

/* An id of exactly len bytes; its letters were checked when it was written. */
static bool read_id(const uint8_t *bytes, size_t len_bytes, struct committee_id *out)
{
	memset(out, 0, sizeof *out);
	if (len_bytes == 0 || len_bytes > COMMITTEE_ID_MAX || memchr(bytes, 0, len_bytes) != NULL)
		return false;
	memcpy(out->text, bytes, len_bytes);
	return true;
}

/* The id before the first NUL; *rest is what follows the NUL. */
static bool read_id0(const struct key *k, struct committee_id *out, size_t *rest)
{
	const uint8_t *nul = memchr(k->bytes, 0, k->len_bytes);

	if (nul == NULL)
		return false;
	*rest = (size_t)(nul - k->bytes) + 1;
	return read_id(k->bytes, *rest - 1, out);
}

bool key_parse_serial(const struct key *k, enum role *role, struct serial *serial)
{
	if (k->len_bytes != 9)
		return false;
	*role = (enum role)k->bytes[0];
	serial->n = read_u64(k->bytes + 1);
	return *role == ROLE_OUT || *role == ROLE_IN || *role == ROLE_RELAY;
}

bool key_parse_receipt(const struct key *k, enum role *role, struct serial *serial,
		       struct committee_id *recipient)
{
	struct key head = { .len_bytes = 9 };

	if (k->len_bytes <= 9)
		return false;
	memcpy(head.bytes, k->bytes, 9);
	return key_parse_serial(&head, role, serial) &&
	       read_id(k->bytes + 9, k->len_bytes - 9u, recipient);
}

bool key_parse_link(const struct key *k, struct committee_id *neighbour, enum lane *lane)
{
	size_t rest;

	if (!read_id0(k, neighbour, &rest) || k->len_bytes != rest + 1)
		return false;
	*lane = (enum lane)k->bytes[rest];
	return *lane > LANE_NONE && (unsigned)*lane < LANE_COUNT;
}

bool key_parse_seq(const struct key *k, struct committee_id *neighbour, enum lane *lane,
		   uint64_t *seq)
{
	struct key head = *k;

	if (k->len_bytes < 8)
		return false;
	head.len_bytes = (uint8_t)(k->len_bytes - 8);
	*seq = read_u64(k->bytes + head.len_bytes);
	return key_parse_link(&head, neighbour, lane);
}

bool key_parse_aside(const struct key *k, struct committee_id *neighbour, enum lane *lane,
		     uint64_t *seq)
{
	struct key head = *k;

	if (k->len_bytes < 8)
		return false;
	head.len_bytes = (uint8_t)(k->len_bytes - 8);
	return key_parse_seq(&head, neighbour, lane, seq);
}

enum { SWEEP_DUE_BYTES = 8, SERIAL_BYTES = 9 };

/* role ‖ serial, and nothing behind it */
static bool parse_tail(const struct key *k, size_t at, enum role *role, struct serial *serial)
{
	struct key tail = { .len_bytes = SERIAL_BYTES };

	if (k->len_bytes != at + SERIAL_BYTES)
		return false;
	memcpy(tail.bytes, k->bytes + at, SERIAL_BYTES);
	return key_parse_serial(&tail, role, serial);
}

bool key_parse_file(const struct key *k, struct digest *sha256, enum role *role,
		    struct serial *serial)
{
	if (!parse_tail(k, sizeof sha256->bytes, role, serial))
		return false;
	memcpy(sha256->bytes, k->bytes, sizeof sha256->bytes);
	return true;
}

static int64_t sweep_due(const struct key *k)
{
	return (int64_t)(read_u64(k->bytes) ^ (1ULL << 63));
}

bool key_parse_sweep(const struct key *k, int64_t *due_ms, enum sweep *kind, enum role *role,
		     struct serial *serial)
{
	if (!parse_tail(k, SWEEP_DUE_BYTES + 1, role, serial))
		return false;
	*due_ms = sweep_due(k);
	*kind = (enum sweep)k->bytes[SWEEP_DUE_BYTES];
	return *kind != SWEEP_NONE;
}

bool key_sweep_of_format_3(const struct key *old, struct key *out)
{
	struct serial serial;
	enum role role;

	if (!parse_tail(old, SWEEP_DUE_BYTES, &role, &serial) || role == ROLE_IN)
		return false;
	*out = key_sweep(sweep_due(old), role == ROLE_OUT ? SWEEP_EXPIRE : SWEEP_CONTENT, role,
			 serial);
	return true;
}

bool key_parse_version(const struct key *k, uint64_t *version, struct committee_id *id)
{
	if (k->len_bytes < 8)
		return false;
	*version = read_u64(k->bytes);
	return read_id(k->bytes + 8, k->len_bytes - 8u, id);
}

bool key_parse_subordinate(const struct key *k, struct committee_id *superior,
			   struct committee_id *subordinate)
{
	size_t rest;

	return read_id0(k, superior, &rest) &&
	       read_id(k->bytes + rest, k->len_bytes - rest, subordinate);
}

bool key_parse_number(const struct key *k, uint64_t *n)
{
	if (k->len_bytes != 8)
		return false;
	*n = read_u64(k->bytes);
	return true;
}

struct scan scan_of(struct key prefix)
{
	return (struct scan){ .prefix = prefix, .at = prefix, .open = true };
}

struct scan scan_from(struct key prefix, struct key after)
{
	return (struct scan){ .prefix = prefix, .at = after };
}

static bool is_direction(unsigned n)
{
	return n == DIRECTION_IN || n == DIRECTION_OUT;
}

bool key_parse_counter(const struct key *k, struct target_key *out)
{
	const uint8_t *type = k->bytes + 3 + 8;

	if (k->len_bytes != 3 + 8 + 4 || !is_direction(k->bytes[2]))
		return false;
	*out = (struct target_key){
		.month = { (uint16_t)(k->bytes[0] << 8 | k->bytes[1]) },
		.direction = (enum direction)k->bytes[2],
		.since = read_u64(k->bytes + 3),
		.type = (uint32_t)type[0] << 24 | (uint32_t)type[1] << 16 |
			(uint32_t)type[2] << 8 | type[3],
	};
	return true;
}

bool key_parse_paper(const struct key *k, struct serial *serial)
{
	return key_parse_number(k, &serial->n) && is_direction((unsigned)(serial->n >> 32 & 0xff));
}

/* ---- the records office ---- */

static void add_number(struct key *k, uint32_t n, unsigned bytes)
{
	for (unsigned i = bytes; i-- > 0;)
		add_byte(k, n >> (8 * i) & 255);
}

static uint32_t read_number(const uint8_t *b, unsigned bytes)
{
	uint32_t n = 0;

	for (unsigned i = 0; i < bytes; i++)
		n = n << 8 | b[i];
	return n;
}

struct key key_statuses(enum role role, struct serial serial, struct committee_id office)
{
	struct key k = key_receipt(role, serial, office);

	add_byte(&k, 0);
	return k;
}

struct key key_status(enum role role, struct serial serial, struct committee_id office,
		      uint32_t number)
{
	struct key k = key_statuses(role, serial, office);

	add_number(&k, number, 4);
	return k;
}

bool key_parse_status(const struct key *k, enum role *role, struct serial *serial,
		      struct committee_id *office, uint32_t *number)
{
	struct key head = *k;

	if (k->len_bytes < 5 || k->bytes[k->len_bytes - 5] != 0)
		return false;
	head.len_bytes = (uint8_t)(k->len_bytes - 5);
	*number = read_number(k->bytes + k->len_bytes - 4, 4);
	return key_parse_receipt(&head, role, serial, office);
}

enum { BOOK_KEY_BYTES = 3, LINE_ALL_BYTES = BOOK_KEY_BYTES + 4, LINE_BYTES = LINE_ALL_BYTES + 2 };

struct key key_book(enum book book)
{
	struct key k = { .len_bytes = 0 };

	add_byte(&k, (unsigned)book);
	return k;
}

struct key key_book_year(enum book book, uint16_t year)
{
	struct key k = { .len_bytes = 0 };

	assert(book > BOOK_NONE && book < BOOK_COUNT);
	add_byte(&k, (unsigned)book);
	add_number(&k, year, 2);
	return k;
}

struct key key_line_all(struct line_key line)
{
	struct key k = key_book_year(line.book, line.year);

	add_number(&k, line.number, 4);
	return k;
}

struct key key_line(struct line_key line)
{
	struct key k = key_line_all(line);

	add_number(&k, line.addition, 2);
	return k;
}

bool key_parse_line(const struct key *k, struct line_key *line)
{
	if (k->len_bytes != LINE_BYTES || k->bytes[0] == BOOK_NONE || k->bytes[0] >= BOOK_COUNT)
		return false;
	line->book = (enum book)k->bytes[0];
	line->year = (uint16_t)read_number(k->bytes + 1, 2);
	line->number = read_number(k->bytes + BOOK_KEY_BYTES, 4);
	line->addition = (uint16_t)read_number(k->bytes + LINE_ALL_BYTES, 2);
	return line->number != 0;
}

/* ---- reports ---- */

struct key key_figures(struct committee_id committee, struct month month)
{
	struct key k = key_neighbour(committee);

	if (month.n != 0)
		add_number(&k, month.n, 2);
	return k;
}

bool key_accepted(enum family family, const struct key *key, struct key *out)
{
	*out = (struct key){ .len_bytes = 0 };
	if (key->len_bytes >= KEY_MAX_BYTES)
		return false;
	add_byte(out, (unsigned)family);
	add(out, key->bytes, key->len_bytes);
	return true;
}

bool key_parse_accepted(const struct key *k, enum family *family, struct key *key)
{
	*key = (struct key){ .len_bytes = 0 };
	if (k->len_bytes == 0 || k->bytes[0] == FAMILY_NONE || k->bytes[0] >= FAMILY_COUNT)
		return false;
	*family = (enum family)k->bytes[0];
	add(key, k->bytes + 1, k->len_bytes - 1u);
	return true;
}

bool key_parse_committee(const struct key *k, struct committee_id *committee)
{
	return read_id(k->bytes, k->len_bytes, committee);
}

bool key_parse_ident(const struct key *k, struct doc_id *id, struct committee_id *origin)
{
	if (k->len_bytes < sizeof id->bytes)
		return false;
	memcpy(id->bytes, k->bytes, sizeof id->bytes);
	return read_id(k->bytes + sizeof id->bytes, k->len_bytes - sizeof id->bytes, origin);
}

bool key_parse_figures(const struct key *k, struct committee_id *committee, struct month *month)
{
	size_t rest;

	if (!read_id0(k, committee, &rest) || k->len_bytes != rest + 2)
		return false;
	month->n = (uint16_t)read_number(k->bytes + rest, 2);
	return true;
}

struct key key_declared_all(text_t name)
{
	struct key k = key_name(name);

	add_byte(&k, 0);
	return k;
}

struct key key_declared(text_t name, uint64_t n)
{
	struct key k = key_declared_all(name);

	add_u64(&k, n);
	return k;
}

bool key_parse_declared(const struct key *k, uint64_t *n)
{
	if (k->len_bytes < 1 + 1 + 8)
		return false;
	*n = read_u64(k->bytes + k->len_bytes - 8);
	return true;
}
