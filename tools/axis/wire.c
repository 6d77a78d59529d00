/* See wire.h. */
#include "tools/axis/wire.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/base/version.h"
#include "proto/digest.h"
#include "tools/base/curl_calls.h"
#include "tools/base/text.h"

enum { URL_SIZE = AXIS_ADDRESS_SIZE + 1024, HEADER_SIZE = AXIS_SECRET_SIZE + 32 };

struct axis_wire {
	struct axis_wire_parts parts;
	CURL *easy;
	struct curl_slist *headers;
	char why[CURL_ERROR_SIZE];
	char *bytes; /* of an answer in memory */
	size_t len;
	bool in_file;
	int file; /* or into a file */
	uint64_t file_bytes;
	struct digest_stream *digest;
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

static bool add_header(struct axis_wire *w, const char *name, const char *value)
{
	char text[HEADER_SIZE];
	struct curl_slist *more;

	snprintf(text, sizeof text, "%s: %s", name, value);
	more = curl->slist_append(w->headers, text);
	explicit_bzero(text, sizeof text);
	if (more != NULL)
		w->headers = more;
	return more != NULL;
}

enum err axis_wire_new(const struct axis_wire_parts *parts, struct axis_wire **out)
{
	struct axis_wire *w;

	*out = NULL;
	pthread_once(&once, begin_library);
	if (global != CURLE_OK)
		return ERR_SYSTEM;
	w = calloc(1, sizeof *w);
	if (w == NULL)
		return ERR_NO_MEMORY;
	w->parts = *parts;
	w->easy = curl->easy_init();
	if (w->easy == NULL || !add_header(w, "SystemId", parts->adapter->system) ||
	    !add_header(w, "SecretKey", parts->secret) || !add_header(w, "Accept-Language", "vi")) {
		axis_wire_free(w);
		return ERR_NO_MEMORY;
	}
	*out = w;
	return ERR_OK;
}

void axis_wire_free(struct axis_wire *w)
{
	if (w == NULL)
		return;
	for (struct curl_slist *h = w->headers; h != NULL; h = h->next)
		explicit_bzero(h->data, strlen(h->data));
	curl->slist_free_all(w->headers);
	curl->easy_cleanup(w->easy);
	free(w->bytes);
	free(w);
}

/* ---- what libcurl calls ---- */

static int look_for_stop(void *of, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	struct axis_wire *w = of;
	struct pollfd fd = { .fd = w->parts.stop, .events = POLLIN };

	(void)a;
	(void)b;
	(void)c;
	(void)d;
	return poll(&fd, 1, 0) > 0;
}

static bool take_file(struct axis_wire *w, const char *bytes, size_t len)
{
	if (w->file_bytes + len > (uint64_t)AXIS_CONTENT_MAX_BYTES)
		return false;
	digest_add(w->digest, (struct blob){ (const uint8_t *)bytes, len });
	w->file_bytes += len;
	while (len > 0) {
		ssize_t n = write(w->file, bytes, len);

		if (n <= 0)
			return false;
		bytes += n;
		len -= (size_t)n;
	}
	return true;
}

static size_t take(char *bytes, size_t one, size_t count, void *of)
{
	struct axis_wire *w = of;
	size_t len = one * count;
	long status = 0;
	char *larger;

	curl->easy_getinfo(w->easy, CURLINFO_RESPONSE_CODE, &status);
	if (w->in_file && status == 200)
		return take_file(w, bytes, len) ? len : 0;
	if (w->len + len > AXIS_JSON_MAX_BYTES)
		return 0;
	larger = realloc(w->bytes, w->len + len + 1);
	if (larger == NULL)
		return 0;
	w->bytes = larger;
	memcpy(w->bytes + w->len, bytes, len);
	w->len += len;
	return len;
}

/* ---- a request ---- */

static bool prepare(struct axis_wire *w, const char *path)
{
	const char *ca = w->parts.adapter->ca;
	char url[URL_SIZE];
	CURL *c = w->easy;
	int n = snprintf(url, sizeof url, "%s%s", w->parts.adapter->address, path);

	w->len = 0;
	w->why[0] = '\0';
	curl->easy_reset(c);
	return n > 0 && (size_t)n < sizeof url &&
	       curl->easy_setopt(c, CURLOPT_URL, url) == CURLE_OK &&
	       curl->easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
	       curl->easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
	       curl->easy_setopt(c, CURLOPT_PROXY, "") == CURLE_OK &&
	       curl->easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) == CURLE_OK &&
	       curl->easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) ==
		       CURLE_OK &&
	       curl->easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
	       curl->easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
	       curl->easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) ==
		       CURLE_OK &&
	       (ca[0] == '\0' || (curl->easy_setopt(c, CURLOPT_CAINFO, ca) == CURLE_OK &&
				  curl->easy_setopt(c, CURLOPT_CAPATH, NULL) == CURLE_OK)) &&
	       curl->easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)AXIS_CONNECT_TIMEOUT_MS) ==
		       CURLE_OK &&
	       curl->easy_setopt(c, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
	       curl->easy_setopt(c, CURLOPT_QUICK_EXIT, 1L) == CURLE_OK &&
	       curl->easy_setopt(c, CURLOPT_USERAGENT, "vanthu-gateway/" VANTHU_VERSION) ==
		       CURLE_OK &&
	       curl->easy_setopt(c, CURLOPT_HTTPHEADER, w->headers) == CURLE_OK &&
	       curl->easy_setopt(c, CURLOPT_WRITEFUNCTION, take) == CURLE_OK &&
	       curl->easy_setopt(c, CURLOPT_WRITEDATA, w) == CURLE_OK &&
	       curl->easy_setopt(c, CURLOPT_ERRORBUFFER, w->why) == CURLE_OK &&
	       curl->easy_setopt(c, CURLOPT_NOPROGRESS, 0L) == CURLE_OK &&
	       curl->easy_setopt(c, CURLOPT_XFERINFOFUNCTION, look_for_stop) == CURLE_OK &&
	       curl->easy_setopt(c, CURLOPT_XFERINFODATA, w) == CURLE_OK;
}

/* A file of any size takes its time, as long as it moves. */
static void bound(struct axis_wire *w, bool whole_file)
{
	if (!whole_file) {
		curl->easy_setopt(w->easy, CURLOPT_TIMEOUT_MS, (long)AXIS_ASK_TIMEOUT_MS);
		return;
	}
	curl->easy_setopt(w->easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl->easy_setopt(w->easy, CURLOPT_LOW_SPEED_TIME, (long)AXIS_STALLED_S);
}

/* "errorCode" is a number or a text; some write "code". */
static int code_of(const json_t *json)
{
	const json_t *code = json_object_get(json, "errorCode");
	const char *text;
	uint32_t n;

	if (code == NULL)
		code = json_object_get(json, "code");
	if (json_is_integer(code))
		return (int)json_integer_value(code);
	text = json_string_value(code);
	return text != NULL && text_count(text, 9999, &n) ? (int)n : AXIS_CODE_NONE;
}

static void fill_reason(struct axis_wire *w, const char *said, struct axis_answer *out)
{
	size_t n = 0;

	if (said == NULL)
		said = w->why;
	/* In one line, whatever it says; cut where a character begins. */
	for (; said[n] != '\0' && n + 1 < sizeof out->reason; n++)
		out->reason[n] = (unsigned char)said[n] < ' ' ? ' ' : said[n];
	while (said[n] != '\0' && n > 0 && ((unsigned char)said[n] & 0xc0) == 0x80)
		n--;
	out->reason[n] = '\0';
}

static void perform(struct axis_wire *w, bool ready, struct axis_answer *out)
{
	CURLcode code = ready ? curl->easy_perform(w->easy) : CURLE_OUT_OF_MEMORY;
	curl_off_t after_s = 0;
	long status = 0;

	*out = (struct axis_answer){ .code = AXIS_CODE_NONE, .retry_after_ms = -1 };
	if (code == CURLE_OK) {
		curl->easy_getinfo(w->easy, CURLINFO_RESPONSE_CODE, &status);
		curl->easy_getinfo(w->easy, CURLINFO_RETRY_AFTER, &after_s);
		out->json = json_loadb(w->bytes == NULL ? "" : w->bytes, w->len, 0, NULL);
		out->code = code_of(out->json);
	} else if (w->why[0] == '\0') {
		snprintf(w->why, sizeof w->why, "%s", curl->easy_strerror(code));
	}
	out->status = (unsigned)status;
	if (after_s > 0)
		out->retry_after_ms = after_s > INT32_MAX ? INT32_MAX : after_s * INT64_C(1000);
	if (status != 0 && out->code == AXIS_CODE_NONE)
		snprintf(w->why, sizeof w->why, "HTTP %ld", status);
	out->verdict = axis_verdict(out->status, out->code);
	fill_reason(w, json_string_value(json_object_get(out->json, "errorDesc")), out);
}

void axis_wire_get(struct axis_wire *w, const char *path, struct axis_answer *out)
{
	bool ready = prepare(w, path);

	bound(w, false);
	perform(w, ready, out);
}

void axis_wire_post(struct axis_wire *w, const char *path, json_t *body, struct axis_answer *out)
{
	char *text = axis_disk_text(body);
	struct curl_slist type = { (char *)(uintptr_t) "Content-Type: application/json",
				   w->headers };
	bool ready = text != NULL && prepare(w, path) &&
		     curl->easy_setopt(w->easy, CURLOPT_HTTPHEADER, &type) == CURLE_OK &&
		     curl->easy_setopt(w->easy, CURLOPT_POSTFIELDS, text) == CURLE_OK;

	bound(w, false);
	perform(w, ready, out);
	curl->easy_reset(w->easy);
	free(text);
	json_decref(body);
}

static bool add_field(curl_mime *m, const char *name, const char *value)
{
	curl_mimepart *p = curl->mime_addpart(m);

	return p != NULL && curl->mime_name(p, name) == CURLE_OK &&
	       curl->mime_data(p, value, CURL_ZERO_TERMINATED) == CURLE_OK;
}

void axis_wire_send(struct axis_wire *w, const struct axis_label *label, const char *file,
		    struct axis_answer *out)
{
	bool ready = prepare(w, "/v1/sendEdoc");
	curl_mime *m = curl->mime_init(w->easy);
	curl_mimepart *p;

	ready = ready && m != NULL && add_field(m, "messageType", label->type) &&
		add_field(m, "from", label->from) && add_field(m, "to", label->to) &&
		add_field(m, "senderDocId", label->key) &&
		add_field(m, "contentSha256", label->sha256);
	p = ready ? curl->mime_addpart(m) : NULL;
	ready = p != NULL && curl->mime_name(p, "file") == CURLE_OK &&
		curl->mime_filedata(p, file) == CURLE_OK &&
		curl->mime_filename(p, "message.edxml") == CURLE_OK &&
		curl->mime_type(p, "application/xml") == CURLE_OK &&
		curl->easy_setopt(w->easy, CURLOPT_MIMEPOST, m) == CURLE_OK &&
		/* On a connection that was used before, the library itself would send it a second
		 * time when the first one is broken off without an answer. */
		curl->easy_setopt(w->easy, CURLOPT_FRESH_CONNECT, 1L) == CURLE_OK;
	bound(w, true);
	perform(w, ready, out);
	curl->easy_reset(w->easy);
	curl->mime_free(m);
}

void axis_wire_fetch(struct axis_wire *w, const char *path, const char *file,
		     struct axis_answer *out, struct digest *digest, uint64_t *bytes)
{
	bool ready = prepare(w, path);

	w->digest = digest_begin();
	w->file = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	w->file_bytes = 0;
	w->in_file = true;
	bound(w, true);
	perform(w, ready && w->file >= 0 && w->digest != NULL, out);
	w->in_file = false;
	/* A file has no result code; an answer of another kind has. */
	if (out->status == 200 && out->json == NULL)
		out->verdict = AXIS_DONE;
	*digest = (struct digest){ { 0 } };
	if (w->digest != NULL)
		*digest = digest_end(w->digest);
	w->digest = NULL;
	*bytes = w->file_bytes;
	if (w->file >= 0 && close(w->file) != 0)
		out->verdict = AXIS_LATER;
}

void axis_answer_free(struct axis_answer *a)
{
	json_decref(a->json);
	a->json = NULL;
}

bool axis_wire_word(const char *text, char *out, size_t size_bytes)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "-._~";
	size_t used = 0;

	for (; *text != '\0'; text++) {
		if (used + 4 > size_bytes)
			return false;
		if (strchr(plain, *text) != NULL)
			out[used++] = *text;
		else
			used += (size_t)snprintf(out + used, 4, "%%%02X", (unsigned char)*text);
	}
	out[used] = '\0';
	return true;
}
