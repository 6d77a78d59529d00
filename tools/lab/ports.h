/* Ports on loopback for a lab. */
#ifndef VANTHU_TOOLS_LAB_PORTS_H
#define VANTHU_TOOLS_LAB_PORTS_H

#include <stdbool.h>
#include <stdint.h>

/* Could 127.0.0.1 be bound at this port now? Reserves nothing: whoever binds it first has it. */
bool ports_free(unsigned port);
/* The first of `count` ports in a row that can be bound, outside the range from which the kernel
 * takes the ports of outgoing connections: there any connection may hold one at any moment. The
 * search begins where `seed` says, so that labs side by side rarely meet. 0: none. */
unsigned ports_find(unsigned count, uint64_t seed);

#endif
