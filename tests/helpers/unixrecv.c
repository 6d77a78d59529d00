/* A datagram socket that prints what it hears, a line each, until it has heard enough: the service
 * manager's part in tests. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	long count = argc == 3 ? strtol(argv[2], NULL, 10) : 0;
	struct timeval patience = { .tv_sec = 15 };
	char text[4096];

	if (argc != 3 || strlen(argv[1]) >= sizeof a.sun_path || fd < 0)
		return 2;
	memcpy(a.sun_path, argv[1], strlen(argv[1]) + 1);
	if (bind(fd, (struct sockaddr *)&a, sizeof a) != 0)
		return 1;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0)
		return 1;
	for (long i = 0; i < count; i++) {
		ssize_t n = recv(fd, text, sizeof text - 1, 0);

		if (n < 0)
			return 1;
		text[n] = '\0';
		printf("%s\n", text);
		fflush(stdout);
	}
	unlink(argv[1]);
	return 0;
}
