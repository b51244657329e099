/*
 * SIGINT, SIGTERM and SIGHUP ask a run to stop; it then publishes nothing and ends with 128 + the signal.
 *
 * The one place with static state: a signal handler has nothing else to write to.
 */
#ifndef FP_CMD_SIGNALS_H
#define FP_CMD_SIGNALS_H

#include <stdatomic.h>

/* Installs the handlers; ignores SIGPIPE and SIGXFSZ. A second signal of the same kind ends the process at once. */
void fp_signals_catch(void);
/* True once a signal came. */
const atomic_bool *fp_signals_cancel(void);
/* Its number; 0 = none came. */
int fp_signals_caught(void);

#endif
