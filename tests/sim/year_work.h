/* What the parts of the year's work share: how an answer finds back to what was asked. */
#ifndef VANTHU_TESTS_SIM_YEAR_WORK_H
#define VANTHU_TESTS_SIM_YEAR_WORK_H

enum { STEPS_NUMBERED = 16 };

/* Below the first are submissions. */
#define REPLY_STEP   (1ULL << 32)
#define REPLY_PAPER  (2ULL << 32)
#define REPLY_ASK    (3ULL << 32)
#define REPLY_ANSWER (4ULL << 32)

#endif
