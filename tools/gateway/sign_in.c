/* See sign_in.h. */
#include "tools/gateway/sign_in.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "tools/base/text.h"
#include "tools/gateway/changes.h"
#include "tools/gateway/exchange.h"
#include "tools/gateway/sessions.h"
#include "tools/gateway/throttle.h"

/* A check of a password takes PASSWORD_MEMORY_BYTES and a core for some 30 ms: one at a time, and
 * so many wait for it. */
enum { WAITING_MAX = 32, COOKIE_SIZE = 320, DEVICE_DAYS = 180, DAY_S = 86400 };

static pthread_mutex_t checking = PTHREAD_MUTEX_INITIALIZER;
static unsigned waiting; /* atomic */

/* ---- cookies ---- */

/* With this prefix a browser takes it over TLS alone, for this host, from nobody beside it
 * (RFC 6265bis §4.1.3.2). Without TLS the gateway listens on loopback. */
static const char *cookie_name(const struct exchange *x, bool device)
{
	if (x->gateway->tls != NULL)
		return device ? "__Host-vanthu-device" : "__Host-vanthu";
	return device ? "vanthu-device" : "vanthu-session";
}

static const char *cookie(const struct exchange *x, bool device)
{
	return MHD_lookup_connection_value(x->connection, MHD_COOKIE_KIND, cookie_name(x, device));
}

/* max_age_s 0: it goes. A negative one: until the browser ends. */
static void set_cookie(struct exchange *x, bool device, const char *value, int max_age_s)
{
	char text[COOKIE_SIZE], age[32] = "";

	if (max_age_s >= 0)
		snprintf(age, sizeof age, "; Max-Age=%d", max_age_s);
	snprintf(text, sizeof text, "%s=%s; Path=/; HttpOnly; SameSite=Strict%s%s",
		 cookie_name(x, device), value, x->gateway->tls == NULL ? "" : "; Secure", age);
	exchange_add_header(x, "Set-Cookie", text);
	explicit_bzero(text, sizeof text);
}

/* ---- whose request it is ---- */

bool sign_in_shows(const struct exchange *x)
{
	return exchange_header(x, "Authorization") == NULL &&
	       exchange_header(x, "SecretKey") == NULL && cookie(x, false) != NULL;
}

/* What a page asks by itself, every so often, keeps nobody signed in. */
static bool is_by_itself(const struct exchange *x)
{
	return x->route->answer == changes_follow || x->route->answer == sign_in_who ||
	       exchange_header(x, "X-Vanthu-Background") != NULL;
}

static bool has_proof(const struct exchange *x, const struct session *s)
{
	const char *proof = exchange_header(x, "X-Vanthu-Proof");

	return strcmp(x->method, "GET") == 0 ||
	       (proof != NULL && strlen(proof) == SESSION_SECRET_SIZE - 1 &&
		secret_equal(proof, s->proof, SESSION_SECRET_SIZE - 1));
}

static enum err find(struct exchange *x, struct session *out)
{
	return sessions_find(x->gateway->sessions, cookie(x, false), text_now_ms(), is_by_itself(x),
			     out);
}

enum err sign_in_check(struct exchange *x)
{
	struct session s;
	enum err e = find(x, &s);

	if (e != ERR_OK)
		return e;
	x->rights = session_rights(&s);
	x->session = s.id;
	snprintf(x->person, sizeof x->person, "%s", s.account.person);
	if (!has_proof(x, &s))
		return ERR_SESSION_FORGED;
	return s.account.must_change && x->route->act != ROUTE_SESSION ? ERR_PASSWORD_CHANGE
								       : ERR_OK;
}

/* ---- what is answered ---- */

static json_t *roles_json(unsigned roles)
{
	json_t *out = json_array();

	for (const struct account_role_row *row = account_roles(); row->name != NULL; row++) {
		if ((roles & row->role) != 0)
			json_array_append_new(out, json_string(row->name));
	}
	return out;
}

static json_t *session_json(const struct exchange *x, const struct session *s)
{
	return json_pack("{s:s, s:s, s:o, s:b, s:s, s:I, s:I, s:s}", "name", s->account.name,
			 "person", s->account.person, "roles", roles_json(s->account.roles),
			 "password_to_change", s->account.must_change, "proof", s->proof,
			 "idle_ends_ms", (json_int_t)s->idle_ms, "ends_ms", (json_int_t)s->ends_ms,
			 "committee", x->gateway->config->committee.text);
}

void sign_in_who(struct exchange *x)
{
	struct session s;
	enum err e = find(x, &s);

	if (e != ERR_OK)
		exchange_refuse(x, e, NULL, NULL);
	else
		exchange_json(x, MHD_HTTP_OK, session_json(x, &s));
}

void sign_in_end(struct exchange *x)
{
	sessions_end(x->gateway->sessions, &x->session);
	exchange_json(x, MHD_HTTP_OK, json_object());
	set_cookie(x, false, "", 0);
	/* What the browser keeps of it goes as well; drafts are the page's to keep or not. */
	exchange_add_header(x, "Clear-Site-Data", "\"cache\"");
}

/* ---- signing in ---- */

/* ERR_BUSY: too many wait. */
static enum err verify(const char *password, const char *stored)
{
	enum err e = ERR_BUSY;

	if (__atomic_add_fetch(&waiting, 1, __ATOMIC_RELAXED) <= WAITING_MAX) {
		pthread_mutex_lock(&checking);
		e = password_verify(password, stored);
		pthread_mutex_unlock(&checking);
	}
	__atomic_sub_fetch(&waiting, 1, __ATOMIC_RELAXED);
	return e;
}

/* The password of an account and its code. All that is wrong is ERR_SIGN_IN, after the same work:
 * nobody learns which of it was. */
static enum err prove(const struct exchange *x, const char *password, const char *code,
		      struct account *a)
{
	struct sessions *all = x->gateway->sessions;
	enum err found = account_file_read(x->gateway->config->gateway_folder,
					   exchange_field(x, "name"), a),
		 e;
	bool there = found == ERR_OK && a->disabled_ms == 0;
	uint64_t step = 1;

	if (found == ERR_FILE || found == ERR_NO_MEMORY)
		return found;
	e = verify(password, there ? a->password : "");
	if (there && a->has_totp)
		step = totp_step(a->totp, code == NULL ? "" : code, text_now_ms() / 1000,
				 sessions_step(all, a->name));
	if (e == ERR_OK && step == 0)
		e = ERR_SIGN_IN;
	if (e == ERR_OK && a->has_totp && !sessions_take_step(all, a->name, step))
		e = ERR_SIGN_IN;
	return e;
}

/* What was stored at other costs is stored at today's; a failure of that is none of who signs
 * in. */
struct rehash {
	const char *old, *password;
};

static enum err store_anew(void *of, struct account *a)
{
	const struct rehash *r = of;

	return strcmp(a->password, r->old) == 0 ? password_store(r->password, a->password)
						: ERR_CHANGED_FILE;
}

static void renew(const struct exchange *x, const struct account *a, const char *password)
{
	struct rehash r = { a->password, password };
	struct account now;

	if (password_is_old(a->password))
		(void)!account_file_change(x->gateway->config->gateway_folder, a->name, store_anew,
					   &r, &now);
}

static void begin(struct exchange *x, const struct account *a)
{
	struct session_secrets secrets;
	struct session s;
	char device[DEVICE_SIZE];
	enum err e = sessions_begin(x->gateway->sessions, a->name, text_now_ms(), &secrets);

	if (e == ERR_OK)
		e = sessions_find(x->gateway->sessions, secrets.secret, text_now_ms(), true, &s);
	if (e == ERR_OK)
		e = throttle_device(x->gateway->throttle, a->name, device);
	if (e != ERR_OK) {
		exchange_refuse(x, e, NULL, NULL);
		return;
	}
	exchange_json(x, MHD_HTTP_OK, session_json(x, &s));
	set_cookie(x, false, secrets.secret, -1);
	set_cookie(x, true, device, DEVICE_DAYS * DAY_S);
	explicit_bzero(&secrets, sizeof secrets);
}

void sign_in_answer(struct exchange *x)
{
	const char *name = exchange_field(x, "name"), *password = exchange_field(x, "password");
	struct throttle *t = x->gateway->throttle;
	const char *device = cookie(x, true);
	struct account a;
	enum err e = account_name_check(name);

	if (e != ERR_OK) {
		exchange_refuse(x, ERR_SIGN_IN, NULL, NULL); /* there is none of this name */
		return;
	}
	snprintf(x->rights.name, sizeof x->rights.name, "@%s", name);
	e = throttle_try(t, name, x->remote, device, text_now_ms(), &x->rights.retry_after_s);
	if (e == ERR_OK)
		e = prove(x, password, exchange_field(x, "code"), &a);
	if (e != ERR_OK) {
		exchange_refuse(x, e, NULL, NULL);
		return;
	}
	throttle_passed(t, name, x->remote, device);
	renew(x, &a, password);
	begin(x, &a);
	explicit_bzero(&a, sizeof a);
}

/* ---- another password ---- */

struct new_password {
	char stored[PASSWORD_STORED_SIZE], before[PASSWORD_STORED_SIZE];
	int64_t now_ms;
};

static enum err take_password(void *of, struct account *a)
{
	const struct new_password *p = of;

	if (strcmp(a->password, p->before) != 0)
		return ERR_CHANGED_FILE;
	memcpy(a->password, p->stored, sizeof a->password);
	a->must_change = false;
	a->changed_ms = p->now_ms;
	return ERR_OK;
}

/* Whoever sits at a browser that somebody left does not know the password. */
static enum err replace(const struct exchange *x, struct account *a, struct new_password *p)
{
	const char *password = exchange_field(x, "password"), *next = exchange_field(x, "new");
	enum err e = account_file_read(x->gateway->config->gateway_folder, x->rights.name + 1, a);

	if (e == ERR_OK)
		e = verify(password, a->password);
	if (e == ERR_OK && strcmp(password, next) == 0)
		e = ERR_PASSWORD_WEAK;
	if (e == ERR_OK)
		e = password_check(next, a->name);
	if (e != ERR_OK)
		return e;
	memcpy(p->before, a->password, sizeof p->before);
	pthread_mutex_lock(&checking);
	e = password_store(next, p->stored);
	pthread_mutex_unlock(&checking);
	p->now_ms = text_now_ms();
	return e == ERR_OK ? account_file_change(x->gateway->config->gateway_folder,
						 x->rights.name + 1, take_password, p, a)
			   : e;
}

void sign_in_password(struct exchange *x)
{
	struct throttle *t = x->gateway->throttle;
	const char *name = x->rights.name + 1, *device = cookie(x, true);
	struct new_password p;
	struct account a;
	enum err e = throttle_try(t, name, x->remote, device, text_now_ms(),
				  &x->rights.retry_after_s);

	if (e == ERR_OK)
		e = replace(x, &a, &p);
	explicit_bzero(&p, sizeof p);
	if (e != ERR_OK) {
		exchange_refuse(x, e, NULL, NULL);
		return;
	}
	throttle_passed(t, name, x->remote, device);
	/* All sessions end, this one too; it goes on under another secret. */
	sessions_end_others(x->gateway->sessions, name, NULL);
	begin(x, &a);
	explicit_bzero(&a, sizeof a);
}
