/* The shape of an endpoint; see endpoint.h. */
#include "routing/base/endpoint.h"

#include <string.h>

#include "routing/base/limits.h"

static bool host_char(char c, bool bracketed)
{
	if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == '.')
		return true;
	if (bracketed)
		return c == ':';
	return (c >= 'g' && c <= 'z') || (c >= 'G' && c <= 'Z') || c == '-';
}

static const char *skip_host(const char *p, bool wildcard_too)
{
	bool bracketed = *p == '[';
	const char *begin;

	if (wildcard_too && *p == '*')
		return p + 1;
	if (bracketed)
		p++;
	for (begin = p; host_char(*p, bracketed); p++)
		;
	if (p == begin || *begin == '-')
		return NULL;
	if (bracketed)
		return *p == ']' ? p + 1 : NULL;
	return p;
}

/* HOST:PORT and nothing after it. */
static bool host_port_valid(const char *p, bool wildcard_too)
{
	unsigned port = 0, digits = 0;

	p = skip_host(p, wildcard_too);
	if (p == NULL || *p++ != ':')
		return false;
	for (; *p >= '0' && *p <= '9' && digits < 6; p++, digits++)
		port = port * 10 + (unsigned)(*p - '0');
	return *p == '\0' && digits > 0 && port >= 1 && port <= 65535;
}

bool endpoint_valid(text_t endpoint, bool wildcard_too)
{
	static const char scheme[] = "tcp://";

	return strlen(endpoint) <= ENDPOINT_MAX &&
	       strncmp(endpoint, scheme, sizeof scheme - 1) == 0 &&
	       host_port_valid(endpoint + sizeof scheme - 1, wildcard_too);
}

bool endpoint_address_valid(text_t address)
{
	return strlen(address) <= ENDPOINT_MAX && host_port_valid(address, false);
}
