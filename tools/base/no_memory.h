/* What a command does when the system gives it no memory: its answer would have a hole that nobody
 * sees. */
#ifndef VANTHU_TOOLS_BASE_NO_MEMORY_H
#define VANTHU_TOOLS_BASE_NO_MEMORY_H

/* Says VT-5003 on standard error and ends the process with its exit code. What was not printed yet
 * is not printed any more. */
_Noreturn void no_memory_end(void);

/* `memory`; or the end of the process, when it is NULL. */
void *no_memory_checked(void *memory);

#endif
