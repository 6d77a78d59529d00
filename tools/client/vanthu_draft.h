/* Drafts of vanthu.h: the words that their fields take. */
#ifndef VANTHU_TOOLS_CLIENT_VANTHU_DRAFT_H
#define VANTHU_TOOLS_CLIENT_VANTHU_DRAFT_H

/* Words of an urgency or secrecy, by the protocol's number less one; NULL after the last. */
extern const char *const vanthu_urgencies[], *const vanthu_secrecies[];

#endif
