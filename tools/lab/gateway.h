/* The gateway of a member of a lab: its port, and a token for whoever tries it out. */
#ifndef VANTHU_TOOLS_LAB_GATEWAY_H
#define VANTHU_TOOLS_LAB_GATEWAY_H

#include <stdbool.h>
#include <stddef.h>

#include "routing/base/err.h"

struct arena;
struct lab;
struct lab_member;

/* Lines of vanthud.yaml for a gateway on this port of loopback; "" for port 0. */
void gateway_config(unsigned port, char *out, size_t size_bytes);
/* In the folder of a member: a token of all scopes, without a bound to its rate, as the file
 * gateway.token (0600), and the token itself where the gateway finds it. ERR_FILE (errno),
 * ERR_EXISTS, ERR_NO_MEMORY, ERR_SYSTEM. */
must_use enum err gateway_make_token(struct arena *a, const char *member);
/* Is there one for this configuration? */
bool gateway_is_wanted(const char *config_path);
/* The port of its configuration; 0: it has none, or cannot be read. */
unsigned gateway_port(const struct lab_member *m);
/* Its address as clients write it, http://127.0.0.1:PORT; "" as above. */
void gateway_url(const struct lab_member *m, char *out, size_t size_bytes);

#endif
