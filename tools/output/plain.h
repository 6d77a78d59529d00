/* For scripts without JSON: values between tabs, one row a line. */
#ifndef VANTHU_TOOLS_OUTPUT_PLAIN_H
#define VANTHU_TOOLS_OUTPUT_PLAIN_H

struct renderer;

const struct renderer *output_plain(void);

#endif
