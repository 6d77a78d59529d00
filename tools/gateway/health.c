/* See health.h. */
#include "tools/gateway/health.h"

#include "tools/gateway/exchange.h"
#include "tools/gateway/pool.h"

/* Whoever asks without a token: together they take as many places as one token may, by a name that
 * no token has. */
static const struct token_rights nobody = { .name = "?" };

void health_answer(struct exchange *x)
{
	exchange_json(x, MHD_HTTP_OK, json_pack("{s:s}", "state", "running"));
}

/* Does the daemon answer? Its office socket: what documents go through. */
static enum err ask_daemon(struct exchange *x, struct client_fault *fault)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Nothing nothing = VANTHU__V1__NOTHING__INIT;
	Vanthu__V1__Reply *reply = NULL;
	struct pool_place *place;
	enum err e = pool_take(x->gateway->pool, CLIENT_OFFICE, &nobody, &place);

	if (e != ERR_OK)
		return e;
	request.what_case = VANTHU__V1__REQUEST__WHAT_STATUS;
	request.status = &nothing;
	e = client_send(place->client, &request);
	if (e == ERR_OK)
		e = client_next(place->client, &reply);
	if (e != ERR_OK || reply->what_case == VANTHU__V1__REPLY__WHAT_ERROR) {
		client_fault(place->client, e, reply, fault);
		e = fault->err;
	}
	pool_give(x->gateway->pool, place);
	return e;
}

void health_ready(struct exchange *x)
{
	struct client_fault fault = { .err = ERR_OK };
	enum err e = ask_daemon(x, &fault);

	if (e == ERR_OK)
		exchange_json(x, MHD_HTTP_OK, json_pack("{s:s}", "state", "ready"));
	else
		exchange_refuse(x, e == ERR_TIMEOUT ? ERR_UNREACHABLE : e, NULL, NULL);
}
