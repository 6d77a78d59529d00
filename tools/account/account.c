/* See account.h. */
#include "tools/account/account.h"

#include <stdio.h>
#include <string.h>

#include "daemon/base/i18n.h"
#include "proto/utf8.h"
#include "tools/base/named_files.h"
#include "tools/token/token.h"

static const struct account_role_row rows[] = {
	{ "clerk", N_("receives and sends documents, keeps the registers"), ACCOUNT_CLERK,
	  TOKEN_SCOPE_OFFICE },
	{ "leader", N_("reads what arrived, decides, passes it on"), ACCOUNT_LEADER,
	  TOKEN_SCOPE_OFFICE },
	{ "handler", N_("works on what arrived, finishes it"), ACCOUNT_HANDLER, TOKEN_SCOPE_WORK },
	{ "operator", N_("links, queues and figures, without content"), ACCOUNT_OPERATOR,
	  TOKEN_SCOPE_OPERATE },
	{ "viewer", N_("figures and states, without content"), ACCOUNT_VIEWER, TOKEN_SCOPE_READ },
	{ NULL, NULL, ACCOUNT_NOBODY, 0 },
};

const struct account_role_row *account_roles(void)
{
	return rows;
}

static unsigned role_of(const char *word, size_t len)
{
	for (const struct account_role_row *row = rows; row->name != NULL; row++) {
		if (strlen(row->name) == len && strncmp(row->name, word, len) == 0)
			return row->role;
	}
	return ACCOUNT_NOBODY;
}

enum err account_roles_parse(const char *text, unsigned *roles)
{
	*roles = 0;
	for (;;) {
		size_t len = strcspn(text, ",");
		unsigned role = role_of(text, len);

		if (role == ACCOUNT_NOBODY)
			return ERR_USAGE;
		*roles |= role;
		if (text[len] == '\0')
			return ERR_OK;
		text += len + 1;
	}
}

void account_roles_print(unsigned roles, char *out, size_t size_bytes)
{
	size_t at = 0;

	if (size_bytes > 0)
		out[0] = '\0';
	for (const struct account_role_row *row = rows; row->name != NULL; row++) {
		if ((roles & row->role) == 0 || at >= size_bytes)
			continue;
		at += (size_t)snprintf(out + at, size_bytes - at, "%s%s", at == 0 ? "" : ",",
				       row->name);
	}
}

unsigned account_scopes(unsigned roles)
{
	unsigned scopes = 0;

	for (const struct account_role_row *row = rows; row->name != NULL; row++)
		scopes |= (roles & row->role) != 0 ? row->scopes : 0;
	return scopes;
}

enum err account_name_check(const char *name)
{
	return named_files_is_name(name) && strlen(name) <= ACCOUNT_NAME_MAX ? ERR_OK
									     : ERR_ACCOUNT_NAME;
}

bool account_is_person(const char *person)
{
	size_t len = strlen(person);

	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)person[i] < ' ' || person[i] == 127)
			return false;
	}
	return len > 0 && len <= ACCOUNT_PERSON_MAX && person[0] != ' ' && person[len - 1] != ' ' &&
	       utf8_valid((struct blob){ (const uint8_t *)person, len });
}
