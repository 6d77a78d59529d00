/* See outgoing.h. */
#include "tools/spool/outgoing.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/base/i18n.h"
#include "tools/base/file_name.h"
#include "tools/base/text.h"
#include "tools/client/client.h"
#include "tools/spool/result.h"
#include "tools/spool/send.h"

enum {
	TURN_MAX = 64,		    /* orders sent in one turn: in/ gets its turn too */
	PATIENCE = 3,		    /* looks after which is said which file is missing */
	DOWN_MAX_MS = 60 * 1000,    /* at most so long nobody is asked whether anybody answers */
	DOUBLINGS_MAX = 10
};
/* So long it is remembered that an order whose file went away was perhaps sent. */
static const int64_t orphan_ms = 24LL * 3600 * 1000;

/* One order in hand. */
struct hand {
	struct spool_sight *sight;
	bool edxml, ready;
	int64_t now_ms;
	struct blob text; /* of the order, owned */
	struct spool_order order;
	struct spool_inputs inputs;
	struct spool_fault fault;
	char key[DIGEST_HEX_SIZE];
};

enum next { NEXT_DONE, NEXT_WAIT, NEXT_LATER, NEXT_DOWN };

static void let_go(struct hand *h)
{
	spool_inputs_free(&h->inputs);
	spool_order_free(&h->order);
	free((void *)(uintptr_t)h->text.data);
}

static bool has_ready(const struct spool_place *p, const char *file)
{
	char word[NAME_MAX_BYTES + 16];

	snprintf(word, sizeof word, "%.*s.ready", (int)(strrchr(file, '.') - file), file);
	return spool_disk_has(p->out, word);
}

/* ---- entries of the journal ---- */

static json_t *entry_new(const struct hand *h, const char *id)
{
	char today[11];

	text_today(today);
	return json_pack("{s:i, s:s, s:s, s:s, s:s, s:I, s:i, s:o}", "v", 1, "file",
			 h->sight->file, "key", h->key, "id", id, "date", today, "at",
			 (json_int_t)text_now_ms(), "stage", STAGE_BEGUN, "inputs",
			 spool_inputs_stamps(&h->inputs));
}

/* `said` becomes the entry's: the data or the error. */
static enum err end_entry(const struct spool_place *p, json_t *entry, bool accepted, json_t *said)
{
	char name[NAME_MAX_BYTES + 1];
	json_t *result;

	spool_result_name(spool_journal_text(entry, "file"), name);
	result = json_pack("{s:i, s:s, s:o}", "v", 1, "name", name, accepted ? "data" : "error",
			   said);
	if (result == NULL)
		return ERR_NO_MEMORY;
	json_object_set_new(entry, "verdict", json_string(accepted ? "accepted" : "refused"));
	json_object_set_new(entry, "stage", json_integer(STAGE_ENDED));
	json_object_set_new(entry, "result", result);
	return spool_journal_put(p, entry);
}

static enum next finish(const struct spool_place *p, struct spool_sight *sight, json_t *entry)
{
	if (spool_result_finish(p, entry) == ERR_OK)
		return NEXT_DONE;
	spool_place_log(p, ERR_FILE, spool_journal_text(entry, "file"));
	if (sight != NULL)
		sight->told = 0;
	return NEXT_LATER;
}

/* ---- one order ---- */

static enum next wait_for(const struct spool_place *p, struct spool_sight *s, json_t *error,
			  enum next next)
{
	json_t *wrapped = json_pack("{s:O}", "error", error);
	unsigned code = spool_place_code(wrapped);

	/* Once for each reason: who looks must not find it written anew every few seconds. Not that
	 * we are to end. */
	if (s->told != code && code != ERR_CANCELLED &&
	    spool_result_wait(p, s->file, error) == ERR_OK)
		s->told = code;
	json_decref(wrapped);
	return next;
}

static enum next wait_fault(const struct spool_place *p, struct hand *h, enum next next)
{
	json_t *error = spool_fault_json(&h->fault);

	if (error != NULL)
		next = wait_for(p, h->sight, error, next);
	json_decref(error);
	return next;
}

/* Of an order that could not be read there is no key yet: its bytes are one. */
static enum err key_of_order(struct hand *h)
{
	struct digest_stream *s = digest_begin();
	struct digest d;

	if (s == NULL)
		return ERR_NO_MEMORY;
	digest_add(s, (struct blob){ (const uint8_t *)h->sight->file, strlen(h->sight->file) + 1 });
	digest_add(s, h->text);
	d = digest_end(s);
	digest_to_hex(&d, h->key);
	return ERR_OK;
}

/* The order itself is wrong: nobody need be asked. */
static enum next refuse(const struct spool_place *p, struct hand *h)
{
	json_t *entry, *error = spool_fault_json(&h->fault);
	enum next next = NEXT_LATER;

	if (h->inputs.count == 0 &&
	    spool_inputs_of(h->sight->file, NULL, 0, &h->inputs) == ERR_OK) {
		struct spool_fault unread;
		struct digest stamp;

		if (spool_inputs_look(p, &h->inputs, &stamp, &unread) != ERR_OK)
			spool_inputs_free(&h->inputs);
	}
	if (h->key[0] == '\0' && key_of_order(h) != ERR_OK) {
		json_decref(error);
		return NEXT_LATER;
	}
	entry = entry_new(h, "");
	if (entry != NULL && error != NULL && end_entry(p, entry, false, error) == ERR_OK)
		next = finish(p, h->sight, entry);
	json_decref(entry);
	return next;
}

/* The name, the order and what it names. ERR_OK: h->inputs can be looked at. */
static enum err read_order(const struct spool_place *p, struct hand *h)
{
	const char *file = h->sight->file;
	char name[NAME_MAX_BYTES + 1];
	size_t plain = (size_t)(strrchr(file, '.') - file);
	enum err e = ERR_OK;

	spool_result_name(file, name);
	if (strlen(name) != plain || memcmp(name, file, plain) != 0) {
		spool_fault_set(&h->fault, ERR_SPOOL_NAME, file, SAID_NOTHING, "");
		return ERR_SPOOL_NAME;
	}
	if (!h->edxml) {
		e = spool_disk_read(p->out, file, ORDER_MAX_BYTES, &h->text);
		if (e == ERR_TOO_LARGE)
			spool_fault_set(&h->fault, e, file, SAID_ORDER_LARGE, file);
		else if (e != ERR_OK && (errno == ELOOP || errno == EINVAL))
			spool_fault_set(&h->fault, ERR_SPOOL_PATH, file, SAID_NO_FILE, file);
		else if (e != ERR_OK)
			h->fault.err = e;
		if (e == ERR_OK)
			e = spool_order_read(h->text, &h->order, &h->fault);
		else
			e = h->fault.err;
	}
	return e == ERR_OK ? spool_inputs_of(file, h->order.files, h->order.file_count,
					     &h->inputs)
			   : e;
}

/* What the copy says is what was read. */
static enum err same_order(const struct spool_place *p, const struct hand *h)
{
	struct digest read;

	(void)p;
	if (h->edxml)
		return ERR_OK;
	read = digest_of(h->text);
	return digest_equal(&read, &h->inputs.list[0].digest) ? ERR_OK : ERR_CHANGED_FILE;
}

/* Under which id it goes: made of the committee, the order's name and all that is in it, so that it
 * is the same when what is kept here is lost or set back, and for another gateway: the daemon takes
 * an id once. An id of the order's own comes first; of edXML the command makes one of the file. */
static void choose_id(const struct spool_place *p, const struct hand *h, char id[UUID_TEXT_SIZE])
{
	char scope[COMMITTEE_ID_MAX + 16];
	struct doc_id made;

	id[0] = '\0';
	if (h->edxml) {
		spool_send_edxml_id(p, &h->inputs, id);
		return;
	}
	if (h->order.id != NULL && uuid_parse(h->order.id, &made) != ERR_OK)
		return; /* the command says what is wrong with it */
	/* No token's name, which is the scope of other keys, has a "/". */
	snprintf(scope, sizeof scope, "spool/%s", p->parts->config->committee.text);
	if (h->order.id == NULL)
		uuid_of_key(scope, h->key, &made);
	uuid_print(made.bytes, id);
}

/* Entries of earlier versions have an id that was drawn, and go on with it; or none where the order
 * or the command had one. */
static json_t *open_entry(const struct spool_place *p, const struct hand *h, bool *again)
{
	json_t *entry = spool_journal_open(p, h->key);
	char id[UUID_TEXT_SIZE];

	*again = entry != NULL;
	if (entry == NULL) {
		choose_id(p, h, id);
		return entry_new(h, id);
	}
	if (spool_journal_text(entry, "id")[0] == '\0') {
		choose_id(p, h, id);
		json_object_set_new(entry, "id", json_string(id));
	}
	/* Where they lie now, when they were put there once more. */
	json_object_set_new(entry, "inputs", spool_inputs_stamps(&h->inputs));
	return entry;
}

/* The same again: its first answer, and that it is one. */
static enum next repeat(const struct spool_place *p, struct hand *h, json_t *known)
{
	json_t *data = json_deep_copy(
	    json_object_get(json_object_get(known, "result"), "data"));
	json_t *entry = entry_new(h, spool_journal_text(known, "id"));
	enum next next = NEXT_LATER;

	json_object_set_new(data, "repetition", json_true());
	spool_fault_warn(data, ERR_SPOOL_AGAIN);
	if (entry != NULL && data != NULL) {
		json_object_set(entry, "at", json_object_get(known, "at"));
		if (end_entry(p, entry, true, data) == ERR_OK)
			next = finish(p, h->sight, entry);
	}
	json_decref(entry);
	return next;
}

static enum next send_it(const struct spool_place *p, struct hand *h)
{
	json_t *said = NULL, *entry;
	bool again;
	struct spool_sending sending = { .file = h->sight->file,
					 .order = h->edxml ? NULL : &h->order,
					 .inputs = &h->inputs };
	enum spool_verdict verdict;
	enum next next = NEXT_LATER;

	entry = open_entry(p, h, &again);
	if (entry == NULL || spool_journal_put(p, entry) != ERR_OK) {
		json_decref(entry);
		h->fault = (struct spool_fault){ .err = ERR_FILE };
		return wait_fault(p, h, NEXT_LATER);
	}
	sending.id = spool_journal_text(entry, "id");
	sending.date = spool_journal_text(entry, "date");
	sending.again = again;
	verdict = spool_send(p, &sending, &said);
	if (said == NULL) {
		json_decref(entry);
		return NEXT_LATER;
	}
	if (verdict == VERDICT_ACCEPTED) {
		json_object_set_new(said, "files", spool_inputs_files(&h->inputs));
		/* Not of an attempt that is known here. */
		if (!again && json_is_true(json_object_get(said, "repeated")))
			spool_fault_warn(said, ERR_SPOOL_AGAIN);
	}
	if (verdict == VERDICT_ACCEPTED || verdict == VERDICT_REFUSED) {
		if (end_entry(p, entry, verdict == VERDICT_ACCEPTED, said) == ERR_OK)
			next = finish(p, h->sight, entry);
	} else {
		next = wait_for(p, h->sight, said,
				verdict == VERDICT_DOWN ? NEXT_DOWN : NEXT_LATER);
		json_decref(said);
	}
	json_decref(entry);
	return next;
}

/* What is there is complete: it is copied, and judged by the copy. */
static enum next take_whole(const struct spool_place *p, struct hand *h)
{
	json_t *known;
	enum next next;
	enum err e = spool_inputs_copy(p, &h->inputs, &h->fault);

	if (e == ERR_OK)
		e = same_order(p, h);
	if (e == ERR_CHANGED_FILE) {
		h->sight->same = 0;
		return NEXT_WAIT;
	}
	if (e == ERR_OK)
		e = spool_inputs_key(&h->inputs, h->key);
	if (e != ERR_OK)
		return wait_fault(p, h, NEXT_LATER);
	known = spool_journal_known(p, h->key);
	if (known == NULL)
		return send_it(p, h);
	next = repeat(p, h, known);
	json_decref(known);
	return next;
}

/* Faults that the writer has to mend; of a file that is missing only when it says that all is
 * there. */
static bool is_refusal(enum err e, bool ready)
{
	switch (e) {
	case ERR_SPOOL_ORDER:
	case ERR_SPOOL_KEY:
	case ERR_SPOOL_PATH:
	case ERR_SPOOL_NAME:
	case ERR_TOO_LARGE:
	case ERR_TOO_MANY_ATTACHMENTS:
		return true;
	case ERR_SPOOL_MISSING:
		return ready;
	default:
		return false;
	}
}

static bool is_same(const struct spool_place *p, struct hand *h, const struct digest *stamp)
{
	return spool_sights_same(h->sight, stamp, h->now_ms,
				 p->parts->config->gateway_spool_poll_ms);
}

/* An order that cannot be read may be one that is being written: it must stay as it is. */
static bool settled(const struct spool_place *p, struct hand *h)
{
	struct spool_inputs alone = { .count = 0 };
	struct spool_fault unread;
	struct digest stamp = { { 0 } };
	enum err e = spool_inputs_of(h->sight->file, NULL, 0, &alone);

	if (e == ERR_OK)
		e = spool_inputs_look(p, &alone, &stamp, &unread);
	spool_inputs_free(&alone);
	if (e == ERR_NO_MEMORY || e == ERR_FILE)
		return false;
	return is_same(p, h, &stamp) || h->ready;
}

static enum next take(const struct spool_place *p, struct spool_sight *sight, int64_t now_ms)
{
	struct hand h = { .sight = sight,
			  .now_ms = now_ms,
			  .edxml = spool_order_ends(sight->file, ".edxml"),
			  .ready = has_ready(p, sight->file) };
	struct digest stamp;
	enum next next = NEXT_WAIT;
	enum err e = read_order(p, &h);

	if (e == ERR_OK)
		e = spool_inputs_look(p, &h.inputs, &stamp, &h.fault);
	if (e == ERR_OK) {
		if (is_same(p, &h, &stamp) || h.ready)
			next = take_whole(p, &h);
		if (next != NEXT_WAIT)
			spool_inputs_clear(p, &h.inputs);
	} else if (is_refusal(e, h.ready)) {
		if (settled(p, &h))
			next = refuse(p, &h);
	} else if (e == ERR_SPOOL_MISSING) {
		if (settled(p, &h) && sight->same > PATIENCE)
			next = wait_fault(p, &h, NEXT_WAIT);
	} else if (spool_disk_has(p->out, sight->file)) {
		next = wait_fault(p, &h, NEXT_LATER);
	}
	let_go(&h);
	return next;
}

/* ---- what is open since before ---- */

/* Its files are not where they were, or are others: what became of it? */
static enum err settle_orphan(const struct spool_place *p, json_t *entry, int64_t now_ms)
{
	const char *id = spool_journal_text(entry, "id");
	bool edxml = spool_order_ends(spool_journal_text(entry, "file"), ".edxml");
	const json_t *inputs = edxml ? NULL : json_object_get(entry, "inputs");
	json_t *said = NULL;
	enum spool_verdict verdict =
	    id[0] == '\0' ? VERDICT_REFUSED : spool_send_ask(p, id, inputs, &said);

	if (verdict == VERDICT_ACCEPTED && said != NULL) {
		if (spool_disk_has(p->out, spool_journal_text(entry, "file")))
			json_object_set_new(entry, "silent", json_true());
		if (end_entry(p, entry, true, said) != ERR_OK ||
		    spool_result_finish(p, entry) != ERR_OK)
			return ERR_FILE;
		return ERR_OK;
	}
	json_decref(said);
	/* A command that was asked by a process that is gone may still be at work. */
	if (verdict == VERDICT_REFUSED &&
	    json_integer_value(json_object_get(entry, "at")) + orphan_ms < now_ms)
		return spool_journal_close(p, entry);
	return ERR_OK;
}

static bool is_where_it_was(const struct spool_place *p, const json_t *entry)
{
	const json_t *first = json_array_get(json_object_get(entry, "inputs"), 0);
	uint64_t size_bytes;
	int64_t modified_ns;
	int fd;

	if (spool_disk_open(p->out, spool_journal_text(entry, "file"), &fd, &size_bytes,
			    &modified_ns) != ERR_OK)
		return false;
	close(fd);
	return json_integer_value(json_object_get(first, "size")) == (json_int_t)size_bytes &&
	       json_integer_value(json_object_get(first, "modified")) == (json_int_t)modified_ns;
}

static enum err take_open(void *ctx, struct spool_place *p, json_t *entry)
{
	bool orphans = *(bool *)ctx;
	enum err e = ERR_OK;

	if (json_integer_value(json_object_get(entry, "stage")) != STAGE_BEGUN)
		e = spool_result_finish(p, entry);
	else if (orphans && !is_where_it_was(p, entry))
		e = settle_orphan(p, entry, text_now_ms());
	if (e != ERR_OK)
		spool_place_log(p, e, spool_journal_text(entry, "file"));
	return ERR_OK;
}

/* ---- the turn ---- */

/* Nobody answered: is anybody asked again yet, and does anybody answer? */
static bool may_ask(const struct spool_place *p, struct spool_outgoing *o, int64_t now_ms)
{
	if (o->down == 0)
		return true;
	return now_ms >= o->not_before_ms && spool_send_answers(p);
}

static void nobody_answers(const struct spool_place *p, struct spool_outgoing *o, int64_t now_ms)
{
	int64_t wait_ms = p->parts->config->gateway_spool_poll_ms;

	for (unsigned i = 0; i < o->down && i < DOUBLINGS_MAX; i++)
		wait_ms *= 2;
	o->down++;
	o->not_before_ms = now_ms + (wait_ms < DOWN_MAX_MS ? wait_ms : DOWN_MAX_MS);
}

bool spool_outgoing_turn(struct spool_place *p, struct spool_outgoing *o, int64_t now_ms)
{
	enum { ORPHANS_EVERY = 16, SWEEP_EVERY = 16 };
	bool orphans = o->turns % ORPHANS_EVERY == 0 && o->down == 0;
	int64_t poll_ms = p->parts->config->gateway_spool_poll_ms;
	unsigned sent = 0;

	if (spool_journal_each(p, take_open, &orphans) != ERR_OK ||
	    spool_sights_look(p, &o->sights) != ERR_OK) {
		spool_place_log(p, ERR_FILE, p->parts->config->gateway_spool);
		return false;
	}
	if (o->turns % SWEEP_EVERY == 0)
		spool_journal_sweep(p, o->turns / SWEEP_EVERY, text_now_ms());
	o->turns++;
	if (o->sights.count == 0 || !may_ask(p, o, now_ms)) {
		if (o->sights.count > 0 && now_ms >= o->not_before_ms)
			nobody_answers(p, o, now_ms);
		return false;
	}
	for (unsigned i = 0; i < o->sights.count && sent < TURN_MAX; i++) {
		struct spool_sight *s = &o->sights.list[i];
		enum next next = now_ms < s->next_ms ? NEXT_WAIT : take(p, s, now_ms);

		if (next == NEXT_DONE) {
			sent++;
			o->down = 0;
		} else if (next == NEXT_LATER) {
			spool_sights_later(s, poll_ms, now_ms);
			return false;
		} else if (next == NEXT_DOWN) {
			nobody_answers(p, o, now_ms);
			return false;
		}
	}
	return sent == TURN_MAX;
}

void spool_outgoing_free(struct spool_outgoing *o)
{
	spool_sights_free(&o->sights);
}
