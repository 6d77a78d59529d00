/* All proofs of a document in one file, as `vanthu export` writes it. */
#ifndef VANTHU_TOOLS_GATEWAY_EVIDENCE_H
#define VANTHU_TOOLS_GATEWAY_EVIDENCE_H

struct exchange;

void evidence_answer(struct exchange *x);

#endif
