/* axis systems, system, retry: the systems that the gateway is an axis for. */
#ifndef VANTHU_TOOLS_COMMAND_AXIS_SYSTEMS_H
#define VANTHU_TOOLS_COMMAND_AXIS_SYSTEMS_H

struct cli;
struct config;

int axis_systems(struct cli *cli, const struct config *config);
int axis_systems_show(struct cli *cli, const struct config *config, const char *name);
/* What it could not take waits for it again. */
int axis_systems_retry(struct cli *cli, const struct config *config, const char *name);

#endif
