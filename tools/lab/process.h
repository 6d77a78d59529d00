/* Daemons and gateways of a lab as processes: found by their own record, checked against /proc, so
 * that nobody else's is ever signalled. */
#ifndef VANTHU_TOOLS_LAB_PROCESS_H
#define VANTHU_TOOLS_LAB_PROCESS_H

#include <stddef.h>

#include "routing/base/err.h"

struct cli;
struct lab_member;

/* What to give process_wait as a bound, and how long process_end waits. */
enum { PROCESS_START_MS = 60000, PROCESS_STOP_MS = 5000 };

enum process_program { PROCESS_DAEMON, PROCESS_GATEWAY };

/* Where this program is: beside the one that runs or in the folder for daemons, else its name, for
 * the PATH. */
void process_program(enum process_program which, char *out, size_t size);
/* Its process, 0 when none of this configuration runs. */
int process_pid(const struct lab_member *m, enum process_program which);
/* Starts one detached process; does not wait. */
must_use enum err process_spawn(struct cli *cli, const struct lab_member *m,
				enum process_program which);
/* Waits until each daemon answers a status request. Failures are reported with the fault that the
 * process's log names: ERR_UNREACHABLE when a process has ended, ERR_TIMEOUT when one runs and does
 * not answer, which only one that hangs should meet. ERR_CANCELLED (not reported): cli->stop. */
must_use enum err process_wait(struct cli *cli, const struct lab_member *const *members,
			       unsigned count, int timeout_ms);
/* The same for one gateway: until whoever listens at its address answers a request for /healthz,
 * or with TLS takes a connection. */
must_use enum err process_wait_gateway(struct cli *cli, const struct lab_member *m, int timeout_ms);
/* Ends it by `signal` and waits until it is gone. */
must_use enum err process_end(struct cli *cli, const struct lab_member *m,
			      enum process_program which, int signal);

#endif
