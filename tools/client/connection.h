/* One connection to a daemon's local socket: requests out, replies in, each wait bounded by the
 * time-out. Nothing here prints: what went wrong is data (struct client_fault). */
#ifndef VANTHU_TOOLS_CLIENT_CONNECTION_H
#define VANTHU_TOOLS_CLIENT_CONNECTION_H

#include "daemon/config/config.h"
#include "proto/control.pb-c.h"
#include "routing/base/err.h"
#include "routing/base/types.h"

enum client_socket_kind { CLIENT_OFFICE, CLIENT_OPERATE, CLIENT_READ };
enum { CLIENT_CHOICES_MAX = 8, CLIENT_ABOUT_MAX = 511 };

/* What went wrong. */
struct client_fault {
	enum err err;
	/* an id, a name, a value, a file's path; "": not known */
	char about[CLIENT_ABOUT_MAX + 1];
	/* a name that means several: the first of them, and how many there are besides */
	bool ambiguous;
	struct doc_id choices[CLIENT_CHOICES_MAX];
	unsigned choice_count;
	uint64_t more_choices;
	char nearest[512]; /* persons whose names are near, between commas; "" none */
	/* of a refusal for the clock or the key */
	bool has_clock;
	Vanthu__V1__Clock clock;
	bool file;	  /* about a file of the user's: `about` is its path, `error` its errno */
	const char *call; /* the system call on the connection that failed, static; NULL: none */
	int error;	  /* its errno; 0: the daemon closed the connection */
};

struct client;
/* Path of a socket under the configuration's run folder. False: too long for an address. */
bool client_socket(const struct config *config, enum client_socket_kind kind, char *out,
		   size_t size_bytes);
/* Connects, within timeout_ms, which also bounds each later wait for the daemon. *out is the
 * caller's, NULL on failure, and *error then the errno (0: none): ERR_UNREACHABLE, ERR_PERMISSION,
 * ERR_BUSY, ERR_SYSTEM, ERR_NO_MEMORY; ERR_CONFIG: the path is too long for an address. */
must_use enum err client_connect_path(const char *path, int timeout_ms, int *error,
				      struct client **out);
/* The same to the daemon of a configuration. */
must_use enum err client_connect(const struct config *config, enum client_socket_kind kind,
				 int timeout_ms, struct client **out);
/* One more connection to the same socket, with the same time-out; as client_connect_path. */
must_use enum err client_connect_beside(const struct client *c, int *error, struct client **out);
void client_close(struct client *c);	 /* NULL is fine */
/* From the next request on the daemon shows nothing of secret documents, whoever this process is,
 * and takes none that are registered. It is said with each request, also on a new connection.
 * Whatever was hidden stays hidden on that connection: with `hide` false the next request gets a
 * new one. At first nothing is hidden; client_connect_beside hides what the other one does. */
void client_hide_secret(struct client *c, bool hide);
int client_peer(const struct client *c); /* process of the daemon; 0: not known */

/* Numbers the request and sends it; blocks until it is written. Connects again before it where the
 * daemon has closed the connection meanwhile, or an earlier request on it was not heard to its end.
 * ERR_UNREACHABLE, ERR_TIMEOUT, ERR_TOO_LARGE. */
must_use enum err client_send(struct client *c, Vanthu__V1__Request *request);
/* Another message under the number of an earlier one. */
must_use enum err client_send_more(struct client *c, Vanthu__V1__Request *request, uint64_t id);
/* The next reply to the last request; valid until the next call. A reply with an error is ERR_OK
 * here: check what_case. ERR_UNREACHABLE, ERR_TIMEOUT, ERR_FORMAT. */
must_use enum err client_next(struct client *c, Vanthu__V1__Reply **reply);
/* The last reply's bytes, as they came; valid as long as it. */
struct blob client_packed(const struct client *c);
/* Nobody wants the rest of the replies to the last request, or gives the rest of its messages:
 * closes; the next request connects again. */
void client_abandon(struct client *c);

/* What went wrong, as data: `e` of the connection, or with ERR_OK the reply's error (ERR_FORMAT
 * where it is none, or NULL). Reads what a daemon may have sent before it closed the connection. */
void client_fault(struct client *c, enum err e, const Vanthu__V1__Reply *reply,
		  struct client_fault *out);
/* The same of a file: `error` is the errno of ERR_FILE, 0 else. */
void client_fault_file(struct client_fault *out, enum err e, const char *path, int error);

#endif
