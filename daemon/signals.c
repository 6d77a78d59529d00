/* Reading signals from a descriptor; see signals.h. */
#include "daemon/signals.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "daemon/base/log.h"

enum err signals_open(int *fd)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
		return ERR_SYSTEM;
	*fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return *fd < 0 ? ERR_SYSTEM : ERR_OK;
}

struct signals_seen signals_collect(int fd)
{
	struct signals_seen seen = { false, false };
	struct signalfd_siginfo s;

	while (read(fd, &s, sizeof s) == (ssize_t)sizeof s) {
		if (s.ssi_signo == SIGHUP) {
			seen.reload = true;
			continue;
		}
		log_event(LOG_INFO, "stopping", "signal=%u", s.ssi_signo);
		seen.stop = true;
	}
	return seen;
}
