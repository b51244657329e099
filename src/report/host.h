/*
 * A host's processes and the profiles of services: which process has none of its own.
 *
 * The kernel cuts a process's name to 15 bytes ("order-service.j" is order-service.jar), so a name of that
 * length stands for every service that begins with it. Source: TASK_COMM_LEN in proc(5), /proc/PID/comm.
 *
 * Pure.
 */
#ifndef FP_REPORT_HOST_H
#define FP_REPORT_HOST_H

#include <stdbool.h>

#include "base/str.h"
#include "config/config.h"

/* Does it look like a thread of the kernel? By its name: it begins like one of a table (kworker, ksoftirqd, kdamond,
 * rcu_…, jbd2/ …), or ends in the number of a CPU ("migration/3"). Nobody can profile those apart from the host.
 * `process` is the bare name, without "[p] ". */
bool fp_host_is_kernel_thread(struct fp_slice process);

/* Is there a service of the process? `services` is sorted by strcmp. */
bool fp_host_is_profiled(struct fp_slice process, const struct fp_strings *services);

#endif
