/* bench figures: what a daemon has counted since its start, for signatures and syncs per
 * document. */
#include <stdio.h>

#include "tests/bench/conn.h"
#include "tests/bench/load.h"

int bench_figures(int argc, char **argv)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Nothing nothing = VANTHU__V1__NOTHING__INIT;
	const Vanthu__V1__Reply *r;
	const Vanthu__V1__Figures *f;
	struct conn *c;

	if (argc != 1)
		bench_fail("figures FOLDER");
	c = conn_open(argv[0], "read.sock");
	request.what_case = VANTHU__V1__REQUEST__WHAT_FIGURES;
	request.figures = &nothing;
	r = conn_ask(c, &request);
	if (r->what_case != VANTHU__V1__REPLY__WHAT_FIGURES)
		bench_fail("%s: no figures", argv[0]);
	f = r->figures;
	printf("{\"turns\":%llu,\"commits\":%llu,\"signatures\":%llu,\"documents\":%llu,\"facts\":%"
	       "llu,\"file_syncs\":%llu,\"resident_bytes\":%llu}\n",
	       (unsigned long long)f->turns, (unsigned long long)f->commits,
	       (unsigned long long)f->signatures, (unsigned long long)f->documents_taken,
	       (unsigned long long)f->facts_taken, (unsigned long long)f->file_syncs,
	       (unsigned long long)f->resident_bytes);
	conn_close(c);
	return 0;
}
