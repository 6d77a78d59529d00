/* A neighbour with right keys that does one wrong thing.   badpeer TRICK ENDPOINT SERVER_KEY_HEX
 *   LAB/COMMITTEE [ARG…] */
#include "tests/helpers/badpeer.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct trick *find(const struct trick *list, const char *name)
{
	while (list->name != NULL && strcmp(list->name, name) != 0)
		list++;
	return list->name == NULL ? NULL : list;
}

int main(int argc, char **argv)
{
	char byte;
	static struct peer p;
	const struct trick *trick = argc < 5 ? NULL : find(tricks_publish, argv[1]);

	if (argc >= 5 && trick == NULL)
		trick = find(tricks_frames, argv[1]);
	if (argc >= 5 && trick == NULL)
		trick = find(tricks_bounds, argv[1]);
	if (argc >= 5 && trick == NULL)
		trick = find(tricks_office, argv[1]);
	if (argc >= 5 && trick == NULL)
		trick = find(tricks_report, argv[1]);
	if (trick == NULL) {
		fprintf(stderr,
			"usage: badpeer TRICK ENDPOINT SERVER_KEY_HEX LAB/COMMITTEE [ARG…]\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	peer_open(&p, argv[2], argv[3], argv[4]);
	if (!trick->ungreeted && !peer_greet(&p)) {
		printf("not greeted\n");
		return 1;
	}
	trick->run(&p, argv + 5);
	fflush(stdout);
	/* It stays until it is let go: what comes from a connection that has ended is nobody's, and
	 * counted against nobody. */
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	peer_close(&p);
	return 0;
}
