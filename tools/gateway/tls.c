/* See tls.h. Each reading of the files is a set. A set that has been in force stays until the end:
 * a handshake may be using it. Only files that differ make a new one, so there are as many as there
 * were certificates. */
#include "tools/gateway/tls.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "daemon/base/i18n.h"
#include "routing/base/arena.h"
#include "tools/base/files.h"

/* Without forward secrecy a key that is stolen later opens what was recorded; CBC and SHA-1 have
 * been broken too often. ECDHE or DHE with AES-GCM or ChaCha20 is what every client since 2014
 * has. */
const char tls_priorities[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-AES-128-CBC:"
			      "-AES-256-CBC:-CAMELLIA-128-CBC:-CAMELLIA-256-CBC:-SHA1:"
			      "-SIGN-RSA-SHA1:-SIGN-ECDSA-SHA1:%SERVER_PRECEDENCE:"
			      "%SAFE_RENEGOTIATION";

enum { PEM_MAX_BYTES = 1 << 20, CHAIN_MAX = 16 };

struct set {
	struct arena *arena; /* of the PEM texts */
	const char *certificate, *key, *client_ca;
	gnutls_pcert_st chain[CHAIN_MAX];
	unsigned count;
	gnutls_privkey_t private_key;
	gnutls_x509_trust_list_t trust; /* NULL: no client's certificate is trusted */
	int64_t expires_s;
	struct set *before;
};

struct tls {
	const struct config *config;
	pthread_mutex_t lock;
	struct set *now;
	const struct set *first;
};

static void set_free(struct set *s)
{
	if (s == NULL)
		return;
	for (unsigned i = 0; i < s->count; i++)
		gnutls_pcert_deinit(&s->chain[i]);
	if (s->private_key != NULL)
		gnutls_privkey_deinit(s->private_key);
	if (s->trust != NULL)
		gnutls_x509_trust_list_deinit(s->trust, 1);
	if (s->key != NULL)
		gnutls_memset((char *)(uintptr_t)s->key, 0, strlen(s->key));
	arena_destroy(s->arena);
	free(s);
}

/* ---- reading ---- */

static enum err read_pem(struct arena *a, const char *path, const char **out, const char **why)
{
	struct blob bytes;
	enum err e;

	*out = NULL;
	if (path[0] == '\0')
		return ERR_OK;
	e = fs_read(a, path, PEM_MAX_BYTES, &bytes);
	if (e != ERR_OK) {
		*why = e == ERR_FILE ? fs_why(errno) : NULL;
		return ERR_GATEWAY_TLS;
	}
	*out = arena_text(a, (const char *)bytes.data, bytes.len_bytes);
	return *out == NULL ? ERR_NO_MEMORY : ERR_OK;
}

/* Its group may read it: so it is usual where several services share one certificate. */
static bool is_open_to_all(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && (st.st_mode & (S_IRWXO | S_IWGRP)) != 0;
}

static gnutls_datum_t datum(const char *text)
{
	return (gnutls_datum_t){ (unsigned char *)(uintptr_t)text, (unsigned)strlen(text) };
}

static enum err fail(const char **why, const char *text)
{
	*why = _(text);
	return ERR_GATEWAY_TLS;
}

static enum err take_chain(struct set *s, const char **why)
{
	const gnutls_datum_t pem = datum(s->certificate);
	gnutls_x509_crt_t *list = NULL;
	unsigned count = 0;
	bool whole;

	if (gnutls_x509_crt_list_import2(&list, &count, &pem, GNUTLS_X509_FMT_PEM, 0) < 0)
		return fail(why, N_("gateway.certificate has no certificate in PEM"));
	whole = count <= CHAIN_MAX;
	for (unsigned i = 0; i < count; i++) {
		int64_t end = gnutls_x509_crt_get_expiration_time(list[i]);

		if (i == 0 || end < s->expires_s)
			s->expires_s = end;
		whole = whole && gnutls_pcert_import_x509(&s->chain[i], list[i], 0) == 0;
		s->count += whole;
		gnutls_x509_crt_deinit(list[i]);
	}
	gnutls_free(list);
	return whole ? ERR_OK
		     : fail(why, N_("gateway.certificate has more than 16 certificates"));
}

static enum err take_key(struct set *s, const char **why)
{
	const gnutls_datum_t pem = datum(s->key);
	gnutls_pubkey_t public_key = NULL;
	uint8_t ours[64], theirs[64];
	size_t ours_size = sizeof ours, theirs_size = sizeof theirs;
	bool same;

	if (gnutls_privkey_init(&s->private_key) != 0 || gnutls_pubkey_init(&public_key) != 0)
		return ERR_NO_MEMORY;
	if (gnutls_privkey_import_x509_raw(s->private_key, &pem, GNUTLS_X509_FMT_PEM, NULL, 0) !=
	    0) {
		gnutls_pubkey_deinit(public_key);
		return fail(why, N_("gateway.key has no private key in PEM without a password"));
	}
	same = gnutls_pubkey_import_privkey(public_key, s->private_key, 0, 0) == 0 &&
	       gnutls_pubkey_get_key_id(public_key, GNUTLS_KEYID_USE_SHA256, ours, &ours_size) ==
		       0 &&
	       gnutls_pubkey_get_key_id(s->chain[0].pubkey, GNUTLS_KEYID_USE_SHA256, theirs,
					&theirs_size) == 0 &&
	       ours_size == theirs_size && memcmp(ours, theirs, ours_size) == 0;
	gnutls_pubkey_deinit(public_key);
	return same ? ERR_OK : fail(why, N_("gateway.key is not of gateway.certificate"));
}

static enum err take_client_ca(struct set *s, const char **why)
{
	gnutls_datum_t pem;

	if (s->client_ca == NULL)
		return ERR_OK;
	pem = datum(s->client_ca);
	if (gnutls_x509_trust_list_init(&s->trust, 0) != 0)
		return ERR_NO_MEMORY;
	return gnutls_x509_trust_list_add_trust_mem(s->trust, &pem, NULL, GNUTLS_X509_FMT_PEM, 0,
						    0) > 0
		       ? ERR_OK
		       : fail(why, N_("gateway.client_ca has no certificate in PEM"));
}

static enum err read_files(const struct config *c, struct set *s, const char **why)
{
	enum err e = read_pem(s->arena, c->gateway_certificate, &s->certificate, why);

	if (e == ERR_OK)
		e = read_pem(s->arena, c->gateway_key, &s->key, why);
	if (e == ERR_OK)
		e = read_pem(s->arena, c->gateway_client_ca, &s->client_ca, why);
	if (e != ERR_OK)
		return e;
	if (s->certificate == NULL)
		return ERR_OK;
	return is_open_to_all(c->gateway_key)
		       ? fail(why, N_("others of this machine may read gateway.key, or its group "
				      "write it: chmod o=,g-w"))
		       : ERR_OK;
}

static enum err set_new(const struct config *c, struct set **out, const char **why)
{
	struct set *s = calloc(1, sizeof *s);
	enum err e;

	*out = NULL;
	*why = NULL;
	if (s == NULL)
		return ERR_NO_MEMORY;
	s->arena = arena_new(4 * PEM_MAX_BYTES);
	e = s->arena == NULL ? ERR_NO_MEMORY : read_files(c, s, why);
	if (e == ERR_OK && s->certificate != NULL) {
		e = take_chain(s, why);
		if (e == ERR_OK)
			e = take_key(s, why);
		if (e == ERR_OK)
			e = take_client_ca(s, why);
	}
	if (e != ERR_OK) {
		set_free(s);
		return e;
	}
	*out = s;
	return ERR_OK;
}

/* ---- all of them ---- */

enum err tls_open(const struct config *config, struct tls **out, const char **why)
{
	struct set *s;
	enum err e = set_new(config, &s, why);
	struct tls *t;

	*out = NULL;
	if (e != ERR_OK)
		return e;
	if (s->certificate == NULL) {
		set_free(s);
		return ERR_OK;
	}
	t = calloc(1, sizeof *t);
	if (t == NULL) {
		set_free(s);
		return ERR_NO_MEMORY;
	}
	t->config = config;
	t->now = s;
	t->first = s;
	pthread_mutex_init(&t->lock, NULL);
	*out = t;
	return ERR_OK;
}

void tls_close(struct tls *t)
{
	if (t == NULL)
		return;
	while (t->now != NULL) {
		struct set *s = t->now;

		t->now = s->before;
		set_free(s);
	}
	pthread_mutex_destroy(&t->lock);
	free(t);
}

static struct set *current(struct tls *t)
{
	struct set *s;

	pthread_mutex_lock(&t->lock);
	s = t->now;
	pthread_mutex_unlock(&t->lock);
	return s;
}

static bool is_same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

enum err tls_reload(struct tls *t, bool *changed, const char **why)
{
	const struct set *old = current(t);
	struct set *s;
	enum err e = set_new(t->config, &s, why);

	*changed = false;
	if (e != ERR_OK)
		return e;
	if (is_same(s->certificate, old->certificate) && is_same(s->key, old->key) &&
	    is_same(s->client_ca, old->client_ca)) {
		set_free(s);
		return ERR_OK;
	}
	pthread_mutex_lock(&t->lock);
	s->before = t->now;
	t->now = s;
	pthread_mutex_unlock(&t->lock);
	*changed = true;
	return ERR_OK;
}

const char *tls_client_ca(const struct tls *t)
{
	return t->first->client_ca;
}

int64_t tls_expires_s(struct tls *t)
{
	return current(t)->expires_s;
}

/* ---- connections ---- */

void tls_present(struct tls *t, gnutls_session_t session, gnutls_pcert_st **chain, unsigned *count,
		 gnutls_privkey_t *key)
{
	struct set *s = current(t);

	/* The names that a client chooses its certificate by are of the start: rather none. */
	if (!is_same(s->client_ca, t->first->client_ca))
		gnutls_certificate_send_x509_rdn_sequence(session, 1);
	*chain = s->chain;
	*count = s->count;
	*key = s->private_key;
}

static bool is_in_time(gnutls_x509_crt_t crt, time_t now)
{
	return gnutls_x509_crt_get_activation_time(crt) <= now &&
	       now <= gnutls_x509_crt_get_expiration_time(crt);
}

static bool is_trusted(const struct set *s, gnutls_x509_crt_t *chain, unsigned count)
{
	gnutls_typed_vdata_st purpose = { .type = GNUTLS_DT_KEY_PURPOSE_OID,
					  .data = (unsigned char *)(uintptr_t)
						  GNUTLS_KP_TLS_WWW_CLIENT };
	unsigned status = 1;

	return s->trust != NULL &&
	       gnutls_x509_trust_list_verify_crt2(s->trust, chain, count, &purpose, 1, 0, &status,
						  NULL) == 0 &&
	       status == 0;
}

enum tls_trust tls_peer(struct tls *t, gnutls_session_t session, gnutls_datum_t *leaf)
{
	gnutls_x509_crt_t chain[CHAIN_MAX];
	enum tls_trust trust = TLS_NONE;
	unsigned count = 0, read = 0;
	const gnutls_datum_t *der = gnutls_certificate_get_peers(session, &count);

	if (der == NULL || count == 0 || count > CHAIN_MAX)
		return TLS_NONE;
	*leaf = der[0];
	for (; read < count && gnutls_x509_crt_init(&chain[read]) == 0; read++) {
		if (gnutls_x509_crt_import(chain[read], &der[read], GNUTLS_X509_FMT_DER) == 0)
			continue;
		gnutls_x509_crt_deinit(chain[read]);
		break;
	}
	if (read == count && is_in_time(chain[0], time(NULL)))
		trust = is_trusted(current(t), chain, count) ? TLS_TRUSTED : TLS_FOREIGN;
	while (read > 0)
		gnutls_x509_crt_deinit(chain[--read]);
	return trust;
}
