/* edxml export: a document, or what our office says of one, as an edXML file. */
#ifndef VANTHU_TOOLS_COMMAND_EDXML_EXPORT_H
#define VANTHU_TOOLS_COMMAND_EDXML_EXPORT_H

struct cli;

/* `output`: a new file, NULL or "-" standard output. `status`: a code of the status to write
 * instead of the document; NULL: the document. The exit code; failures have been reported. */
int edxml_export(struct cli *cli, const char *id, const char *output, const char *status);

#endif
