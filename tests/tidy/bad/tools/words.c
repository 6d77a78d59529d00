/* Words that users should not read. */
#define _(text) text

const char *words = _("the parent of this node");
