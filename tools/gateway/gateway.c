/* See gateway.h. */
#include "tools/gateway/gateway.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <time.h>

#include "daemon/base/log.h"
#include "tools/axis/axis.h"
#include "tools/base/files.h"
#include "tools/gateway/deadlines.h"
#include "tools/gateway/judge.h"
#include "tools/gateway/parts.h"
#include "tools/gateway/pool.h"
#include "tools/gateway/tally.h"
#include "tools/gateway/routes.h"
#include "tools/gateway/server.h"
#include "tools/gateway/sessions.h"
#include "tools/gateway/share.h"
#include "tools/gateway/submit.h"
#include "tools/gateway/throttle.h"
#include "tools/gateway/tls.h"
#include "tools/spool/spool.h"
#include "tools/webhook/webhook.h"

enum {
	DAEMON_CONNECTIONS = 64,
	FOLLOWERS = 64, /* who waits for changes, by a connection each */
	WAIT_S = 10,
	ASK_MS = 60000,
	DAY_S = 86400,
	CERTIFICATE_SOON_DAYS = 30
};

struct gateway_parts {
	struct gateway gateway;
	char vanthu[PATH_MAX];
	struct server *server;
	struct webhook_parts webhook_parts;
	struct webhook *webhook;
	struct spool_parts spool_parts;
	struct spool *spool;
	struct axis *axis;
};

static void warn_left_out(unsigned count)
{
	log_event(LOG_ERROR, "tokens-left-out", "count=%u limit=%d", count, TOKEN_BOOK_MAX);
}

static enum err open_folder(const struct config *c, struct gateway *g, const char **why)
{
	enum err e = fs_mkdir(c->gateway_folder, true);

	if (e == ERR_OK)
		e = token_book_open(c->gateway_folder, c->gateway_rate, warn_left_out, &g->book);
	if (e == ERR_OK)
		e = token_audit_open(c->gateway_folder, c->gateway_audit_bytes,
				     config_requires_audit(c), &g->audit);
	if (e == ERR_OK)
		e = throttle_open(c->gateway_folder, &g->throttle);
	if (e == ERR_FILE)
		*why = fs_why(errno);
	return e;
}

static enum err open_parts(struct gateway_parts *p, const struct config *config, const char **why)
{
	struct gateway *g = &p->gateway;
	enum err e = run_find(p->vanthu, sizeof p->vanthu);

	if (e != ERR_OK) {
		*why = fs_why(errno);
		return e;
	}
	g->config = config;
	g->routes = routes_table();
	g->program.vanthu = p->vanthu;
	g->program.config = config->file;
	g->program.stop = g->stop;
	g->pool = pool_new(config, DAEMON_CONNECTIONS, WAIT_S, ASK_MS);
	g->followers = pool_new(config, FOLLOWERS, WAIT_S, ASK_MS);
	g->share = share_new();
	g->tally = tally_new();
	g->sessions = sessions_new(config->gateway_folder);
	if (g->sessions == NULL || g->share == NULL || g->pool == NULL || g->followers == NULL ||
	    g->tally == NULL)
		return ERR_NO_MEMORY;
	g->deadlines = deadlines_start();
	return g->deadlines == NULL ? ERR_SYSTEM : open_folder(config, g, why);
}

/* ---- what runs beside ---- */

static void log_webhook(void *of, const char *event, const char *fields)
{
	(void)of;
	log_event(LOG_INFO, event, "%s", fields);
}

static void log_spool(void *of, enum err e, const char *text)
{
	char quoted[1024];

	(void)of;
	log_event(e == ERR_OK ? LOG_INFO : LOG_WARNING, "spool", "error=VT-%d text=%s", (int)e,
		  log_quote(text, quoted, sizeof quoted));
}

static enum err start_beside(struct gateway_parts *p, const char **why)
{
	const struct config *config = p->gateway.config;
	enum err e;

	p->webhook_parts = (struct webhook_parts){ .config = config,
						   .vanthu = p->vanthu,
						   .log = log_webhook };
	p->spool_parts = (struct spool_parts){ .config = config,
					       .vanthu = p->vanthu,
					       .log = log_spool };
	e = webhook_start(&p->webhook_parts, &p->webhook);
	p->gateway.webhook = p->webhook;
	/* It has locked the folder: what lies there is nobody's upload under way. */
	if (e == ERR_OK)
		submit_sweep(config->gateway_folder);
	if (e == ERR_OK && config->gateway_spool[0] != '\0')
		e = spool_start(&p->spool_parts, &p->spool);
	if (e == ERR_FILE)
		*why = fs_why(errno);
	return e;
}

static void log_axis(const char *adapter, enum err e)
{
	log_event(e == ERR_OK ? LOG_INFO : LOG_WARNING, e == ERR_OK ? "axis-well" : "axis-failed",
		  "adapter=%s error=VT-%d", adapter, (int)e);
}

/* Clients refuse a certificate whose time is over; what runs beside HTTP goes on. */
static void say_end(const struct gateway *g)
{
	int64_t left_s = g->tls == NULL ? INT64_MAX : tls_expires_s(g->tls) - (int64_t)time(NULL);

	if (left_s < 0)
		log_event(LOG_ERROR, "gateway-certificate-expired", "since_days=%lld",
			  (long long)(-left_s / DAY_S));
	else if (left_s < CERTIFICATE_SOON_DAYS * DAY_S)
		log_event(LOG_WARNING, "gateway-certificate-expires", "days=%lld",
			  (long long)(left_s / DAY_S));
}

/* Whether it may listen where it should, before any certificate is read. */
static enum err open_tls(const struct config *config, struct tls **out, const char **why)
{
	enum err e = listen_check(config, why);

	*out = NULL;
	return e == ERR_OK ? tls_open(config, out, why) : e;
}

enum err gateway_start(const struct config *config, int stop, struct gateway_parts **out,
		       const char **why)
{
	struct gateway_parts *p = calloc(1, sizeof *p);
	enum err e;

	*why = NULL;
	*out = NULL;
	if (p == NULL)
		return ERR_NO_MEMORY;
	p->gateway.stop = stop;
	e = open_parts(p, config, why);
	if (e == ERR_OK)
		e = open_tls(config, &p->gateway.tls, why);
	if (e == ERR_OK)
		e = start_beside(p, why);
	if (e == ERR_OK)
		e = server_start(&p->gateway, &p->server, why);
	if (e == ERR_OK)
		e = axis_start(&(struct axis_parts){ config, p->vanthu, log_axis }, &p->axis);
	if (e != ERR_OK) {
		gateway_stop(p);
		return e;
	}
	say_end(&p->gateway);
	*out = p;
	return ERR_OK;
}

enum err gateway_check(const struct config *config, const char **why)
{
	struct tls *tls = NULL;
	enum err e;

	e = open_tls(config, &tls, why);
	tls_close(tls);
	return e;
}

void gateway_reload(struct gateway_parts *p)
{
	const char *why = NULL;
	bool changed = false;
	char quoted[256];
	enum err e;

	if (p->gateway.tls == NULL)
		return;
	e = tls_reload(p->gateway.tls, &changed, &why);
	if (e != ERR_OK)
		log_event(LOG_ERROR, "gateway-reload-refused", "error=VT-%d why=%s", (int)e,
			  log_quote(why == NULL ? "" : why, quoted, sizeof quoted));
	else
		log_event(LOG_INFO, "gateway-reload", "certificates=%s", changed ? "new" : "same");
	say_end(&p->gateway);
}

void gateway_remind(const struct gateway_parts *p)
{
	say_end(&p->gateway);
}

void gateway_stop(struct gateway_parts *p)
{
	if (p == NULL)
		return;
	axis_stop(p->axis);
	server_stop(p->server);
	spool_stop(p->spool);
	webhook_stop(p->webhook);
	tls_close(p->gateway.tls);
	deadlines_stop(p->gateway.deadlines);
	token_audit_close(p->gateway.audit);
	token_book_close(p->gateway.book);
	tally_free(p->gateway.tally);
	throttle_close(p->gateway.throttle);
	sessions_free(p->gateway.sessions);
	share_free(p->gateway.share);
	pool_free(p->gateway.followers);
	pool_free(p->gateway.pool);
	free(p);
}
