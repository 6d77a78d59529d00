/* What several unit tests stand on: a small directory with real keys and certificates, sealed
 * envelopes, and one committee's core over a memory store. Everything asserts: a fixture that
 * cannot be made fails the test. */
#ifndef VANTHU_TESTS_UNIT_SUPPORT_FIXTURE_H
#define VANTHU_TESTS_UNIT_SUPPORT_FIXTURE_H

/* cmocka.h needs these before it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/store/memory.h"
#include "daemon/store/store.h"
#include "proto/directory.h"
#include "proto/signer.h"
#include "proto/verifier.h"
#include "routing/core.h"

#define assert_ok(call) assert_int_equal((call), ERR_OK)
#define COUNT_OF(list) (sizeof(list) / sizeof((list)[0]))

/* The tree:  tinh ┬ huyen-a ┬ xa-a1
 *                 │         └ xa-a2
 *                 └ huyen-b ┬ xa-b1
 *                           └ xa-cu (retired)      sorted by id, as in a directory. */
enum { FIXTURE_COMMITTEES = 7 };
#define FIXTURE_NOW_MS 1750000000000LL

struct fixture {
	struct arena *arena;
	struct blob root_pem, root_der;
	struct signer *registry;
	struct signer *signers[FIXTURE_COMMITTEES];
	/* what the key source answers; tests may change it */
	struct key_info keys[FIXTURE_COMMITTEES];
	struct rec_committee entries[FIXTURE_COMMITTEES];
	struct verifier *verifier;
	struct blob competence; /* of the directory; none at first */
	struct blob lists;      /* the same */
};

struct fixture *fixture_new(void);
void fixture_free(struct fixture *f);
struct committee_id fixture_id(const char *text);
unsigned fixture_index(const struct fixture *f, const char *committee);
struct signer *fixture_signer(const struct fixture *f, const char *committee);
struct key_source fixture_keys(struct fixture *f);
struct directory fixture_directory(struct fixture *f, uint64_t version);
/* Packs the entry again after a test has changed it. */
void fixture_repack(struct fixture *f, unsigned index);

/* ---- envelopes ---- */
struct doc_id fixture_doc_id(unsigned n);
struct digest fixture_digest(const char *text);
struct blob fixture_blob(const char *text); /* static */
/* An inline part: "content". A file part of that many bytes: a manifest item whose content nobody
 * has. */
struct manifest_item fixture_inline_item(void);
struct manifest_item fixture_file_item(uint64_t size_bytes);
/* An unsealed document of `origin` to `recipients` (a list that ends with NULL; "*" the
 * subordinates, "**" the subtree), one inline part. */
struct draft fixture_document(struct fixture *f, const char *origin, unsigned id,
			      const char *const *recipients);
struct draft fixture_fact(struct fixture *f, const char *signer, const char *to, unsigned id,
			  const struct fact *fact);
void fixture_seal(struct fixture *f, const char *signer, struct draft *d);

/* ---- a committee ---- */
struct station {
	struct fixture *fixture;
	struct committee_id self;
	struct memory_disk *disk;
	struct store *store;
	struct lookup lookup;
	struct core *core;
	struct plan *plan;
	struct now now;
	uint32_t directory_rows; /* as core_config's */
};

/* Booted, with directory version 1 in force and committed. */
/* which does so many rows of a directory a turn */
struct station *station_of(struct fixture *f, const char *self, uint32_t directory_rows);
#define station_new(f, self) station_of(f, self, 0)
void station_free(struct station *s);
void station_take(struct station *s, const struct event *e); /* decides; the plan grows */
/* finish, seal, resolve, commit; the plan stays readable */
void station_commit(struct station *s);
void station_clear(struct station *s);                       /* forgets the plan */
void station_restart(struct station *s);                     /* a new core over the same store */
struct record station_get(struct station *s, enum family family, struct key key);
bool station_has(struct station *s, enum family family, struct key key);
/* Records of a family that can be read. */
uint64_t store_count(struct store *s, enum family family);
uint64_t station_count(struct station *s, enum family family);

/* The n-th act of a type, NULL past the last; messages likewise by type. */
const struct act *station_act(const struct station *s, enum act_type type, unsigned n);
const struct message *station_said(const struct station *s, const char *to, enum message_type type,
				   unsigned n);
const struct act_notify *station_notice(const struct station *s, enum notice what);
unsigned station_acts(const struct station *s, enum act_type type);

/* ---- a neighbour of it, played by the test ---- */
struct neighbour {
	struct committee_id id;
	struct stream_id streams[LANE_COUNT]; /* what it publishes */
	uint64_t seq[LANE_COUNT];
	struct digest chain[LANE_COUNT];
};

struct neighbour neighbour_of(const char *id);
/* Connected and both have said Hello; the plan is committed and cleared. */
void neighbour_up(struct station *s, struct neighbour *n);
/* Subscribes to everything the station publishes, from what it has on; the plan is committed and
 * cleared. */
void neighbour_subscribe(struct station *s, const struct neighbour *n, enum lane lane,
			 uint64_t have);
void neighbour_says(struct station *s, const struct neighbour *n, const struct message *m);
/* The event of the next item in this lane, opened by the real opener out of a real frame. Advances
 * the neighbour's stream. */
struct event neighbour_item(struct station *s, struct neighbour *n, enum lane lane,
			    const struct draft *d, const char *const *targets);
/* The same, taken. */
void neighbour_publishes(struct station *s, struct neighbour *n, enum lane lane,
			 const struct draft *d);

/* ---- both, for cmocka's set-up and tear-down ---- */
struct stage {
	struct fixture *f;
	struct station *s; /* huyen-a: a superior (tinh) and two subordinates (xa-a1, xa-a2) */
	struct neighbour tinh;
};

int stage_set_up(void **state);
int stage_tear_down(void **state);

/* A submission by a clerk of the station's; `event` points into it. */
struct submission {
	struct manifest_item item;
	struct recipient recipients[4];
	struct event event;
};

struct event *submission_of(struct submission *u, unsigned id, uint32_t recipient_count);

#endif
