/* edxml export: a document, or what an office says of one, as an edXML file. */
#ifndef VANTHU_TOOLS_COMMAND_EDXML_EXPORT_H
#define VANTHU_TOOLS_COMMAND_EDXML_EXPORT_H

struct cli;

/* What is to be written instead of the document. */
struct edxml_status_of {
	const char *code;      /* of the status; NULL: the document */
	const char *committee; /* whose it is; NULL: ours */
};

/* `output`: a new file, NULL or "-" standard output. The exit code; failures have been reported. */
int edxml_export(struct cli *cli, const char *id, const char *output,
		 const struct edxml_status_of *status);

#endif
