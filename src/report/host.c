#include "report/host.h"

#include <string.h>

#define COMM_BYTES 15u /* of a process's name that the kernel keeps */

/* How names of the kernel's own threads begin. */
static const char *const beginnings[] = {
    "btrfs-",     "cpuhp/",    "dm_bufio",   "dmcrypt_",  "ecryptfs-", "ext4-rsv", "idle_inject/", "inet_frag_", "irq/",
    "jbd2/",      "kauditd",   "kblockd",    "kcompactd", "kcopyd",    "kdamond",  "kdevtmpfs",    "kdmflush",   "khugepaged",
    "khungtaskd", "khvcd",     "kintegrityd", "ksmd",     "ksoftirqd", "kstrp",    "kswapd",       "kthreadd",   "kthrotld",
    "kverityd",   "kworker",   "migration/", "napi/",     "nvme-wq",   "nvmet-wq", "oom_reaper",   "psimon",     "rcu_",
    "rcub/",      "rcuc/",     "rcuog/",     "rcuop/",    "rcuos/",    "rpciod",   "scsi_eh_",     "scsi_tmf_",  "swapper",
    "vhost-",     "watchdogd", "writeback",  "xfs-",      "xfsaild",   "xprtiod",  "zswap-",
};

static bool begins_like_one(struct fp_slice process)
{
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
        if (fp_slice_starts(process, beginnings[i]))
            return true;
    return false;
}

/* "name/3" */
static bool ends_in_a_cpu(struct fp_slice process)
{
    size_t digits = 0;

    while (digits < process.len && strchr("0123456789", process.data[process.len - 1 - digits]))
        digits++;
    return digits && process.len > digits + 1 && process.data[process.len - 1 - digits] == '/';
}

bool fp_host_is_kernel_thread(struct fp_slice process)
{
    return begins_like_one(process) || ends_in_a_cpu(process);
}

/* The first service that is not before the text in byte order. */
static size_t lower_bound(const struct fp_strings *services, struct fp_slice text)
{
    size_t low = 0, high = services->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (fp_slice_compare(fp_slice_of(services->items[middle]), text) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool fp_host_is_profiled(struct fp_slice process, const struct fp_strings *services)
{
    static const char broken[] = "\xEF\xBF\xBD"; /* what is left of a character that the kernel cut through */
    bool cut = process.len == COMM_BYTES;
    size_t at;

    while (process.len > 3 && memcmp(process.data + process.len - 3, broken, 3) == 0) {
        process.len -= 3;
        cut = process.len + 3 >= COMM_BYTES;
    }
    at = lower_bound(services, process);
    if (at == services->count)
        return false;
    return cut ? strncmp(services->items[at], process.data, process.len) == 0
               : fp_slice_is(process, services->items[at]);
}
