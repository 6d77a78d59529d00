/* bench load: one client process that submits documents over the office socket, many at once, and
 * hears over the event socket when their receipts are back. One thread, one poll. What it prints is
 * one JSON object; it fails unless every document was accepted and, unless an option says
 * otherwise, receipted, once. */
#include "tests/bench/load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include <zmq.h>

#include "proto/pb.h"
#include "tests/bench/documents.h"

enum { JOIN_MS = 5000, HANDSHAKE_DONE = 0x1000 };
enum {
	QUIET_MS = 1500,
	GIVE_UP_S = 120,
	SLOWEST_PER_S = 1000,
	OUT_LOW_BYTES = 2 << 20,
	ARENA_BYTES = 1 << 20
};

struct load {
	struct plan_of_load plan;
	struct documents *documents;
	struct conn *conn;
	void *zmq, *events;
	struct arena *arena;
	int timer; /* for a rate: goes off when the next document is due */
	unsigned submitted;
	double began_s, accepted_s, heard_s;
};

/* ---- events ---- */

/* A subscriber that is late misses what comes first, and the first document would be found only
 * when all is quiet. */
static void await_handshake(struct load *l, const char *endpoint)
{
	static const char name[] = "inproc://joined";
	void *monitor = zmq_socket(l->zmq, ZMQ_PAIR);
	int limit = JOIN_MS;
	uint8_t event[6], address[256];

	if (monitor == NULL || zmq_setsockopt(monitor, ZMQ_RCVTIMEO, &limit, sizeof limit) != 0 ||
	    zmq_socket_monitor(l->events, name, HANDSHAKE_DONE) != 0 ||
	    zmq_connect(monitor, name) != 0 || zmq_connect(l->events, endpoint) != 0 ||
	    zmq_recv(monitor, event, sizeof event, 0) < 0 ||
	    zmq_recv(monitor, address, sizeof address, 0) < 0)
		bench_fail("%s: %s", endpoint, zmq_strerror(zmq_errno()));
	zmq_socket_monitor(l->events, NULL, 0);
	zmq_close(monitor);
}

static void listen_to_events(struct load *l)
{
	char endpoint[256];
	int zero = 0;

	l->zmq = zmq_ctx_new();
	l->events = l->zmq == NULL ? NULL : zmq_socket(l->zmq, ZMQ_SUB);
	snprintf(endpoint, sizeof endpoint, "ipc://%s/run/events.sock", l->plan.folder);
	if (l->events == NULL || zmq_setsockopt(l->events, ZMQ_RCVHWM, &zero, sizeof zero) != 0 ||
	    zmq_setsockopt(l->events, ZMQ_LINGER, &zero, sizeof zero) != 0 ||
	    zmq_setsockopt(l->events, ZMQ_SUBSCRIBE, "receipt", 7) != 0)
		bench_fail("%s: %s", endpoint, zmq_strerror(zmq_errno()));
	await_handshake(l, endpoint);
}

static void hear_events(struct load *l)
{
	uint8_t bytes[1024];
	int n;

	while ((n = zmq_recv(l->events, bytes, sizeof bytes, ZMQ_DONTWAIT)) >= 0) {
		const Vanthu__V1__LiveEvent *e;
		enum err why;

		n = zmq_recv(l->events, bytes, sizeof bytes, 0);
		if (n < 0 || (size_t)n > sizeof bytes)
			bench_fail("half an event");
		arena_reset(l->arena);
		e = pb_unpack(l->arena, &vanthu__v1__live_event__descriptor,
			      (struct blob){ bytes, (size_t)n }, &why);
		if (e == NULL)
			bench_fail("an event that is none");
		l->heard_s = bench_now_s();
		documents_receipt(l->documents, e->id.data, e->id.len, l->heard_s);
	}
}

/* ---- submissions ---- */

static double due_s(const struct load *l, unsigned n)
{
	return l->plan.per_s > 0 ? l->began_s + n / l->plan.per_s : bench_now_s();
}

static bool may_submit(const struct load *l)
{
	unsigned under_way = l->submitted - documents_accepted_count(l->documents);

	if (l->submitted == l->plan.count || under_way >= l->plan.in_flight ||
	    conn_waiting(l->conn) > OUT_LOW_BYTES)
		return false;
	if (l->plan.await && documents_delivered_count(l->documents) < l->submitted)
		return false;
	return l->plan.per_s <= 0 || bench_now_s() >= due_s(l, l->submitted);
}

static void set_timer(struct load *l)
{
	double due = due_s(l, l->submitted);
	struct itimerspec at = { .it_value = { .tv_sec = (time_t)due,
					       .tv_nsec =
						   (long)((due - (double)(time_t)due) * 1e9) } };

	if (timerfd_settime(l->timer, TFD_TIMER_ABSTIME, &at, NULL) != 0)
		bench_fail("timerfd_settime: %s", strerror(errno));
}

static void submit(struct load *l)
{
	bool some = false;

	for (; may_submit(l); l->submitted++, some = true)
		documents_submit(l->documents, l->conn, l->submitted, due_s(l, l->submitted));
	conn_send(l->conn);
	if (some && l->plan.per_s > 0 && l->submitted < l->plan.count)
		set_timer(l);
}

static void hear_replies(struct load *l)
{
	const Vanthu__V1__Reply *r;

	while ((r = conn_hear(l->conn)) != NULL) {
		if (r->what_case == VANTHU__V1__REPLY__WHAT_ERROR)
			bench_fail("submission %llu: VT-%u %s", (unsigned long long)r->id,
				   r->error->code, r->error->about);
		if (r->what_case != VANTHU__V1__REPLY__WHAT_ACCEPTED || r->id == 0)
			continue;
		l->accepted_s = bench_now_s();
		documents_accepted(l->documents, (unsigned)(r->id - 1), l->accepted_s);
	}
}

static bool finished(const struct load *l)
{
	return documents_accepted_count(l->documents) == l->plan.count &&
	       (l->plan.no_receipts || documents_delivered_count(l->documents) == l->plan.count);
}

/* Live events are dropped when a subscriber is slow; the store is asked when nothing has come for a
 * while. */
static void look_after(struct load *l)
{
	double now = bench_now_s(), last = l->heard_s > l->accepted_s ? l->heard_s : l->accepted_s;

	if (now - l->began_s >
	    GIVE_UP_S + l->plan.count / (l->plan.per_s > 0 ? l->plan.per_s : SLOWEST_PER_S))
		bench_fail("after %.0f s: %u of %u accepted, %u receipted", now - l->began_s,
			   documents_accepted_count(l->documents), l->plan.count,
			   documents_delivered_count(l->documents));
	if (documents_accepted_count(l->documents) < l->plan.count || l->plan.no_receipts ||
	    (now - last) * 1000 < QUIET_MS)
		return;
	documents_recount(l->documents, now);
	l->heard_s = now;
}

static void run(struct load *l)
{
	l->began_s = bench_now_s();
	if (l->plan.per_s > 0)
		set_timer(l);
	while (!finished(l)) {
		zmq_pollitem_t items[] = { { .socket = l->events, .events = ZMQ_POLLIN },
					   { .fd = conn_fd(l->conn), .events = ZMQ_POLLIN },
					   { .fd = l->timer, .events = ZMQ_POLLIN } };
		uint64_t ticks;

		submit(l);
		if (conn_waiting(l->conn) > 0)
			items[1].events |= ZMQ_POLLOUT;
		if (zmq_poll(items, 3, QUIET_MS) < 0 && zmq_errno() != EINTR)
			bench_fail("zmq_poll: %s", zmq_strerror(zmq_errno()));
		if ((items[2].revents & ZMQ_POLLIN) != 0 &&
		    read(l->timer, &ticks, sizeof ticks) < 0)
			bench_fail("timer: %s", strerror(errno));
		hear_replies(l);
		hear_events(l);
		look_after(l);
	}
}

/* ---- what came of it ---- */

static void print(struct load *l)
{
	const struct plan_of_load *p = &l->plan;
	double whole_s = (p->no_receipts ? l->accepted_s : l->heard_s) - l->began_s;
	unsigned kept = p->no_receipts ? 0 : documents_recount(l->documents, bench_now_s());

	if (!p->no_receipts && kept != p->count)
		bench_fail("%u documents sent, and the store knows %u as delivered", p->count,
			   kept);
	if (p->samples != NULL)
		documents_write_samples(l->documents, p->samples);
	printf("{\"docs\":%u,\"bytes\":%zu,\"accepted\":%u,\"delivered\":%u,\"receipts\":%u,"
	       "\"seconds\":%.4f,\"docs_per_s\":%.1f,"
	       "\"accepted_s\":%.4f,\"accept_ms\":{\"p50\":%.3f,\"p99\":%.3f},\"receipt_ms\":{"
	       "\"p50\":%.3f,\"p99\":%.3f,\"max\":%.3f}}\n",
	       p->count, p->bytes, documents_accepted_count(l->documents),
	       p->no_receipts ? 0 : kept, documents_receipt_count(l->documents), whole_s,
	       p->count / whole_s, l->accepted_s - l->began_s,
	       documents_accept_ms(l->documents, 0.5), documents_accept_ms(l->documents, 0.99),
	       documents_receipt_ms(l->documents, 0.5), documents_receipt_ms(l->documents, 0.99),
	       documents_receipt_ms(l->documents, 1));
}

static bool flag(const char *name, const char *argument, bool *out)
{
	if (strcmp(argument, name) == 0)
		*out = true;
	return *out && strcmp(argument, name) == 0;
}

static void read_options(struct plan_of_load *p, int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		char *value = strchr(argv[i], '=');

		if (flag("--await", argv[i], &p->await) || flag("--urgent", argv[i], &p->urgent) ||
		    flag("--no-receipts", argv[i], &p->no_receipts) ||
		    flag("--varied", argv[i], &p->varied))
			continue;
		if (value == NULL)
			bench_fail("%s: no such option", argv[i]);
		*value++ = '\0';
		if (strcmp(argv[i], "--to") == 0)
			p->to = value;
		else if (strcmp(argv[i], "--docs") == 0)
			p->count = (unsigned)strtoul(value, NULL, 10);
		else if (strcmp(argv[i], "--receipts") == 0)
			p->receipts = (unsigned)strtoul(value, NULL, 10);
		else if (strcmp(argv[i], "--bytes") == 0)
			p->bytes = strtoul(value, NULL, 10);
		else if (strcmp(argv[i], "--in-flight") == 0)
			p->in_flight = (unsigned)strtoul(value, NULL, 10);
		else if (strcmp(argv[i], "--rate") == 0)
			p->per_s = strtod(value, NULL);
		else if (strcmp(argv[i], "--samples") == 0)
			p->samples = value;
		else
			bench_fail("%s: no such option", argv[i]);
	}
	if (p->to == NULL || p->count == 0 || p->bytes == 0 || p->in_flight == 0)
		bench_fail("load FOLDER --to=ID[,ID] --docs=N --bytes=N [--receipts=N] "
			   "[--in-flight=N] [--rate=N] [--await] [--urgent] [--varied] "
			   "[--no-receipts]");
}

int bench_load(int argc, char **argv)
{
	struct load l = { .plan = { .receipts = 1, .in_flight = 512 } };

	if (argc < 1)
		bench_fail("load FOLDER …");
	l.plan.folder = argv[0];
	read_options(&l.plan, argc - 1, argv + 1);
	l.documents = documents_new(&l.plan);
	l.arena = arena_new(ARENA_BYTES);
	l.timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (l.arena == NULL || l.timer < 0)
		bench_fail("no memory");
	l.conn = conn_open(l.plan.folder, "office.sock");
	listen_to_events(&l);
	run(&l);
	print(&l);
	conn_close(l.conn);
	zmq_close(l.events);
	zmq_ctx_term(l.zmq);
	arena_destroy(l.arena);
	documents_free(l.documents);
	close(l.timer);
	return 0;
}
