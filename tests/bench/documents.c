/* See documents.h. The number of a document is in the last four bytes of its id, so an event leads
 * to it at once. */
#include "tests/bench/documents.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "proto/body.h"
#include "proto/fields.h"
#include "tools/client/uuid.h"

enum { ARENA_BYTES = 8 << 20, NUMBER_AT = 12, RANDOM_AT = 8 };

struct one {
	double due_s, accepted_s, receipt_s; /* 0: not yet */
	unsigned receipts;
};

struct documents {
	struct plan_of_load plan;
	struct arena *arena;
	struct one *list;
	uint8_t *content;
	uint8_t run[NUMBER_AT -
		    RANDOM_AT]; /* bytes of every id that distinguish this run from others */
	unsigned accepted, delivered, receipts;
};

struct documents *documents_new(const struct plan_of_load *plan)
{
	struct documents *d = calloc(1, sizeof *d);

	if (d == NULL)
		bench_fail("no memory");
	d->plan = *plan;
	d->arena = arena_new(ARENA_BYTES);
	d->list = calloc(plan->count, sizeof *d->list);
	d->content = malloc(plan->bytes);
	if (d->arena == NULL || d->list == NULL || d->content == NULL)
		bench_fail("no memory");
	for (size_t at = 0; at < plan->bytes;) {
		ssize_t n = getrandom(d->content + at, plan->bytes - at, 0);

		if (n < 0)
			bench_fail("no randomness");
		at += (size_t)n;
	}
	if (getrandom(d->run, sizeof d->run, 0) != (ssize_t)sizeof d->run)
		bench_fail("no randomness");
	d->run[0] = (uint8_t)((d->run[0] & 0x3f) | 0x80); /* the variant (RFC 9562) */
	return d;
}

void documents_free(struct documents *d)
{
	if (d == NULL)
		return;
	arena_destroy(d->arena);
	free(d->list);
	free(d->content);
	free(d);
}

static struct doc_id id_of(struct documents *d, unsigned n)
{
	struct timespec wall;
	struct doc_id id;

	clock_gettime(CLOCK_REALTIME, &wall);
	if (uuid_new(wall.tv_sec * 1000 + wall.tv_nsec / 1000000, &id) != ERR_OK)
		bench_fail("no randomness");
	memcpy(id.bytes + RANDOM_AT, d->run, sizeof d->run);
	for (unsigned i = 0; i < 4; i++)
		id.bytes[NUMBER_AT + i] = (uint8_t)(n >> (8 * (3 - i)));
	return id;
}

static bool number_of(const struct documents *d, const uint8_t *id, size_t len_bytes, unsigned *n)
{
	if (len_bytes != 16 || memcmp(id + RANDOM_AT, d->run, sizeof d->run) != 0)
		return false;
	*n = (unsigned)id[12] << 24 | (unsigned)id[13] << 16 | (unsigned)id[14] << 8 | id[15];
	return *n < d->plan.count;
}

/* What an office writes about, so that words are everywhere, here and there, and nearly nowhere:
 * as many as divide no power of ten, for each to meet each other. One in a thousand has a word that
 * no other has. */
static void vary(struct document_body *body, unsigned n, char number[32], char subject[160])
{
	static const struct {
		const char *code, *name;
	} types[] = { { "KH", "Kế hoạch" }, { "BC", "Báo cáo" },    { "TB", "Thông báo" },
		      { "CV", "Công văn" }, { "QĐ", "Quyết định" }, { "HD", "Hướng dẫn" },
		      { "TTr", "Tờ trình" } };
	static const char *const acts[] = { "triển khai",	  "kiểm tra, giám sát", "sơ kết",
					    "tổng kết",		  "báo cáo kết quả",	"hướng dẫn",
					    "phối hợp thực hiện", "lấy ý kiến về",	"rà soát",
					    "tăng cường",	  "kiện toàn" };
	static const char *const matters[] = { "chuyển đổi số trong các cơ quan Đảng",
					       "công tác cán bộ nữ",
					       "phát triển đảng viên mới",
					       "quy chế làm việc của Ban Chấp hành",
					       "công tác dân vận chính quyền",
					       "phòng, chống tham nhũng, lãng phí",
					       "đại hội chi bộ trực thuộc",
					       "bồi dưỡng lý luận chính trị",
					       "tiếp công dân và giải quyết đơn thư",
					       "bảo vệ nền tảng tư tưởng của Đảng",
					       "thu, nộp đảng phí",
					       "sắp xếp tổ chức bộ máy",
					       "quản lý tài sản công" };
	unsigned type = n % 7;

	snprintf(number, 32, "%u-%s/ĐU", n + 1, types[type].code);
	snprintf(subject, 160, "Về việc %s %s quý %u%s", acts[n % 11], matters[n % 13], 1 + n % 4,
		 n % 1000 == 499 ? " sau bão Wipha" : "");
	body->type_code = types[type].code;
	body->type_name = types[type].name;
	body->number = number;
	body->subject = subject;
}

static struct blob body_of(struct documents *d, unsigned n)
{
	struct part part = { .name = "van-ban.bin", .media_type = "application/octet-stream" };
	struct document_body body = { .type_code = "CV",
				      .subject = "Đo tốc độ",
				      .signer_name = "Nguyễn Văn A",
				      .issued_on = "2025-01-02",
				      .business = 1,
				      .parts = &part,
				      .part_count = 1,
				      .term = "",
				      .signer_position = "",
				      .signer_competence = "",
				      .due_on = "",
				      .note = "",
				      .type_name = "Công văn" };
	char number[32], subject[160];
	struct blob packed;

	snprintf(number, sizeof number, "%u-CV/ĐU", n + 1);
	body.number = number;
	if (d->plan.varied)
		vary(&body, n, number, subject);
	if (document_body_pack(d->arena, &body, &packed) != ERR_OK)
		bench_fail("the body cannot be packed");
	return packed;
}

static void add_recipients(struct documents *d, Vanthu__V1__Submit *m)
{
	char *copy = (char *)(uintptr_t)arena_text(d->arena, d->plan.to, strlen(d->plan.to)), *word;
	Vanthu__V1__SubmitRecipient *each = arena_array(d->arena, 64, sizeof *each);

	m->recipients = arena_array(d->arena, 64, sizeof *m->recipients);
	if (copy == NULL || each == NULL || m->recipients == NULL)
		bench_fail("no memory");
	while ((word = strsep(&copy, ",")) != NULL && m->n_recipients < 64) {
		Vanthu__V1__SubmitRecipient *r = &each[m->n_recipients];

		vanthu__v1__submit_recipient__init(r);
		if (strcmp(word, "subordinates") == 0)
			r->group = VANTHU__V1__GROUP__GROUP_SUBORDINATES;
		else
			r->committee = word;
		m->recipients[m->n_recipients++] = r;
	}
}

const uint8_t *documents_begin(struct documents *d, unsigned n, double due_s, struct doc_id *id)
{
	*id = id_of(d, n);
	/* No two contents alike: equal ones are one file on disk. */
	memcpy(d->content, id->bytes,
	       d->plan.bytes < sizeof id->bytes ? d->plan.bytes : sizeof id->bytes);
	d->list[n].due_s = due_s;
	return d->content;
}

void documents_submit(struct documents *d, struct conn *c, unsigned n, double due_s)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Submit submit = VANTHU__V1__SUBMIT__INIT;
	Vanthu__V1__SubmitPart part = VANTHU__V1__SUBMIT_PART__INIT, *parts[] = { &part };
	struct doc_id id;
	struct blob body;

	part.content = field_bytes(documents_begin(d, n, due_s, &id), d->plan.bytes);
	part.size_bytes = d->plan.bytes;
	arena_reset(d->arena);
	body = body_of(d, n);
	submit.id = field_bytes(id.bytes, sizeof id.bytes);
	submit.body = field_bytes(body.data, body.len_bytes);
	submit.n_parts = 1;
	submit.parts = parts;
	submit.urgency = d->plan.urgent ? VANTHU__V1__URGENCY__URGENCY_HOA_TOC
					: VANTHU__V1__URGENCY__URGENCY_THUONG;
	submit.secrecy = VANTHU__V1__SECRECY__SECRECY_THUONG;
	add_recipients(d, &submit);
	request.id = n + 1;
	request.what_case = VANTHU__V1__REQUEST__WHAT_SUBMIT;
	request.submit = &submit;
	conn_say(c, &request);
}

void documents_accepted(struct documents *d, unsigned n, double at_s)
{
	if (n >= d->plan.count || d->list[n].due_s == 0 || d->list[n].accepted_s != 0)
		bench_fail("an acceptance that nobody asked for");
	d->list[n].accepted_s = at_s;
	d->accepted++;
}

static void count_receipts(struct documents *d, unsigned n, unsigned more, double at_s)
{
	struct one *o = &d->list[n];

	o->receipts += more;
	d->receipts += more;
	if (o->receipts > d->plan.receipts)
		bench_fail("document %u has %u receipts of %u", n, o->receipts, d->plan.receipts);
	if (more > 0 && o->receipts == d->plan.receipts) {
		o->receipt_s = at_s;
		d->delivered++;
	}
}

bool documents_receipt(struct documents *d, const uint8_t *id, size_t len_bytes, double at_s)
{
	unsigned n;

	if (!number_of(d, id, len_bytes, &n))
		return false;
	count_receipts(d, n, 1, at_s);
	return true;
}

unsigned documents_recount(struct documents *d, double at_s)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__List list = VANTHU__V1__LIST__INIT;
	struct conn *c = conn_open(d->plan.folder, "office.sock");
	const Vanthu__V1__Reply *r;
	unsigned whole = 0;

	list.box = VANTHU__V1__BOX__BOX_OUTBOX;
	request.what_case = VANTHU__V1__REQUEST__WHAT_LIST;
	request.list = &list;
	for (r = conn_ask(c, &request); r->what_case == VANTHU__V1__REPLY__WHAT_LINE;
	     r = conn_wait(c)) {
		unsigned n;

		if (!number_of(d, r->line->id.data, r->line->id.len, &n))
			continue;
		if (r->line->delivered > d->list[n].receipts)
			count_receipts(d, n, (unsigned)r->line->delivered - d->list[n].receipts,
				       at_s);
		whole += strcmp(r->line->state, "delivered") == 0 &&
			 r->line->delivered == d->plan.receipts;
	}
	if (r->what_case != VANTHU__V1__REPLY__WHAT_DONE)
		bench_fail("the outbox cannot be read: VT-%u",
			   r->what_case == VANTHU__V1__REPLY__WHAT_ERROR ? r->error->code : 0);
	conn_close(c);
	return whole;
}

unsigned documents_accepted_count(const struct documents *d)
{
	return d->accepted;
}

unsigned documents_delivered_count(const struct documents *d)
{
	return d->delivered;
}

unsigned documents_receipt_count(const struct documents *d)
{
	return d->receipts;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Nearest rank: the smallest time that this share of all did not exceed. */
static double percentile(struct documents *d, double share, bool receipt)
{
	double *times = calloc(d->plan.count + 1, sizeof *times), found;
	unsigned n = 0, at;

	if (times == NULL)
		bench_fail("no memory");
	for (unsigned i = 0; i < d->plan.count; i++) {
		double end = receipt ? d->list[i].receipt_s : d->list[i].accepted_s;

		if (end != 0)
			times[n++] = (end - d->list[i].due_s) * 1000;
	}
	qsort(times, n, sizeof *times, compare);
	at = (unsigned)(share * n);
	found = n == 0 ? 0 : times[at < n ? at : n - 1];
	free(times);
	return found;
}

double documents_accept_ms(struct documents *d, double share)
{
	return percentile(d, share, false);
}

double documents_receipt_ms(struct documents *d, double share)
{
	return percentile(d, share, true);
}

void documents_write_samples(struct documents *d, const char *path)
{
	FILE *f = fopen(path, "ae");

	for (unsigned i = 0; f != NULL && i < d->plan.count; i++)
		fprintf(f, "%.3f\n", (d->list[i].receipt_s - d->list[i].due_s) * 1000);
	if (f == NULL || fclose(f) != 0)
		bench_fail("%s cannot be written", path);
}
