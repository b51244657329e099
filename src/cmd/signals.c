#include "cmd/signals.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

static atomic_bool cancel;
static volatile sig_atomic_t caught;

static void on_signal(int number)
{
    caught = number;
    atomic_store(&cancel, true);
}

void fp_signals_catch(void)
{
    static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
    struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART | (int)SA_RESETHAND };

    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        sigaction(numbers[i], &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* `ulimit -f`: a write fails, which is said and tidied up after */
}

const atomic_bool *fp_signals_cancel(void)
{
    return &cancel;
}

int fp_signals_caught(void)
{
    return caught;
}
