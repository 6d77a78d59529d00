/* Standard input to a local stream socket, and what it answers to standard output: for tests that a
 * shell cannot write alone. */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { PIECE = 4096, PATIENCE_MS = 500 };

int main(int argc, char **argv)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	struct pollfd p = { .fd = socket(AF_UNIX, SOCK_STREAM, 0), .events = POLLIN };
	char piece[PIECE];
	ssize_t n;

	if (argc != 2 || strlen(argv[1]) >= sizeof a.sun_path || p.fd < 0)
		return 2;
	memcpy(a.sun_path, argv[1], strlen(argv[1]) + 1);
	if (connect(p.fd, (struct sockaddr *)&a, sizeof a) != 0)
		return 1;
	while ((n = read(STDIN_FILENO, piece, sizeof piece)) > 0) {
		if (send(p.fd, piece, (size_t)n, MSG_NOSIGNAL) < 0)
			break;
	}
	while (poll(&p, 1, PATIENCE_MS) == 1 && (n = recv(p.fd, piece, sizeof piece, 0)) > 0) {
		if (write(STDOUT_FILENO, piece, (size_t)n) != n)
			break;
	}
	return 0;
}
