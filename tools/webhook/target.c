/* See target.h. Special addresses: IANA's registries, RFC 6890 and what came after. */
#include "tools/webhook/target.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <string.h>

enum { HOST_MAX = 253, LABEL_MAX = 63, PORT_MAX = 65535, IPV4_AT = 12 };

/* IPv4: not to be reached from everywhere, or not one machine. */
static const char special_ipv4[] = "0.0.0.0/8, 10.0.0.0/8, 100.64.0.0/10, 127.0.0.0/8, "
				   "169.254.0.0/16, 172.16.0.0/12, 192.0.0.0/24, 192.0.2.0/24, "
				   "192.88.99.0/24, 192.168.0.0/16, 198.18.0.0/15, "
				   "198.51.100.0/24, 203.0.113.0/24, 224.0.0.0/4, 240.0.0.0/4";
/* IPv6: all that is global is in the first (RFC 4291 §2.4); in it Teredo with other protocol
 * assignments (2001::/23), 6to4, and what is for documentation. */
static const char global_ipv6[] = "2000::/3";
static const char special_ipv6[] = "2001::/23, 2001:db8::/32, 2002::/16, 3fff::/20";

static bool in(const char *networks, const uint8_t address[CONFIG_ADDRESS_BYTES])
{
	struct config_networks n;

	return config_networks_parse(networks, &n) && config_networks_have(&n, address);
}

static bool everybody_reaches(const uint8_t address[CONFIG_ADDRESS_BYTES], bool ipv4)
{
	return ipv4 ? !in(special_ipv4, address)
		    : in(global_ipv6, address) && !in(special_ipv6, address);
}

bool webhook_target_allowed(const struct config_networks *allow, const struct sockaddr *address,
			    bool tls)
{
	uint8_t bytes[CONFIG_ADDRESS_BYTES] = { [10] = 0xff, [11] = 0xff };
	bool ipv4 = address->sa_family == AF_INET;

	if (ipv4) {
		struct sockaddr_in in4;

		memcpy(&in4, address, sizeof in4);
		memcpy(bytes + IPV4_AT, &in4.sin_addr, sizeof in4.sin_addr);
	} else if (address->sa_family == AF_INET6) {
		struct sockaddr_in6 in6;

		memcpy(&in6, address, sizeof in6);
		memcpy(bytes, &in6.sin6_addr, sizeof bytes);
	} else {
		return false;
	}
	return config_networks_have(allow, bytes) || (tls && everybody_reaches(bytes, ipv4));
}

/* A name whose last word begins with a digit is an address to some resolver: 127.1, 0x7f000001,
 * 2130706433. */
static bool looks_numeric(const char *host)
{
	const char *dot = strrchr(host, '.');
	const char *last = dot == NULL ? host : dot + 1;

	if (last[0] == '\0' && dot != NULL) {
		while (dot > host && dot[-1] != '.')
			dot--;
		last = dot;
	}
	return isdigit((unsigned char)last[0]) != 0;
}

static bool is_name(const char *host)
{
	size_t label = 0;

	if (strlen(host) > HOST_MAX || looks_numeric(host))
		return false;
	for (const char *c = host; *c != '\0'; c++) {
		bool inside = isalnum((unsigned char)*c) || *c == '_';

		if (*c == '.' && (label == 0 || c[-1] == '-'))
			return false;
		if (*c != '.' && !inside && (*c != '-' || label == 0))
			return false;
		label = *c == '.' ? 0 : label + 1;
		if (label > LABEL_MAX)
			return false;
	}
	return host[0] != '\0' && host[strlen(host) - 1] != '-';
}

/* False: it is no address in its one usual spelling. */
static bool read_address(const char *host, bool bracketed, struct sockaddr_storage *out)
{
	struct sockaddr_in in4 = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

	memset(out, 0, sizeof *out);
	if (bracketed) {
		if (inet_pton(AF_INET6, host, &in6.sin6_addr) != 1)
			return false;
		memcpy(out, &in6, sizeof in6);
		return true;
	}
	if (inet_pton(AF_INET, host, &in4.sin_addr) != 1)
		return false;
	memcpy(out, &in4, sizeof in4);
	return true;
}

static bool is_port(const char *text)
{
	unsigned n = 0;
	size_t len = strlen(text);

	if (len == 0 || len > 5 || strspn(text, "0123456789") != len)
		return false;
	for (; *text != '\0'; text++)
		n = n * 10 + (unsigned)(*text - '0');
	return n > 0 && n <= PORT_MAX;
}

/* Host and port of what stands between // and the path. */
static bool split(char *authority, char **host, bool *bracketed)
{
	char *end, *port;

	*bracketed = authority[0] == '[';
	*host = authority + *bracketed;
	end = *bracketed ? strchr(authority, ']') : authority + strcspn(authority, ":");
	if (end == NULL)
		return false;
	port = end + *bracketed;
	if (*port != '\0' && (*port != ':' || !is_port(port + 1)))
		return false;
	*end = '\0';
	return true;
}

static bool printable(const char *url)
{
	for (const char *c = url; *c != '\0'; c++) {
		if (*c <= ' ' || *c > '~' || strchr("\"<>\\^`{|}#", *c) != NULL)
			return false;
	}
	return true;
}

enum err webhook_target_check(const struct config_networks *allow, const char *url)
{
	static const char with_tls[] = "https://", without[] = "http://";
	bool tls = strncmp(url, with_tls, strlen(with_tls)) == 0, bracketed;
	char authority[WEBHOOK_URL_MAX + 1], *host;
	struct sockaddr_storage address;
	size_t skip = tls ? strlen(with_tls) : strlen(without), len;

	if (strlen(url) > WEBHOOK_URL_MAX || !printable(url) ||
	    (!tls && strncmp(url, without, strlen(without)) != 0))
		return ERR_WEBHOOK_URL;
	len = strcspn(url + skip, "/?");
	memcpy(authority, url + skip, len);
	authority[len] = '\0';
	if (strchr(authority, '@') != NULL || !split(authority, &host, &bracketed))
		return ERR_WEBHOOK_URL;
	if (read_address(host, bracketed, &address))
		return webhook_target_allowed(allow, (const struct sockaddr *)&address, tls)
			       ? ERR_OK
			       : ERR_WEBHOOK_TARGET;
	if (bracketed || !is_name(host))
		return ERR_WEBHOOK_URL;
	return tls || allow->count > 0 ? ERR_OK : ERR_WEBHOOK_TARGET;
}
