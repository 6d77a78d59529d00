/* Networks in the configuration: "10.0.0.0/8, 2001:db8::1". IPv4 and IPv6 in one form, for whoever
 * compares addresses with them. */
#ifndef VANTHU_DAEMON_CONFIG_NETWORKS_H
#define VANTHU_DAEMON_CONFIG_NETWORKS_H

#include <stdbool.h>
#include <stdint.h>

enum { CONFIG_NETWORKS_MAX = 32, CONFIG_ADDRESS_BYTES = 16 };

/* An IPv6 address, or an IPv4 one behind ::ffff: (RFC 4291 §2.5.5.2), of which the first `bits`
 * count. */
struct config_network {
	uint8_t address[CONFIG_ADDRESS_BYTES];
	uint8_t bits;
};

struct config_networks {
	unsigned count;
	struct config_network list[CONFIG_NETWORKS_MAX];
};

/* ADDRESS/BITS between commas and blanks; without /BITS one address. "" is none. False: not that,
 * more than CONFIG_NETWORKS_MAX, or bits behind the first BITS are set, which is mostly a slip. */
bool config_networks_parse(const char *text, struct config_networks *out);
bool config_networks_have(const struct config_networks *n,
			  const uint8_t address[CONFIG_ADDRESS_BYTES]);

#endif
