/* See tally.h. Counts are of the whole process: by row, by class of status. No name and no content
 * is among them, so that /metrics needs no token. */
#include "tools/gateway/tally.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/version.h"
#include "tools/base/text.h"
#include "tools/gateway/exchange.h"
#include "tools/gateway/tls.h"
#include "tools/webhook/webhook.h"

enum { CLASSES = 6, ROWS_MAX = 128, NO_ROW = ROWS_MAX - 1 };

struct tally {
	pthread_mutex_t lock;
	int64_t connections;
	uint64_t answers[ROWS_MAX][CLASSES];
	uint64_t took_ms[ROWS_MAX];
	uint64_t received_bytes;
};

struct tally *tally_new(void)
{
	struct tally *r = calloc(1, sizeof *r);

	if (r != NULL)
		pthread_mutex_init(&r->lock, NULL);
	return r;
}

void tally_free(struct tally *r)
{
	if (r == NULL)
		return;
	pthread_mutex_destroy(&r->lock);
	free(r);
}

void tally_connection(struct tally *r, int opened)
{
	pthread_mutex_lock(&r->lock);
	r->connections += opened;
	pthread_mutex_unlock(&r->lock);
}

static unsigned row_of(const struct exchange *x)
{
	for (unsigned i = 0; x->route != NULL && i < NO_ROW; i++) {
		if (&x->gateway->routes[i] == x->route)
			return i;
	}
	return NO_ROW;
}

/* The name of a row; NULL past the last. */
static const char *name_of(const struct route *routes, unsigned row)
{
	unsigned count = 0;

	while (routes[count].method != NULL)
		count++;
	return row < count ? routes[row].name : row == NO_ROW ? "none" : NULL;
}

static struct token_audit_line line_of(const struct exchange *x)
{
	return (struct token_audit_line){ .token = x->rights.name,
					  .remote = x->remote,
					  .method = x->method,
					  .path = x->path,
					  .request = x->id,
					  .document = x->document,
					  .status = x->status,
					  .err = x->err };
}

static int is_change(const struct exchange *x)
{
	return x->route != NULL && x->route->body != ROUTE_NO_BODY;
}

int tally_begin(struct exchange *x)
{
	struct token_audit_line line = line_of(x);

	if (!is_change(x) || x->gateway->audit == NULL)
		return 1;
	if (token_audit_begin(x->gateway->audit, &line, text_now_ms()) == ERR_OK)
		return 1;
	exchange_refuse(x, ERR_AUDIT, NULL, NULL);
	return 0;
}

void tally_answer(struct exchange *x)
{
	struct tally *r = x->gateway->tally;
	struct token_audit_line line = line_of(x);
	unsigned row = row_of(x), class = x->status / 100;

	pthread_mutex_lock(&r->lock);
	r->answers[row][class < CLASSES ? class : 0]++;
	r->took_ms[row] += (uint64_t)(exchange_now_ms() - x->began_ms);
	r->received_bytes += x->body_bytes;
	pthread_mutex_unlock(&r->lock);
	/* A refused request of nobody's is no change, and who sends many would fill the file. */
	if (is_change(x) && x->gateway->audit != NULL && x->rights.name[0] != '\0' &&
	    token_audit_end(x->gateway->audit, &line, text_now_ms()) != ERR_OK)
		exchange_add_header(x, "Warning", "199 - \"not written to the audit log\"");
}

static void print_rows(const struct tally *r, const struct route *routes, FILE *to)
{
	const char *name;

	fputs("# TYPE vanthu_gateway_requests counter\n"
	      "# HELP vanthu_gateway_requests Requests that were answered.\n",
	      to);
	for (unsigned i = 0; i < ROWS_MAX; i++) {
		name = name_of(routes, i);
		for (unsigned c = 1; name != NULL && c < CLASSES; c++) {
			if (r->answers[i][c] > 0)
				fprintf(to,
					"vanthu_gateway_requests_total{operation=\"%s\",status="
					"\"%uxx\"} %llu\n",
					name, c, (unsigned long long)r->answers[i][c]);
		}
	}
	fputs("# TYPE vanthu_gateway_request_seconds counter\n"
	      "# UNIT vanthu_gateway_request_seconds seconds\n"
	      "# HELP vanthu_gateway_request_seconds Time until they were answered.\n",
	      to);
	for (unsigned i = 0; i < ROWS_MAX; i++) {
		name = name_of(routes, i);
		if (name != NULL && r->took_ms[i] > 0)
			fprintf(to, "vanthu_gateway_request_seconds_total{operation=\"%s\"} %.3f\n",
				name, (double)r->took_ms[i] / 1000);
	}
}

/* What a watch warns by, in good time. */
static void print_certificate(struct tls *tls, FILE *to)
{
	if (tls != NULL)
		fprintf(to,
			"# TYPE vanthu_gateway_certificate_expires_seconds gauge\n"
			"# UNIT vanthu_gateway_certificate_expires_seconds seconds\n"
			"# HELP vanthu_gateway_certificate_expires_seconds End of the gateway's "
			"certificate, Unix time.\n"
			"vanthu_gateway_certificate_expires_seconds %lld\n",
			(long long)tls_expires_s(tls));
}

static void print_webhooks(struct webhook *w, FILE *to)
{
	struct webhook_condition c;

	webhook_health(w, &c);
	fprintf(to,
		"# TYPE vanthu_gateway_webhooks gauge\n"
		"# HELP vanthu_gateway_webhooks Subscriptions, by their state.\n"
		"vanthu_gateway_webhooks{state=\"active\"} %u\n"
		"vanthu_gateway_webhooks{state=\"paused\"} %u\n"
		"vanthu_gateway_webhooks{state=\"given_up\"} %u\n"
		"# TYPE vanthu_gateway_webhooks_failing gauge\n"
		"vanthu_gateway_webhooks_failing %u\n"
		"# TYPE vanthu_gateway_webhooks_damaged gauge\n"
		"vanthu_gateway_webhooks_damaged %u\n",
		c.active, c.paused, c.given_up, c.failing, c.damaged);
	fprintf(to,
		"# TYPE vanthu_gateway_webhook_attempts counter\n"
		"vanthu_gateway_webhook_attempts_total{result=\"taken\"} %llu\n"
		"vanthu_gateway_webhook_attempts_total{result=\"failed\"} %llu\n",
		(unsigned long long)c.delivered, (unsigned long long)c.failed);
}

void tally_metrics(struct exchange *x)
{
	struct tally *r = x->gateway->tally;
	struct token_book_counts tokens;
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);

	if (to == NULL) {
		exchange_refuse(x, ERR_NO_MEMORY, NULL, NULL);
		return;
	}
	token_book_count(x->gateway->book, &tokens);
	fprintf(to,
		"# TYPE vanthu_gateway_build info\nvanthu_gateway_build_info{version=\"%s\"} 1\n"
		"# TYPE vanthu_gateway_tokens gauge\nvanthu_gateway_tokens %u\n"
		"# TYPE vanthu_gateway_damaged_tokens gauge\nvanthu_gateway_damaged_tokens %u\n"
		"# TYPE vanthu_gateway_left_out_tokens gauge\nvanthu_gateway_left_out_tokens %u\n",
		VANTHU_VERSION, tokens.tokens, tokens.damaged, tokens.left_out);
	pthread_mutex_lock(&r->lock);
	fprintf(to,
		"# TYPE vanthu_gateway_connections gauge\nvanthu_gateway_connections %lld\n"
		"# TYPE vanthu_gateway_received_bytes counter\n"
		"# UNIT vanthu_gateway_received_bytes bytes\n"
		"vanthu_gateway_received_bytes_total %llu\n",
		(long long)r->connections, (unsigned long long)r->received_bytes);
	print_rows(r, x->gateway->routes, to);
	pthread_mutex_unlock(&r->lock);
	print_webhooks(x->gateway->webhook, to);
	print_certificate(x->gateway->tls, to);
	fputs("# EOF\n", to);
	if (fclose(to) == 0)
		exchange_plain(x, MHD_HTTP_OK,
			       "application/openmetrics-text; version=1.0.0; charset=utf-8", text);
	free(text);
}
