/* See post.h. */
#include "tools/webhook/post.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "daemon/base/version.h"
#include "tools/base/curl_calls.h"

enum { HEADER_SIZE = 192, HEADERS_MAX_BYTES = 64 << 10 };

struct delivery {
	struct webhook_poster *poster;
	CURL *easy;
	struct curl_slist *headers;
	void *owner; /* NULL: this place is free */
	bool tls, connected_somewhere;
	bool whole;	    /* the head of the answer came to its end */
	unsigned forbidden; /* addresses */
	size_t got_bytes, header_bytes;
	char why[CURL_ERROR_SIZE];
};

struct webhook_poster {
	struct webhook_poster_parts parts;
	CURLM *multi;
	unsigned count;
	struct delivery list[WEBHOOK_POSTS_MAX];
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const struct curl_calls *curl;
static CURLcode global = CURLE_FAILED_INIT;

static void begin_library(void)
{
	curl = curl_calls();
	if (curl != NULL)
		global = curl->global_init(CURL_GLOBAL_DEFAULT);
}

enum err webhook_poster_new(const struct webhook_poster_parts *p, struct webhook_poster **out)
{
	struct webhook_poster *made;

	*out = NULL;
	pthread_once(&once, begin_library);
	if (global != CURLE_OK)
		return ERR_SYSTEM;
	made = calloc(1, sizeof *made);
	if (made == NULL)
		return ERR_NO_MEMORY;
	made->parts = *p;
	made->multi = curl->multi_init();
	if (made->multi == NULL) {
		free(made);
		return ERR_NO_MEMORY;
	}
	curl->multi_setopt(made->multi, CURLMOPT_MAXCONNECTS, (long)WEBHOOK_POSTS_MAX);
	*out = made;
	return ERR_OK;
}

static void release(struct delivery *d)
{
	if (d->easy != NULL) {
		curl->multi_remove_handle(d->poster->multi, d->easy);
		curl->easy_cleanup(d->easy);
		d->poster->count--;
	}
	curl->slist_free_all(d->headers);
	memset(d, 0, sizeof *d);
}

void webhook_poster_destroy(struct webhook_poster *p)
{
	if (p == NULL)
		return;
	for (unsigned i = 0; i < WEBHOOK_POSTS_MAX; i++)
		release(&p->list[i]);
	curl->multi_cleanup(p->multi);
	free(p);
}

unsigned webhook_poster_count(const struct webhook_poster *p)
{
	return p->count;
}

/* ---- what libcurl calls ---- */

/* The address that is really connected to, after names were resolved. */
static curl_socket_t open_socket(void *of, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct delivery *d = of;

	if (purpose != CURLSOCKTYPE_IPCXN ||
	    !webhook_target_allowed(&d->poster->parts.allow, &address->addr, d->tls)) {
		d->forbidden++;
		return CURL_SOCKET_BAD;
	}
	d->connected_somewhere = true;
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t take_body(char *bytes, size_t one, size_t count, void *of)
{
	struct delivery *d = of;

	(void)bytes;
	d->got_bytes += one * count;
	return d->got_bytes > WEBHOOK_REPLY_MAX_BYTES ? 0 : one * count;
}

static size_t take_header(char *bytes, size_t one, size_t count, void *of)
{
	struct delivery *d = of;

	/* The last line of a head is empty; of several answers (1xx before) the last one counts. */
	d->whole = one * count <= 2 && bytes[0] != '\0' && strspn(bytes, "\r\n") >= one * count;
	d->header_bytes += one * count;
	return d->header_bytes > HEADERS_MAX_BYTES ? 0 : one * count;
}

/* ---- a delivery ---- */

static bool add_header(struct delivery *d, const char *text)
{
	struct curl_slist *longer = curl->slist_append(d->headers, text);

	if (longer != NULL)
		d->headers = longer;
	return longer != NULL;
}

static enum err make_headers(struct delivery *d, const struct webhook_post *post)
{
	char signature[WEBHOOK_SIGNATURE_SIZE], id[HEADER_SIZE], at[HEADER_SIZE], by[HEADER_SIZE];
	int64_t seconds = post->now_ms / 1000;
	struct blob body = { (const uint8_t *)post->body, post->len_bytes };
	enum err e = webhook_key_sign(post->key, post->id, seconds, body, signature);

	if (e != ERR_OK)
		return e;
	snprintf(id, sizeof id, "webhook-id: %s", post->id);
	snprintf(at, sizeof at, "webhook-timestamp: %lld", (long long)seconds);
	snprintf(by, sizeof by, "webhook-signature: %s", signature);
	/* Without "Expect:" a server may be asked first, and some never answer that. */
	return add_header(d, "Content-Type: application/json") && add_header(d, "Expect:") &&
			       add_header(d, "Accept:") && add_header(d, id) && add_header(d, at) &&
			       add_header(d, by)
		       ? ERR_OK
		       : ERR_NO_MEMORY;
}

static bool set_bounds(struct delivery *d, const struct webhook_poster_parts *p)
{
	CURL *c = d->easy;

	return curl->easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
	       curl->easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
	       curl->easy_setopt(c, CURLOPT_PROXY, "") == CURLE_OK &&
	       curl->easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) == CURLE_OK &&
	       curl->easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) ==
		       CURLE_OK &&
	       curl->easy_setopt(c, CURLOPT_HTTP09_ALLOWED, 0L) == CURLE_OK &&
	       curl->easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
	       curl->easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
	       curl->easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) ==
		       CURLE_OK &&
	       (p->ca[0] == '\0' || (curl->easy_setopt(c, CURLOPT_CAINFO, p->ca) == CURLE_OK &&
				     curl->easy_setopt(c, CURLOPT_CAPATH, NULL) == CURLE_OK)) &&
	       curl->easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)WEBHOOK_CONNECT_TIMEOUT_MS) ==
		       CURLE_OK &&
	       curl->easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)p->timeout_ms) == CURLE_OK &&
	       curl->easy_setopt(c, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
	       /* else a name server that does not answer would hold up the end of the process */
	       curl->easy_setopt(c, CURLOPT_QUICK_EXIT, 1L) == CURLE_OK &&
	       curl->easy_setopt(c, CURLOPT_BUFFERSIZE, 16L << 10) == CURLE_OK;
}

static bool set_request(struct delivery *d, const struct webhook_post *post)
{
	CURL *c = d->easy;

	return curl->easy_setopt(c, CURLOPT_URL, post->url) == CURLE_OK &&
	       curl->easy_setopt(c, CURLOPT_POST, 1L) == CURLE_OK &&
	       curl->easy_setopt(c, CURLOPT_POSTFIELDS, post->body) == CURLE_OK &&
	       curl->easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)post->len_bytes) ==
		       CURLE_OK &&
	       curl->easy_setopt(c, CURLOPT_HTTPHEADER, d->headers) == CURLE_OK &&
	       curl->easy_setopt(c, CURLOPT_USERAGENT, "vanthu-gateway/" VANTHU_VERSION) ==
		       CURLE_OK &&
	       curl->easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_socket) == CURLE_OK &&
	       curl->easy_setopt(c, CURLOPT_OPENSOCKETDATA, d) == CURLE_OK &&
	       curl->easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body) == CURLE_OK &&
	       curl->easy_setopt(c, CURLOPT_WRITEDATA, d) == CURLE_OK &&
	       curl->easy_setopt(c, CURLOPT_HEADERFUNCTION, take_header) == CURLE_OK &&
	       curl->easy_setopt(c, CURLOPT_HEADERDATA, d) == CURLE_OK &&
	       curl->easy_setopt(c, CURLOPT_ERRORBUFFER, d->why) == CURLE_OK &&
	       curl->easy_setopt(c, CURLOPT_PRIVATE, d) == CURLE_OK;
}

enum err webhook_poster_begin(struct webhook_poster *p, const struct webhook_post *post)
{
	struct delivery *d = NULL;
	enum err e;

	for (unsigned i = 0; i < WEBHOOK_POSTS_MAX && d == NULL; i++)
		d = p->list[i].owner == NULL ? &p->list[i] : NULL;
	if (d == NULL)
		return ERR_BUSY;
	memset(d, 0, sizeof *d);
	d->poster = p;
	d->tls = strncmp(post->url, "https://", 8) == 0;
	e = make_headers(d, post);
	d->easy = e == ERR_OK ? curl->easy_init() : NULL;
	if (d->easy != NULL)
		p->count++;
	if (e == ERR_OK && (d->easy == NULL || !set_bounds(d, &p->parts) || !set_request(d, post)))
		e = ERR_SYSTEM;
	if (e == ERR_OK && curl->multi_add_handle(p->multi, d->easy) != CURLM_OK)
		e = ERR_SYSTEM;
	if (e != ERR_OK)
		release(d);
	else
		d->owner = post->owner;
	return e;
}

void webhook_poster_cancel(struct webhook_poster *p, const void *owner)
{
	for (unsigned i = 0; i < WEBHOOK_POSTS_MAX; i++) {
		if (p->list[i].owner == owner)
			release(&p->list[i]);
	}
}

void webhook_poster_turn(struct webhook_poster *p, int timeout_ms)
{
	int running = 0;

	curl->multi_perform(p->multi, &running);
	/* What is done already is not to wait. */
	if ((unsigned)running == p->count)
		curl->multi_poll(p->multi, NULL, 0, timeout_ms, NULL);
	curl->multi_perform(p->multi, &running);
}

/* An answer that is too long is one all the same: its status stands at its beginning. One that ends
 * in the middle of its head is none, though libcurl takes it for one: who died while answering may
 * not have kept the event. */
static bool is_answer(const struct delivery *d, CURLcode code)
{
	return d->whole && (code == CURLE_OK ||
			    (code == CURLE_WRITE_ERROR && d->got_bytes > WEBHOOK_REPLY_MAX_BYTES));
}

static void fill(struct delivery *d, CURLcode code, struct webhook_outcome *out)
{
	curl_off_t after_s = 0, took_us = 0;
	long status = 0;

	*out = (struct webhook_outcome){ .retry_after_ms = -1 };
	curl->easy_getinfo(d->easy, CURLINFO_TOTAL_TIME_T, &took_us);
	out->took_ms = (unsigned)(took_us / 1000);
	if (is_answer(d, code)) {
		curl->easy_getinfo(d->easy, CURLINFO_RESPONSE_CODE, &status);
		curl->easy_getinfo(d->easy, CURLINFO_RETRY_AFTER, &after_s);
		out->status = (unsigned)status;
		if (after_s > 0)
			out->retry_after_ms =
				after_s > INT32_MAX ? INT32_MAX * INT64_C(1000) : after_s * 1000;
		return;
	}
	out->refused = d->forbidden > 0 && !d->connected_somewhere;
	snprintf(out->error, sizeof out->error, "%s",
		 d->why[0] != '\0'  ? d->why
		 : code == CURLE_OK ? "the answer ended too early"
				    : curl->easy_strerror(code));
}

bool webhook_poster_take(struct webhook_poster *p, void **owner, struct webhook_outcome *out)
{
	int left;
	const CURLMsg *m;

	while ((m = curl->multi_info_read(p->multi, &left)) != NULL) {
		CURLcode code = m->data.result;
		char *private = NULL;
		struct delivery *d;

		if (m->msg != CURLMSG_DONE)
			continue;
		curl->easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &private);
		d = (struct delivery *)(void *)private;
		fill(d, code, out);
		*owner = d->owner;
		release(d);
		return true;
	}
	return false;
}

void webhook_poster_wake(struct webhook_poster *p)
{
	curl->multi_wakeup(p->multi);
}
