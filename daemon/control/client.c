/* See client.h. */
#include "daemon/control/client.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/base/socket_group.h"

/* ---- answers ---- */

size_t control_out_waiting(const struct client *c)
{
	return c->out_len - c->out_sent;
}

bool control_reserve(uint8_t **buffer, size_t *capacity, size_t need)
{
	size_t size = *capacity == 0 ? 4096 : *capacity;
	uint8_t *grown;

	if (need <= *capacity)
		return true;
	while (size < need)
		size *= 2;
	grown = realloc(*buffer, size);
	if (grown == NULL)
		return false;
	*buffer = grown;
	*capacity = size;
	return true;
}

/* What has gone makes room for what comes: a client that always leaves some unread must not make
 * the buffer grow with all it ever got. */
static bool make_room(struct client *c, size_t need)
{
	if (c->out_sent > 0 && (c->out_sent == c->out_len || c->out_len + need > c->out_capacity)) {
		memmove(c->out, c->out + c->out_sent, control_out_waiting(c));
		c->out_len -= c->out_sent;
		c->out_sent = 0;
	}
	if (!control_reserve(&c->out, &c->out_capacity, c->out_len + need))
		return false;
	if (c->out_capacity > CONTROL_OUT_BYTES)
		share_charge_set(&c->out_charge, c->account, c->out_capacity);
	return true;
}

Vanthu__V1__Reply control_reply_to(uint64_t request_id, Vanthu__V1__Reply__WhatCase what)
{
	Vanthu__V1__Reply r = VANTHU__V1__REPLY__INIT;

	r.id = request_id;
	r.what_case = what;
	return r;
}

void control_say(struct client *c, Vanthu__V1__Reply *r)
{
	size_t size = vanthu__v1__reply__get_packed_size(r);

	if (c->closing)
		return;
	if (size > CONTROL_MESSAGE_MAX_BYTES) {
		control_say_error(c, r->id, ERR_TOO_LARGE, "");
		return;
	}
	if (!make_room(c, 4 + size)) {
		shutdown(c->fd, SHUT_RDWR);
		return;
	}
	if (control_out_waiting(c) == 0)
		c->active_ms = c->control->now_ms; /* from now on it is the client's to go on */
	for (unsigned i = 0; i < 4; i++)
		c->out[c->out_len + i] = (uint8_t)(size >> (8 * (3 - i)));
	vanthu__v1__reply__pack(r, c->out + c->out_len + 4);
	c->out_len += 4 + size;
}

void control_fill_clock(const struct client *c, Vanthu__V1__Clock *out)
{
	struct clock_view v;

	vanthu__v1__clock__init(out);
	core_clock(c->control->parts.core, &v);
	out->refusing = (uint32_t)v.refusing;
	out->confirmed = v.verdict == CLOCK_RIGHT;
	out->ahead_ms = v.ahead_ms;
	out->now_ms = v.now_ms;
	out->key_known = v.signer.known;
	out->key_from_ms = v.signer.from_ms;
	out->key_to_ms = v.signer.to_ms;
	out->key_revoked_from_ms = v.signer.revoked_from_ms;
}

void control_cut_about(text_t text, char out[CONTROL_ABOUT_BYTES])
{
	size_t len = strnlen(text, CONTROL_ABOUT_BYTES);

	if (len == CONTROL_ABOUT_BYTES) {
		len--;
		while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
			len--;
	}
	memcpy(out, text, len);
	out[len] = '\0';
}

void control_say_error(struct client *c, uint64_t request_id, enum err why, text_t about)
{
	char cut[CONTROL_ABOUT_BYTES];
	Vanthu__V1__Reply r = control_reply_to(request_id, VANTHU__V1__REPLY__WHAT_ERROR);
	Vanthu__V1__ControlError e = VANTHU__V1__CONTROL_ERROR__INIT;
	Vanthu__V1__Clock clock;

	e.code = (uint32_t)why;
	control_cut_about(about, cut);
	e.about = cut;
	if (why == ERR_CLOCK_WRONG || why == ERR_OWN_KEY || why == ERR_OWN_KEY_UNKNOWN) {
		control_fill_clock(c, &clock);
		e.clock = &clock;
	}
	r.error = &e;
	control_say(c, &r);
}

void control_say_done(struct client *c, uint64_t request_id)
{
	Vanthu__V1__Reply r = control_reply_to(request_id, VANTHU__V1__REPLY__WHAT_DONE);
	Vanthu__V1__Nothing nothing = VANTHU__V1__NOTHING__INIT;

	r.done = &nothing;
	control_say(c, &r);
}

struct pending_reply *control_expect(struct client *c, uint64_t request_id, control_answer *answer)
{
	struct control *control = c->control;

	for (unsigned i = 0; i < PENDING_REPLIES_MAX; i++) {
		unsigned at = (control->pending_hint + i) % PENDING_REPLIES_MAX;
		struct pending_reply *p = &control->pending[at];

		if (p->number != 0)
			continue;
		control->pending_hint = at + 1;
		/* The slot is in the number's low part, so that finding it from the reply needs no
		 * search. */
		*p = (struct pending_reply){ .number =
						 ++control->last_number * PENDING_REPLIES_MAX + at,
					     .client = c,
					     .request_id = request_id,
					     .operate = c->socket != SOCKET_OFFICE,
					     .answer = answer };
		c->pending++;
		control->pending_count++;
		control->pending_operate += p->operate;
		return p;
	}
	return NULL;
}

void control_expect_no_more(struct control *control, struct pending_reply *p)
{
	if (p->client != NULL)
		p->client->pending--;
	control->pending_count--;
	control->pending_operate -= p->operate;
	share_charge_end(&p->charge);
	p->number = 0;
	p->client = NULL;
}

void control_ask_core(struct client *c, const struct question *q)
{
	struct pending_reply *p = control_expect(c, q->request_id, q->answer);

	if (p != NULL) {
		share_charge_set(&p->charge, c->account, q->answer_bytes);
		q->reply->n = p->number;
		if (inbox_push(c->control->parts.inbox, q->event, q->release, q->owner) == ERR_OK)
			return;
		control_expect_no_more(c->control, p);
	}
	control_say_error(c, q->request_id, ERR_BUSY, "");
	if (q->release != NULL)
		q->release(q->owner);
}

void control_answered(struct control *control, const struct act_reply *a)
{
	struct pending_reply *p = &control->pending[a->to.n % PENDING_REPLIES_MAX], copy;

	if (a->to.n == 0 || p->number != a->to.n)
		return;
	copy = *p;
	control_expect_no_more(control, p);
	if (copy.client == NULL)
		return; /* gone: a repetition of its submission gets this answer */
	copy.client->active_ms = control->now_ms;
	if (a->result != ERR_OK)
		control_say_error(copy.client, copy.request_id, a->result,
				  a->about != NULL ? a->about : a->at.text);
	else
		copy.answer(copy.client, &copy, a);
}

/* ---- tasks ---- */

void control_task_begin(struct client *c, struct task *t)
{
	t->next = c->tasks;
	c->tasks = t;
}

void control_task_end(struct client *c, struct task *t)
{
	struct task **at = &c->tasks;

	while (*at != NULL && *at != t)
		at = &(*at)->next;
	if (*at != NULL)
		*at = t->next;
}

unsigned control_task_count(const struct client *c, const struct task_kind *kind)
{
	unsigned n = 0;

	for (const struct task *t = c->tasks; t != NULL; t = t->next)
		n += t->kind == kind;
	return n;
}

unsigned control_task_traits(const struct client *c)
{
	unsigned traits = 0;

	for (const struct task *t = c->tasks; t != NULL; t = t->next)
		traits |= t->kind->traits;
	return traits;
}

void control_tasks_go_on(struct client *c, const struct task_kind *kind)
{
	const struct task_kind *stuck = NULL;
	struct task *next;

	for (struct task *t = c->tasks; t != NULL; t = next) {
		const struct task_kind *k = t->kind;

		next = t->next; /* it may end itself */
		if (k->step == NULL || k == stuck || (kind != NULL && k != kind))
			continue;
		if (!k->step(c, t->work))
			stuck = k;
	}
}

bool control_tasks_ready(const struct client *c)
{
	for (const struct task *t = c->tasks; t != NULL; t = t->next) {
		if (t->kind->ready != NULL && t->kind->ready(c, t->work))
			return true;
	}
	return false;
}

/* ---- jobs, and waiting for bytes ---- */

void control_run(struct client *c, struct job *j)
{
	c->jobs++;
	c->control->jobs++;
	c->control->parts.runner.run(c->control->parts.runner.ctx, j);
}

void control_run_here(struct client *c, struct job *j)
{
	c->jobs++;
	c->control->jobs++;
	j->work(j);
	j->done(j);
}

bool control_job_back(struct client *c)
{
	c->jobs--;
	c->control->jobs--;
	c->active_ms = c->control->now_ms;
	return c->closing;
}

int64_t control_wall_ms(const struct client *c)
{
	return c->control->parts.wall_ms(c->control->parts.ctx);
}

bool control_may_see_secret(const struct client *c)
{
	if (c->no_secret)
		return false;
	if (c->uid == 0 || c->uid == geteuid())
		return true;
	return c->control->secret_gid != (gid_t)-1 &&
	       socket_group_peer_in(c->fd, c->control->secret_gid);
}

enum err control_judge_secret(const struct client *c)
{
	if (control_may_see_secret(c))
		return ERR_OK;
	return c->no_secret ? ERR_NO_SECRET : ERR_PERMISSION;
}

enum err control_judge_secrecy(const struct client *c, enum secrecy secrecy)
{
	return c->no_secret && secrecy >= SECRECY_MAT ? ERR_NO_SECRET : ERR_OK;
}

struct lookup control_lookup(const struct client *c)
{
	return c->control->parts.store->ops->lookup(c->control->parts.store);
}

bool control_view(struct client *c)
{
	struct store *store = c->control->parts.store;

	if (c->control->viewing || store->ops->read_begin(store) != ERR_OK)
		return false;
	c->control->viewing = true;
	return true;
}

void control_view_end(struct client *c, bool begun)
{
	struct store *store = c->control->parts.store;

	if (!begun)
		return;
	store->ops->read_end(store);
	c->control->viewing = false;
}

void control_wait(struct client *c)
{
	c->waits = true;
	c->freed_seen = shares_freed(c->control->shares);
}

bool control_waits(const struct client *c)
{
	return c->waits && c->freed_seen == shares_freed(c->control->shares);
}

/* ---- going ---- */

void control_free_client(struct client *c)
{
	share_charge_end(&c->in_charge);
	share_charge_end(&c->out_charge);
	free(c->in);
	free(c->out);
	free(c);
}

void control_drop(struct client *c)
{
	struct control *control = c->control;

	if (c->closing)
		return;
	c->closing = true;
	close(c->fd);
	for (unsigned i = 0; i < PENDING_REPLIES_MAX; i++) {
		if (control->pending[i].client == c) {
			control->pending[i].client = NULL;
			share_charge_end(&control->pending[i].charge);
		}
	}
	while (c->tasks != NULL) {
		struct task *t = c->tasks;

		control_task_end(c, t);
		t->kind->drop(t->work);
	}
	/* Its buffers at once: a worker that has something of its does not need them. */
	share_charge_end(&c->in_charge);
	share_charge_end(&c->out_charge);
	free(c->in);
	free(c->out);
	c->in = c->out = NULL;
	c->in_len = c->out_len = c->out_sent = c->in_capacity = c->out_capacity = 0;
	shares_leave(c->account);
	c->account = NULL;
	control->left_count++;
}

void control_reap(struct control *c)
{
	for (unsigned i = c->client_count; i-- > 0;) {
		struct client *client = c->clients[i];

		if (!client->closing || client->jobs > 0)
			continue;
		c->clients[i] = c->clients[--c->client_count];
		control_free_client(client);
	}
}
