/* See ports.h. */
#include "tools/lab/ports.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

/* Above what services have by custom, below what Linux uses for outgoing connections unless
 * somebody changed it. */
enum { PORT_FROM = 10000, PORT_UNTIL = 32768, PORTS = 65536, STEP = 16 };

struct zone {
	unsigned from, until; /* until: not included */
};

bool ports_free(unsigned port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_port = htons((uint16_t)port),
				 .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd, on = 1;
	bool good;

	if (port == 0 || port >= PORTS)
		return false;
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	/* As the daemon will bind it: what only waits for a connection's last segments does not
	 * count. */
	good = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
	       bind(fd, (const struct sockaddr *)&a, sizeof a) == 0;
	if (fd >= 0)
		close(fd);
	return good;
}

static struct zone find_zone(unsigned count)
{
	struct zone below = { PORT_FROM, PORT_UNTIL }, above;
	unsigned low = PORT_UNTIL, high = PORTS - 1;
	FILE *f = fopen("/proc/sys/net/ipv4/ip_local_port_range", "re");

	if (f != NULL) {
		if (fscanf(f, "%u %u", &low, &high) != 2)
			low = PORT_UNTIL;
		fclose(f);
	}
	below.until = low < PORT_UNTIL ? low : PORT_UNTIL;
	above = (struct zone){ high + 1, PORTS };
	if (below.until > PORT_FROM && below.until - PORT_FROM >= count)
		return below;
	/* Where outgoing connections have them all, nothing is better than what is free now. */
	return above.from < PORTS && PORTS - above.from >= count
		   ? above
		   : (struct zone){ PORT_FROM, PORT_UNTIL };
}

unsigned ports_find(unsigned count, uint64_t seed)
{
	struct zone z = find_zone(count);
	unsigned ranges;

	if (count == 0 || count > z.until - z.from)
		return 0;
	ranges = (z.until - z.from - count) / STEP + 1;
	for (unsigned i = 0; i < ranges; i++) {
		unsigned first = z.from + (unsigned)((seed + i) % ranges) * STEP, k = 0;

		while (k < count && ports_free(first + k))
			k++;
		if (k == count)
			return first;
	}
	return 0;
}
