/* Sending a document whose contents come as a stream: sizes, digests and even the number of its
 * parts are known at the end only. Memory is bounded (SUBMISSION_STREAM_BYTES), whatever comes. A
 * small document goes in one request, as with submission_send; a content beyond that goes to the
 * daemon's disk while it comes, and is written there once. The document is the same as if
 * submission_send had sent it: under the same id one repeats the other. */
#ifndef VANTHU_TOOLS_CLIENT_SUBMISSION_STREAM_H
#define VANTHU_TOOLS_CLIENT_SUBMISSION_STREAM_H

#include "tools/client/submission.h"

/* what a stream holds at most, beside the connection's own buffers */
enum { SUBMISSION_STREAM_BYTES = 1024 * 1024 };

struct submission_stream;

/* Begins. `c` is the stream's alone until its end (free). `m` has all fields but files, file_count
 * and contents, which count for nothing, and progress; it and its texts are lent until the end;
 * NULL: submission_stream_fields gives it. *fault, also lent until the end, is set where a call
 * fails. Does not block. *out is the caller's. ERR_NO_MEMORY. */
must_use enum err submission_stream_begin(struct client *c, const struct submission *m,
					  struct client_fault *fault,
					  struct submission_stream **out);
/* The fields, or others in place of those given, up to submission_stream_finish; lent as above.
 * Those known before the first large content are judged then: a refusal comes early. */
void submission_stream_fields(struct submission_stream *s, const struct submission *m);

/* One part after the other, the document itself first: begin, its bytes in pieces of any size, end.
 * A part without bytes is one too. Recipients see the last word of `name` (the second of one name
 * gets a number). Each blocks until the daemon has room for what is to go, at most for the time-out
 * of the connection. Once one has failed, all that follow return the same error, and only free is
 * left.
 *   ERR_TOO_LARGE            beyond the daemon's attachment.max; `about` is the part
 *   ERR_TOO_MANY_ATTACHMENTS, ERR_UTF8 (of the name)
 *   ERR_DISK_FULL, ERR_NO_INODES; ERR_BUSY: too many streams on this connection
 *   ERR_BAD_STATE            begin within a part, write or end without one, all after finish
 *   ERR_UNREACHABLE, ERR_TIMEOUT; with fields, what the daemon says to them */
must_use enum err submission_stream_part_begin(struct submission_stream *s, const char *name);
must_use enum err submission_stream_part_write(struct submission_stream *s, const void *bytes,
					       size_t len);
/* `sha256`: what it must be, by who sends it (finish returns ERR_PART_DIGEST where it is not);
 * NULL: nobody knows. */
must_use enum err submission_stream_part_end(struct submission_stream *s,
					     const struct digest *sha256);
/* Bytes of the part that is open, or was last. */
uint64_t submission_stream_part_bytes(const struct submission_stream *s);

/* The document is whole: blocks until the daemon has signed it and has it on disk. *accepted is
 * valid until the connection's next call. Errors as of submission_send; ERR_USAGE: no part, or no
 * fields; ERR_PART_DIGEST: `about` is the part. */
must_use enum err submission_stream_finish(struct submission_stream *s,
					   Vanthu__V1__Accepted **accepted);
/* Frees. Before finish nothing of it stays at the daemon: the connection is closed when something
 * went there, and the next request on it connects again. NULL is fine. */
void submission_stream_free(struct submission_stream *s);

#endif
