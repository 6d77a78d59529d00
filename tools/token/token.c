/* See token.h. */
#include "tools/token/token.h"

#include <stdio.h>
#include <string.h>

#include "daemon/base/i18n.h"
#include "proto/digest.h"
#include "tools/base/named_files.h"
#include "tools/base/secret.h"

#define BIT(act) (1u << TOKEN_ACT_##act)

static const struct token_scope_row rows[] = {
	{ "office", N_("everything that the office socket allows"), "office.sock",
	  TOKEN_SCOPE_OFFICE,
	  BIT(SUBMIT) | BIT(SEE_OWN) | BIT(SEE_SENT) | BIT(SEE_RECEIVED) | BIT(INTAKE) |
		  BIT(WORK) | BIT(OFFICE) | BIT(FIGURES) | BIT(CHANGES) | BIT(AXIS) },
	{ "operate", N_("everything that the operate socket allows: links, queues; no content"),
	  "operate.sock", TOKEN_SCOPE_OPERATE, BIT(FIGURES) | BIT(OPERATE) | BIT(CHANGES) },
	{ "read", N_("figures and states, without content"), "read.sock", TOKEN_SCOPE_READ,
	  BIT(FIGURES) | BIT(CHANGES) },
	{ "send", N_("hand in documents, and follow those that this token handed in"),
	  "office.sock", TOKEN_SCOPE_SEND, BIT(SUBMIT) | BIT(SEE_OWN) | BIT(CHANGES) | BIT(AXIS) },
	{ "receive", N_("see what arrives, accept and return it"), "office.sock",
	  TOKEN_SCOPE_RECEIVE, BIT(SEE_RECEIVED) | BIT(INTAKE) | BIT(CHANGES) | BIT(AXIS) },
	{ "secret", N_("beside office: what is registered of secret documents, too"), "office.sock",
	  TOKEN_SCOPE_SECRET, BIT(SECRET) },
	{ "work", N_("see what arrives, pass it on within the office, finish it"), "office.sock",
	  TOKEN_SCOPE_WORK, BIT(SEE_RECEIVED) | BIT(WORK) | BIT(CHANGES) },
	{ NULL, NULL, NULL, TOKEN_SCOPE_NONE, 0 },
};

const struct token_scope_row *token_scopes(void)
{
	return rows;
}

static unsigned scope_of(const char *word, size_t len)
{
	for (const struct token_scope_row *row = rows; row->name != NULL; row++) {
		if (strlen(row->name) == len && strncmp(row->name, word, len) == 0)
			return row->scope;
	}
	return TOKEN_SCOPE_NONE;
}

/* The books of secret documents are the office's: by itself the scope would allow nothing. */
static bool is_whole(unsigned scopes)
{
	return (scopes & TOKEN_SCOPE_SECRET) == 0 || (scopes & TOKEN_SCOPE_OFFICE) != 0;
}

enum err token_scopes_parse(const char *text, unsigned *scopes)
{
	*scopes = 0;
	for (;;) {
		size_t len = strcspn(text, ",");
		unsigned scope = scope_of(text, len);

		if (scope == TOKEN_SCOPE_NONE)
			return ERR_USAGE;
		*scopes |= scope;
		if (text[len] == '\0')
			return is_whole(*scopes) ? ERR_OK : ERR_USAGE;
		text += len + 1;
	}
}

void token_scopes_print(unsigned scopes, char *out, size_t size_bytes)
{
	size_t at = 0;

	if (size_bytes > 0)
		out[0] = '\0';
	for (const struct token_scope_row *row = rows; row->name != NULL; row++) {
		if ((scopes & row->scope) == 0 || at >= size_bytes)
			continue;
		at += (size_t)snprintf(out + at, size_bytes - at, "%s%s", at == 0 ? "" : ",",
				       row->name);
	}
}

bool token_may(const struct token_rights *r, enum token_act act)
{
	unsigned acts = 0;

	for (const struct token_scope_row *row = rows; row->name != NULL; row++)
		acts |= (r->scopes & row->scope) != 0 ? row->acts : 0;
	return (acts & (1u << act)) != 0;
}

bool token_hides_secret(const struct token_rights *r)
{
	return r == NULL || !token_may(r, TOKEN_ACT_SECRET);
}

static bool is_listed(const struct token_rights *r, const char *id)
{
	for (unsigned i = 0; i < r->committee_count; i++) {
		if (strcmp(r->committees[i].text, id) == 0)
			return true;
	}
	return false;
}

bool token_may_see(const struct token_rights *r, const char *sender, const char *const *recipients,
		   unsigned count)
{
	bool yes = r->committee_count == 0 || is_listed(r, sender);

	for (unsigned i = 0; i < count && !yes; i++)
		yes = is_listed(r, recipients[i]);
	return yes;
}

bool token_may_send_to(const struct token_rights *r, const char *const *recipients, unsigned count,
		       const char **which)
{
	for (unsigned i = 0; i < count && r->committee_count > 0; i++) {
		if (!is_listed(r, recipients[i])) {
			if (which != NULL)
				*which = recipients[i];
			return false;
		}
	}
	return true;
}

enum err token_name_check(const char *name)
{
	return named_files_is_name(name) ? ERR_OK : ERR_TOKEN_NAME;
}

enum err token_secret_new(char out[TOKEN_SECRET_SIZE], struct digest *stored)
{
	enum err e;

	memcpy(out, "vt_", 3);
	e = secret_new(out + 3);
	if (e != ERR_OK)
		return e;
	return token_secret_digest(out, stored) ? ERR_OK : ERR_SYSTEM;
}

bool token_secret_digest(const char *text, struct digest *out)
{
	enum { LEN = TOKEN_SECRET_SIZE - 1 };

	if (text == NULL || strnlen(text, LEN + 1) != LEN || strncmp(text, "vt_", 3) != 0)
		return false;
	*out = digest_of((struct blob){ (const uint8_t *)text, LEN });
	return true;
}
