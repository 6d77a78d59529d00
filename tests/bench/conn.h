/* A connection to one of a daemon's local sockets that never blocks: many requests may be under
 * way, bytes wait here and not in a call. Any failure ends the process with a message: a benchmark
 * that goes on after one measures something else. */
#ifndef VANTHU_TESTS_BENCH_CONN_H
#define VANTHU_TESTS_BENCH_CONN_H

#include <stdbool.h>
#include <stddef.h>

#include "proto/control.pb-c.h"
#include "routing/base/arena.h"

/* Says why on stderr and ends the process with 1. */
void bench_fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
/* Monotonic. */
double bench_now_s(void);

struct conn;
/* SOCKET under FOLDER/run, as `vanthu lab` lays it out. Owned by the caller. */
struct conn *conn_open(const char *folder, const char *socket);
void conn_close(struct conn *c); /* NULL is fine */
int conn_fd(const struct conn *c);

/* Packs the request behind what waits to be sent. Its number is the caller's. */
void conn_say(struct conn *c, const Vanthu__V1__Request *request);
/* Bytes that wait to be sent. */
size_t conn_waiting(const struct conn *c);
/* Sends what the socket takes now. */
void conn_send(struct conn *c);
/* The next whole reply, or NULL when none is here now. Valid until the next call. */
const Vanthu__V1__Reply *conn_hear(struct conn *c);
/* Sends all and waits for one reply. Ends the process after 60 s without one. */
const Vanthu__V1__Reply *conn_ask(struct conn *c, const Vanthu__V1__Request *request);
/* The next reply, waiting for it likewise. */
const Vanthu__V1__Reply *conn_wait(struct conn *c);

#endif
