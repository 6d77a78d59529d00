/* See recovery.h. */
#include "tools/output/recovery.h"

#include <stdio.h>

#include "tools/output/output.h"

static const char *stage_name(Vanthu__V1__RecoveryStage stage)
{
	static const char *const names[] = { "", "neighbours", "asking", "waiting", "filling" };

	return (unsigned)stage < sizeof names / sizeof names[0] ? names[stage] : "";
}

/* Words of FORMAT_STATE. */
static const char *state_name(Vanthu__V1__RecoveryState state)
{
	static const char *const names[] = { "", "away", "old", "unasked", "giving", "given" };

	return (unsigned)state < sizeof names / sizeof names[0] ? names[state] : "";
}

static const char *phase_name(Vanthu__V1__GivingPhase phase)
{
	static const char *const names[] = { "", "looking", "taking", "given" };

	return (unsigned)phase < sizeof names / sizeof names[0] ? names[phase] : "";
}

static json_t *neighbour_json(const Vanthu__V1__LinkView *l, int64_t began_ms)
{
	bool done = l->recovery->state == VANTHU__V1__RECOVERY_STATE__RECOVERY_STATE_DONE;

	return json_pack("{s:s, s:s, s:b, s:o, s:o, s:I, s:I}", "committee", l->committee, "state",
			 state_name(l->recovery->state), "up", l->up, "last_proof_at",
			 json_time(l->last_proof_ms), "holds_up_since",
			 done ? json_null() : json_time(began_ms), "came",
			 (json_int_t)l->recovery->came, "lacks", (json_int_t)l->recovery->lacks);
}

json_t *recovery_json(const Vanthu__V1__Status *s)
{
	static const char *const books[] = { "out", "in", "secret_out", "secret_in" };
	const Vanthu__V1__Recovery *r = s->recovery;
	json_t *out, *neighbours = json_array(), *voided = json_object();

	if (r == NULL) {
		json_decref(neighbours);
		json_decref(voided);
		return json_null();
	}
	for (size_t i = 0; i < r->n_voided && i < sizeof books / sizeof books[0]; i++)
		json_object_set_new(voided, books[i], json_integer((json_int_t)r->voided[i]));
	for (size_t i = 0; i < s->n_links; i++) {
		const Vanthu__V1__LinkRecovery *l = s->links[i]->recovery;

		if (l != NULL && l->state != VANTHU__V1__RECOVERY_STATE__RECOVERY_STATE_UNSPECIFIED)
			json_array_append_new(neighbours, neighbour_json(s->links[i], r->began_ms));
	}
	out = json_pack("{s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:o, s:o}", "stage",
			json_text_or_null(stage_name(r->stage)), "began_at", json_time(r->began_ms),
			"ended_at", json_time(r->ended_ms), "came", (json_int_t)r->came, "returned",
			(json_int_t)r->returned, "gone", (json_int_t)r->gone, "listed",
			(json_int_t)r->listed, "voided", voided, "neighbours", neighbours);
	return out;
}

json_t *recovery_giving_json(const Vanthu__V1__Status *s)
{
	json_t *out = json_array();

	for (size_t i = 0; i < s->n_links; i++) {
		const Vanthu__V1__LinkRecovery *l = s->links[i]->recovery;

		if (l == NULL || l->giving == VANTHU__V1__GIVING_PHASE__GIVING_PHASE_UNSPECIFIED)
			continue;
		json_array_append_new(
			out,
			json_pack("{s:s, s:s, s:o, s:I, s:I}", "committee", s->links[i]->committee,
				  "state", phase_name(l->giving), "round",
				  json_sprintf("%016llx", (unsigned long long)l->round),
				  "published", (json_int_t)l->published, "gone",
				  (json_int_t)l->gone));
	}
	return out;
}

const char *recovery_words(const Vanthu__V1__Status *s, char *out, size_t size)
{
	const Vanthu__V1__Recovery *r = s->recovery;

	out[0] = '\0';
	switch (r == NULL ? VANTHU__V1__RECOVERY_STAGE__RECOVERY_STAGE_UNSPECIFIED : r->stage) {
	case VANTHU__V1__RECOVERY_STAGE__RECOVERY_STAGE_NEIGHBOURS:
		snprintf(out, size,
			 _("%u of %u neighbours have given back what they hold; documents: %llu"),
			 r->done, r->neighbours, (unsigned long long)r->came);
		break;
	case VANTHU__V1__RECOVERY_STAGE__RECOVERY_STAGE_ASKING:
		snprintf(out, size, "%s", _("issuers and recipients are asked what was said"));
		break;
	case VANTHU__V1__RECOVERY_STAGE__RECOVERY_STAGE_WAITING:
		snprintf(out, size, "%s", _("waits half a minute for their answers"));
		break;
	case VANTHU__V1__RECOVERY_STAGE__RECOVERY_STAGE_FILLING:
		snprintf(out, size, "%s", _("numbers that nobody knows any more are made void"));
		break;
	default:
		break;
	}
	return out;
}
