/* See fixture.h. Keys are made in each run, so no test may depend on their bytes. */
#include "tests/unit/support/fixture.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/links/publish_opener.h"
#include "daemon/store/memory.h"
#include "proto/body.h"
#include "proto/certificate.h"
#include "proto/digest.h"
#include "proto/merkle.h"
#include "proto/seal.h"
#include "proto/signer_pem.h"
#include "proto/verifier.h"
#include "proto/wire_encode.h"
#include "routing/base/committee_id.h"
#include "routing/state/stream.h"
#include "tests/unit/support/sweep.h"

static const struct { const char *id, *superior, *endpoint;
} tree[FIXTURE_COMMITTEES] = {
	{ "huyen-a", "tinh", "tcp://127.0.0.1:7101" },
	{ "huyen-b", "tinh", "tcp://127.0.0.1:7102" },
	{ "tinh", "", "tcp://127.0.0.1:7100" },
	{ "xa-a1", "huyen-a", "" },
	{ "xa-a2", "huyen-a", "" },
	{ "xa-b1", "huyen-b", "" },
	{ "xa-cu", "huyen-b", "" },
};

struct committee_id fixture_id(const char *text)
{
	struct committee_id id = { "" };

	if (text[0] != '\0') assert_ok(id_parse(text, strlen(text), &id));
	return id;
}

unsigned fixture_index(const struct fixture *f, const char *committee)
{
	(void)f;
	for (unsigned i = 0; i < FIXTURE_COMMITTEES; i++) {
		if (strcmp(tree[i].id, committee) == 0)
			return i;
	}
	fail_msg("no committee %s", committee);
	return 0;
}

struct signer *fixture_signer(const struct fixture *f, const char *committee)
{
	return f->signers[fixture_index(f, committee)];
}

static enum err find_key(void *ctx, const struct digest *key_id, struct key_info *out)
{
	struct fixture *f = ctx;

	for (unsigned i = 0; i < FIXTURE_COMMITTEES; i++) {
		struct digest id = signer_key_id(f->signers[i]);

		if (digest_equal(&id, key_id)) {
			*out = f->keys[i];
			return ERR_OK;
		}
	}
	return ERR_NOT_FOUND;
}

struct key_source fixture_keys(struct fixture *f)
{
	return (struct key_source){ .ctx = f, .find = find_key };
}

void fixture_repack(struct fixture *f, unsigned index)
{
	assert_ok(directory_entry_pack(f->arena, &f->entries[index], &f->entries[index].entry));
}

static void make_committee(struct fixture *f, unsigned i)
{
	struct key_entry *key = arena_alloc(f->arena, sizeof *key);
	struct rec_committee *c = &f->entries[i];
	struct blob pem;

	assert_non_null(key);
	assert_ok(signer_pem_generate(f->arena, &pem));
	assert_ok(signer_pem_open(pem, &f->signers[i]));
	key->use = KEY_USE_SIGN;
	key->key_id = signer_key_id(f->signers[i]);
	signer_public_key(f->signers[i], key->public_key);
	key->from_ms = FIXTURE_NOW_MS - 1000000;
	assert_ok(certificate_issue(f->arena, f->root_pem, f->root_der,
				    &(struct certificate_subject){ tree[i].id, "Đảng ủy",
								   key->public_key, key->from_ms,
								   FIXTURE_NOW_MS + 1000000000 },
				    &key->certificate));
	*c = (struct rec_committee){ .id = fixture_id(tree[i].id),
				     .superior = fixture_id(tree[i].superior),
				     .name = "Đảng ủy xã",
				     .symbol = "ĐU",
				     .endpoint = tree[i].endpoint,
				     .term_name = "2025-2030",
				     .term_from = "2025-07-01",
				     .keys = key,
				     .key_count = 1,
				     .changed_in = 1,
				     .retired = strcmp(tree[i].id, "xa-cu") == 0 };
	fixture_repack(f, i);
	f->keys[i] =
	    (struct key_info){ .committee = c->id, .use = KEY_USE_SIGN, .from_ms = key->from_ms };
	memcpy(f->keys[i].public_key, key->public_key, sizeof key->public_key);
}

struct fixture *fixture_new(void)
{
	struct fixture *f = calloc(1, sizeof *f);

	assert_non_null(f);
	f->arena = arena_new(256 << 20);
	assert_non_null(f->arena);
	assert_ok(signer_pem_generate(f->arena, &f->root_pem));
	assert_ok(signer_pem_open(f->root_pem, &f->registry));
	assert_ok(certificate_root(f->arena, f->root_pem, "Văn phòng", FIXTURE_NOW_MS - 1000000,
				   FIXTURE_NOW_MS + 1000000000, &f->root_der));
	for (unsigned i = 0; i < FIXTURE_COMMITTEES; i++)
		make_committee(f, i);
	f->verifier = verifier_new(fixture_keys(f));
	assert_non_null(f->verifier);
	return f;
}

void fixture_free(struct fixture *f)
{
	verifier_destroy(f->verifier);
	signer_destroy(f->registry);
	for (unsigned i = 0; i < FIXTURE_COMMITTEES; i++)
		signer_destroy(f->signers[i]);
	arena_destroy(f->arena);
	free(f);
}

struct directory fixture_directory(struct fixture *f, uint64_t version)
{
	struct directory d = { .entries = f->entries, .entry_count = FIXTURE_COMMITTEES };

	assert_ok(directory_sign(
		f->registry, f->arena, f->entries, FIXTURE_COMMITTEES,
		&(struct directory_issue){ .version = version,
					   .now_ms = FIXTURE_NOW_MS,
					   .valid_until_ms = FIXTURE_NOW_MS + 1000000000,
					   .competence = f->competence,
					   .lists = f->lists },
		&d.head));
	return d;
}

/* ---- envelopes ---- */

struct doc_id fixture_doc_id(unsigned n)
{
	struct doc_id id = {{ 0x01, 0x97, 0, 0, 0, 0, 0x70, 0, 0x80 }};

	id.bytes[14] = (uint8_t)(n >> 8);
	id.bytes[15] = (uint8_t)n;
	return id;
}

struct blob fixture_blob(const char *text)
{
	return (struct blob){ (const uint8_t *)text, strlen(text) };
}

struct digest fixture_digest(const char *text)
{
	return digest_of(fixture_blob(text));
}

struct manifest_item fixture_inline_item(void)
{
	struct blob content = fixture_blob("content");

	return (struct manifest_item){ .size_bytes = content.len_bytes,
				       .sha256 = digest_of(content),
				       .chunk_root = merkle_leaf(content),
				       .inlined = true };
}

struct manifest_item fixture_file_item(uint64_t size_bytes)
{
	return (struct manifest_item){ .size_bytes = size_bytes,
				       .sha256 = fixture_digest("a file"),
				       .chunk_root = fixture_digest("its root") };
}

static const struct recipient *make_recipients(struct fixture *f, const char *const *names,
					       uint32_t *count)
{
	struct recipient *list;

	for (*count = 0; names[*count] != NULL; (*count)++)
		;
	list = arena_array(f->arena, *count, sizeof *list);
	assert_non_null(list);
	for (uint32_t i = 0; i < *count; i++) {
		if (strcmp(names[i], "**") == 0)
			list[i].group = GROUP_SUBTREE;
		else if (strcmp(names[i], "*") == 0)
			list[i].group = GROUP_SUBORDINATES;
		else
			list[i].committee = fixture_id(names[i]);
	}
	return list;
}

struct draft fixture_document(struct fixture *f, const char *origin, unsigned id,
			      const char *const *recipients)
{
	struct part part = { .name = "vb.pdf",
			     .media_type = "application/pdf",
			     .content = fixture_blob("content") };
	struct document_body body = { .number = "31-KH/ĐU",
				      .type_code = "KH",
				      .subject = "Kế hoạch",
				      .business = 1,
				      .parts = &part,
				      .part_count = 1 };
	struct manifest_item *item = arena_alloc(f->arena, sizeof *item);
	struct draft d = { .head = { .id = fixture_doc_id(id),
				     .origin = fixture_id(origin),
				     .kind = KIND_DOCUMENT,
				     .body_version = DOCUMENT_BODY_VERSION,
				     .urgency = URGENCY_THUONG,
				     .secrecy = SECRECY_THUONG,
				     .signed_at_ms = FIXTURE_NOW_MS,
				     .directory_version = 1,
				     .hop_limit = HOP_LIMIT } };

	assert_non_null(item);
	*item = fixture_inline_item();
	d.head.manifest = item;
	d.head.manifest_count = 1;
	d.head.recipients = make_recipients(f, recipients, &d.head.recipient_count);
	assert_ok(document_body_pack(f->arena, &body, &d.body));
	return d;
}

struct draft fixture_fact(struct fixture *f, const char *signer, const char *to, unsigned id,
			  const struct fact *fact)
{
	const char *const recipients[] = { to, NULL };
	struct draft d = { .fact = *fact,
			   .head = { .id = fixture_doc_id(id),
				     .origin = fixture_id(signer),
				     .kind = fact->kind,
				     .body_version = FACT_BODY_VERSION,
				     .urgency = URGENCY_THUONG,
				     .secrecy = SECRECY_THUONG,
				     .signed_at_ms = FIXTURE_NOW_MS,
				     .directory_version = 1,
				     .hop_limit = HOP_LIMIT } };

	if (d.fact.note == NULL)
		d.fact.note = "";
	d.head.recipients = make_recipients(f, recipients, &d.head.recipient_count);
	fixture_seal(f, signer, &d);
	return d;
}

void fixture_seal(struct fixture *f, const char *signer, struct draft *d)
{
	assert_ok(seal_drafts(fixture_signer(f, signer), f->arena, d, 1));
}

/* ---- a committee ---- */

static void start_core(struct station *s)
{
	static const uint8_t seed[32] = { 7 };
	struct core_config config = { .self = s->self,
				      .relay_retention_ms = 1000,
				      .expire_ms = 5000,
				      .attachment_max_bytes = 1 << 30,
				      .credit_messages = 8,
				      .chain_step = digest_chain_step,
				      .digest_of = digest_of,
				      .answered_by = seal_peek_answered,
				      .signed_with = seal_peek_key,
				      .directory_rows = s->directory_rows };

	sweep_load(s, &config);
	s->core = core_new(&config);
	assert_non_null(s->core);
	core_seed(s->core, seed);
	assert_ok(core_load(s->core, s->now, s->plan));
	station_commit(s);
	station_clear(s);
}

struct station *station_of(struct fixture *f, const char *self, uint32_t directory_rows)
{
	struct station *s = calloc(1, sizeof *s);
	struct event e = { .type = EVENT_DIRECTORY };
	struct directory d = fixture_directory(f, 1);

	assert_non_null(s);
	s->fixture = f;
	s->self = fixture_id(self);
	s->directory_rows = directory_rows;
	s->now = (struct now){ .wall_ms = FIXTURE_NOW_MS, .mono_ms = 1000000 };
	s->disk = memory_disk_new();
	assert_ok(store_memory_open(s->disk, &s->store));
	s->lookup = s->store->ops->lookup(s->store);
	s->plan = plan_new(s->lookup);
	assert_true(s->disk != NULL && s->plan != NULL);
	start_core(s);
	e.u.directory = (struct ev_directory){ .head = &d.head,
					       .entries = d.entries,
					       .entry_count = d.entry_count };
	station_take(s, &e);
	station_commit(s);
	return station_clear(s), s;
}

void station_free(struct station *s)
{
	core_destroy(s->core);
	plan_destroy(s->plan);
	s->store->ops->close(s->store);
	memory_disk_destroy(s->disk);
	free(s);
}

void station_take(struct station *s, const struct event *e)
{
	sweep_take(s, e);
	assert_ok(core_take(s->core, s->now, e, s->plan));
}

void station_commit(struct station *s)
{
	assert_ok(core_finish(s->core, s->now, s->plan));
	if (s->plan->draft_count > 0)
		assert_ok(seal_drafts(fixture_signer(s->fixture, s->self.text), s->plan->arena,
				      s->plan->drafts, s->plan->draft_count));
	assert_ok(core_sealed(s->core, s->plan));
	assert_ok(s->store->ops->commit(s->store, s->plan));
	core_landed(s->core, s->plan);
}

void station_clear(struct station *s)
{
	plan_clear(s->plan);
}

void station_restart(struct station *s)
{
	core_destroy(s->core);
	plan_clear(s->plan);
	start_core(s);
}

bool station_has(struct station *s, enum family family, struct key key)
{
	struct record r;
	enum err e = s->lookup.get(s->lookup.ctx, s->fixture->arena, family, &key, &r);

	assert_true(e == ERR_OK || e == ERR_NOT_FOUND);
	return e == ERR_OK;
}

struct record station_get(struct station *s, enum family family, struct key key)
{
	struct record r;

	assert_ok(s->lookup.get(s->lookup.ctx, s->fixture->arena, family, &key, &r));
	return r;
}

uint64_t store_count(struct store *s, enum family family)
{
	struct lookup l = s->ops->lookup(s);
	struct scan scan = scan_of((struct key){ .len_bytes = 0 });
	struct arena *a = arena_new(1 << 20);
	struct record r;
	uint64_t n = 0;

	while (l.next(l.ctx, a, family, &scan, &r) == ERR_OK) {
		arena_reset(a);
		n++;
	}
	arena_destroy(a);
	return n;
}

uint64_t station_count(struct station *s, enum family family)
{
	return store_count(s->store, family);
}

const struct act *station_act(const struct station *s, enum act_type type, unsigned n)
{
	for (uint32_t i = 0; i < s->plan->act_count; i++) {
		if (s->plan->acts[i].type == type && n-- == 0)
			return &s->plan->acts[i];
	}
	return NULL;
}

unsigned station_acts(const struct station *s, enum act_type type)
{
	unsigned n = 0;

	while (station_act(s, type, n) != NULL)
		n++;
	return n;
}

const struct message *station_said(const struct station *s, const char *to, enum message_type type,
				   unsigned n)
{
	for (uint32_t i = 0; i < s->plan->act_count; i++) {
		const struct act *a = &s->plan->acts[i];

		if (a->type == ACT_SEND && a->u.send.type == type &&
		    strcmp(a->neighbour.text, to) == 0 && n-- == 0)
			return &a->u.send;
	}
	return NULL;
}

const struct act_notify *station_notice(const struct station *s, enum notice what)
{
	const struct act *a;

	for (unsigned n = 0; (a = station_act(s, ACT_NOTIFY, n)) != NULL; n++) {
		if (a->u.notify.what == what)
			return &a->u.notify;
	}
	return NULL;
}

/* ---- a neighbour ---- */

struct neighbour neighbour_of(const char *id)
{
	struct neighbour n = { .id = fixture_id(id) };

	for (int lane = LANE_FACTS; lane < LANE_COUNT; lane++) {
		struct digest d = fixture_digest(id);

		memcpy(n.streams[lane].bytes, d.bytes, sizeof n.streams[lane].bytes);
		n.streams[lane].bytes[0] = (uint8_t)lane;
		n.chain[lane] = stream_chain_start(n.streams[lane], 0);
	}
	return n;
}

void neighbour_says(struct station *s, const struct neighbour *n, const struct message *m)
{
	struct event e = { .type = EVENT_MESSAGE };

	e.u.message.neighbour = n->id;
	e.u.message.message = *m;
	station_take(s, &e);
}

void neighbour_up(struct station *s, struct neighbour *n)
{
	struct event e = { .type = EVENT_CONNECTED };
	struct message m = { .type = MESSAGE_HELLO };
	struct link_view view;

	e.u.link.neighbour = n->id;
	station_take(s, &e);
	m.u.hello = (struct msg_hello){ .protocol_min = PROTOCOL_MIN,
					.protocol_max = PROTOCOL_MAX,
					.committee = n->id,
					.purpose = PURPOSE_CONTROL,
					.directory_version = 1,
					.has_streams = true,
					.answer = true };
	for (int lane = LANE_FACTS; lane < LANE_COUNT; lane++)
		m.u.hello.streams[lane].stream = n->streams[lane];
	neighbour_says(s, n, &m);
	assert_true(core_link_find(s->core, n->id, &view));
	assert_true(view.up);
	station_commit(s);
	station_clear(s);
}

void neighbour_subscribe(struct station *s, const struct neighbour *n, enum lane lane,
			 uint64_t have)
{
	struct stream_out *out = core_stream_out(s->core, n->id, lane);
	struct message m = { .type = MESSAGE_SUBSCRIBE };

	assert_non_null(out);
	m.u.subscribe = (struct msg_subscribe){ .lane = lane,
						.stream = out->id,
						.have = have,
						.chain = out->chain,
						.credit_seq = have + 4096,
						.credit_bytes = 1 << 20 };
	for (uint64_t seq = out->acked + 1; seq <= have; seq++) {
		struct record r = station_get(s, FAMILY_STREAM, key_seq(n->id, lane, seq));

		digest_chain_step(&m.u.subscribe.chain, seq, &r.u.stream.digest);
	}
	neighbour_says(s, n, &m);
	station_commit(s);
	station_clear(s);
}

struct event neighbour_item(struct station *s, struct neighbour *n, enum lane lane,
			    const struct draft *d, const char *const *targets)
{
	struct publish_opener opener = { .verifier = s->fixture->verifier,
				 .self = s->self,
				 .directory_version = core_directory_version(s->core) };
	struct publish_item item = { .seq = n->seq[lane] + 1, .envelope = d->envelope };
	struct message m = { .type = MESSAGE_PUBLISH };
	struct committee_id ids[16];
	struct publish_opener_events opened;
	struct blob frame;

	for (; targets != NULL && targets[item.target_count] != NULL; item.target_count++)
		ids[item.target_count] = fixture_id(targets[item.target_count]);
	item.targets = ids;
	digest_chain_step(&n->chain[lane], ++n->seq[lane], &d->digest);
	item.chain = n->chain[lane];
	m.u.publish = (struct msg_publish){
		.lane = lane, .stream = n->streams[lane], .items = &item, .item_count = 1
	};
	assert_ok(wire_encode(s->fixture->arena, &m, &frame));
	assert_ok(publish_opener_open(
		&opener, s->fixture->arena, n->id,
		(struct publish_opener_frame){ .bytes = frame, .wall_ms = s->now.wall_ms },
		&opened));
	assert_int_equal(opened.count, 1);
	return opened.list[0];
}

void neighbour_publishes(struct station *s, struct neighbour *n, enum lane lane,
			 const struct draft *d)
{
	struct event e = neighbour_item(s, n, lane, d, NULL);

	station_take(s, &e);
}

/* ---- stages ---- */

int stage_set_up(void **state)
{
	struct stage *g = calloc(1, sizeof *g);

	assert_non_null(g);
	g->f = fixture_new();
	g->s = station_new(g->f, "huyen-a");
	g->tinh = neighbour_of("tinh");
	*state = g;
	return 0;
}

int stage_tear_down(void **state)
{
	struct stage *g = *state;

	station_free(g->s);
	fixture_free(g->f);
	free(g);
	return 0;
}

struct event *submission_of(struct submission *u, unsigned id, uint32_t recipient_count)
{
	u->item = fixture_inline_item();
	memset(&u->event, 0, sizeof u->event);
	u->event.type = EVENT_SUBMIT;
	u->event.u.submit = (struct ev_submit){ .reply = { 7 },
						.uid = 1000,
						.id = fixture_doc_id(id),
						.submission = fixture_digest("content"),
						.recipients = u->recipients,
						.recipient_count = recipient_count,
						.urgency = URGENCY_THUONG,
						.secrecy = SECRECY_THUONG,
						.type_name = "",
						.manifest = &u->item,
						.manifest_count = 1,
						.body_version = 1,
						.summary = { .number = "", .type_code = "",
							     .subject = "", .issued_on = "",
							     .due_on = "", .type_name = "",
							     .signer_name = "", .files = "",
							     .signer_competence = "" } };
	return &u->event;
}
