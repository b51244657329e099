/* base/log: what a person, a pipe and a terminal get to see. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <pty.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"

struct pair {
    int in, out; /* what is written to `out` is read from `in` */
    char text[65536];
};

static void open_pipe(struct pair *pair)
{
    int fds[2];

    assert_int_equal(pipe(fds), 0);
    pair->in = fds[0];
    pair->out = fds[1];
    fcntl(pair->in, F_SETFL, O_NONBLOCK);
}

static void open_terminal(struct pair *pair, unsigned short columns)
{
    struct winsize size = { .ws_row = 24, .ws_col = columns };

    assert_int_equal(openpty(&pair->in, &pair->out, NULL, NULL, &size), 0);
    fcntl(pair->in, F_SETFL, O_NONBLOCK);
}

static void close_pair(struct pair *pair)
{
    close(pair->in);
    close(pair->out);
}

static const char *taken(struct pair *pair)
{
    size_t len = 0;
    ssize_t n;

    while ((n = read(pair->in, pair->text + len, sizeof pair->text - 1 - len)) > 0)
        len += (size_t)n;
    pair->text[len] = '\0';
    return pair->text;
}

static int plain_environment(void **state)
{
    (void)state;
    setenv("TERM", "xterm", 1);
    return unsetenv("NO_COLOR");
}

static void text_on_a_pipe(void **state)
{
    struct pair pair;
    struct fp_log log;

    (void)state;
    open_pipe(&pair);
    fp_log_init(&log, pair.out);
    assert_false(log.terminal);
    fp_log(&log, FP_LOG_INFO, "silence on success");
    fp_log(&log, FP_LOG_DEBUG, "silence on success");
    fp_log_progress(&log, "1/2");
    fp_log_progress_end(&log);
    assert_string_equal(taken(&pair), "");
    errno = EBUSY;
    fp_log(&log, FP_LOG_ERROR, "%s: %d", "job", 7);
    assert_int_equal(errno, EBUSY);
    fp_log(&log, FP_LOG_WARNING, "two\nlines\x1b[31m \xff\xc3\xbc");
    assert_string_equal(taken(&pair),
                        "flamepress: error: job: 7\nflamepress: warning: two?lines?[31m \xef\xbf\xbdü\n");
    log.level = FP_LOG_DEBUG;
    fp_log(&log, FP_LOG_INFO, "a");
    fp_log(&log, FP_LOG_DEBUG, "b");
    assert_string_equal(taken(&pair), "flamepress: info: a\nflamepress: debug: b\n");
    fp_log_release(&log);
    close_pair(&pair);
}

static void errors(void **state)
{
    struct pair pair;
    struct fp_log log;
    struct fp_error err = FP_ERROR_INIT;

    (void)state;
    open_pipe(&pair);
    fp_log_init(&log, pair.out);
    fp_error_set(&err, FP_ESYNTAX, "no \"comma\"");
    fp_log_error(&log, FP_LOG_ERROR, &err, NULL);
    fp_error_at(&err, "a\\b.json", 3, 4, 99);
    fp_log_error(&log, FP_LOG_ERROR, &err, "check");
    fp_log_error(&log, FP_LOG_INFO, &err, "not at this level");
    assert_string_equal(taken(&pair), "flamepress: error: no \"comma\"\n"
                                      "flamepress: error: check: a\\b.json:3:4: byte 99: no \"comma\"\n");
    log.format = FP_LOG_JSON;
    fp_log_error(&log, FP_LOG_ERROR, &err, "check\n");
    taken(&pair);
    assert_non_null(strstr(
        pair.text, "\"level\":\"error\",\"message\":\"check?: a\\\\b.json:3:4: byte 99: no "
                   "\\\"comma\\\"\",\"source\":\"a\\\\b.json\",\"line\":3,\"column\":4,\"offset\":99}\n"));
    fp_log_release(&log);
    close_pair(&pair);
}

static void json(void **state)
{
    struct pair pair;
    struct fp_log log;
    int year, month, day, hour, minute, second, milli, end = 0;

    (void)state;
    open_terminal(&pair, 80); /* neither colour nor progress, even there */
    fp_log_init(&log, pair.out);
    log.format = FP_LOG_JSON;
    fp_log_progress(&log, "1/2");
    fp_log(&log, FP_LOG_ERROR, "\"</script>\\\t\x7f");
    taken(&pair);
    assert_int_equal(sscanf(pair.text, "{\"time\":\"%4d-%2d-%2dT%2d:%2d:%2d.%3dZ\",%n", &year, &month, &day,
                            &hour, &minute, &second, &milli, &end),
                     7);
    assert_true(year > 2020);
    assert_string_equal(pair.text + end, "\"level\":\"error\",\"message\":\"\\\"</script>\\\\??\"}\r\n");
    fp_log_release(&log);
    close_pair(&pair);
}

static void long_messages(void **state)
{
    static char huge[20000];
    struct pair pair;
    struct fp_log log;
    size_t len;

    (void)state;
    open_pipe(&pair);
    fp_log_init(&log, pair.out);
    for (size_t shift = 0; shift < 4; shift++) { /* the cut falls on each byte of a character */
        memset(huge, 'x', shift);
        for (size_t i = shift; i + 4 < sizeof huge; i += 4)
            memcpy(huge + i, "\xF0\x9F\x94\xA5", 5);
        fp_log(&log, FP_LOG_ERROR, "%s", huge);
        len = strlen(taken(&pair));
        assert_in_range(len, 4000, 4200);
        assert_string_equal(pair.text + len - 8, "\xF0\x9F\x94\xA5…\n");
        assert_null(strstr(pair.text, "\xEF\xBF\xBD"));
    }
    memset(huge, '"', sizeof huge - 1);
    log.format = FP_LOG_JSON; /* the escapes double it, and the end must still be there */
    fp_log(&log, FP_LOG_ERROR, "%s", huge);
    len = strlen(taken(&pair));
    assert_string_equal(pair.text + len - 8, "\\\"…\"}\n");
    memset(huge, '\xff', sizeof huge - 1); /* each becomes three bytes */
    fp_log(&log, FP_LOG_ERROR, "%s", huge);
    len = strlen(taken(&pair));
    assert_string_equal(pair.text + len - 6, "…\"}\n");
    fp_log_release(&log);
    close_pair(&pair);
}

static void terminal(void **state)
{
    struct pair pair;
    struct fp_log log;

    (void)state;
    open_terminal(&pair, 10);
    fp_log_init(&log, pair.out);
    assert_true(log.terminal);
    assert_true(log.colour);
    fp_log_progress_end(&log);
    assert_string_equal(taken(&pair), "");
    fp_log_progress(&log, "%d/%d", 1, 2);
    assert_string_equal(taken(&pair), "\r\033[K1/2");
    fp_log_progress(&log, "0123456789abc\n");
    assert_string_equal(taken(&pair), "\r\033[K012345678"); /* one column stays free */
    fp_log_progress(&log, "火焰图火焰图");
    assert_string_equal(taken(&pair), "\r\033[K火焰图火");
    fp_log(&log, FP_LOG_INFO, "below the level: the line stays");
    assert_string_equal(taken(&pair), "");
    fp_log(&log, FP_LOG_ERROR, "a message is never cut to the width");
    assert_string_equal(
        taken(&pair), "\r\033[Kflamepress: \033[1;31merror:\033[0m a message is never cut to the width\r\n");
    fp_log(&log, FP_LOG_WARNING, "b");
    assert_string_equal(taken(&pair), "flamepress: \033[1;33mwarning:\033[0m b\r\n");
    fp_log_progress(&log, "2/2");
    fp_log_progress_end(&log);
    fp_log_progress_end(&log);
    assert_string_equal(taken(&pair), "\r\033[K2/2\r\033[K");
    fp_log_progress(&log, "left");
    fp_log_release(&log); /* takes it away as well */
    assert_string_equal(taken(&pair), "\r\033[Kleft\r\033[K");
    close_pair(&pair);
}

static void width_unknown(void **state)
{
    struct pair pair;
    struct fp_log log;
    char wide[200];

    (void)state;
    memset(wide, 'w', sizeof wide);
    wide[sizeof wide - 1] = '\0';
    open_terminal(&pair, 0);
    fp_log_init(&log, pair.out);
    fp_log_progress(&log, "%s", wide);
    assert_int_equal(strlen(taken(&pair)), 4 + 79);
    fp_log_release(&log);
    close_pair(&pair);
}

static void environment(void **state)
{
    struct pair pair;
    struct fp_log log;

    (void)state;
    open_terminal(&pair, 80);
    setenv("NO_COLOR", "1", 1);
    fp_log_init(&log, pair.out);
    assert_true(log.terminal);
    assert_false(log.colour);
    fp_log(&log, FP_LOG_ERROR, "x");
    assert_string_equal(taken(&pair), "flamepress: error: x\r\n");
    fp_log_release(&log);
    setenv("NO_COLOR", "", 1);
    fp_log_init(&log, pair.out);
    assert_true(log.colour);
    fp_log_release(&log);
    setenv("TERM", "dumb", 1);
    fp_log_init(&log, pair.out);
    assert_false(log.terminal);
    assert_false(log.colour);
    fp_log_release(&log);
    close_pair(&pair);
    plain_environment(state);
}

static void *talk(void *arg)
{
    for (int i = 0; i < 100; i++)
        fp_log(arg, FP_LOG_ERROR, "0123456789 0123456789 0123456789");
    return NULL;
}

static void threads(void **state)
{
    const char *line = "flamepress: error: 0123456789 0123456789 0123456789\n";
    struct pair pair;
    struct fp_log log;
    pthread_t ids[8];
    const char *at;
    int lines = 0;

    (void)state;
    open_pipe(&pair);
    fp_log_init(&log, pair.out);
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(pthread_create(&ids[i], NULL, talk, &log), 0);
    for (size_t i = 0; i < 8; i++)
        pthread_join(ids[i], NULL);
    for (at = taken(&pair); *at; at += strlen(line), lines++)
        assert_memory_equal(at, line, strlen(line));
    assert_int_equal(lines, 800);
    fp_log_release(&log);
    close_pair(&pair);
}

/* A full pipe that does not block: the log gives up after a while instead of hanging or dying. */
static void nobody_reads(void **state)
{
    struct pair pair;
    struct fp_log log;

    (void)state;
    open_pipe(&pair);
    fcntl(pair.out, F_SETFL, O_NONBLOCK);
    while (write(pair.out, "0123456789abcdef", 16) > 0)
        ;
    fp_log_init(&log, pair.out);
    fp_log(&log, FP_LOG_ERROR, "lost");
    assert_null(strstr(taken(&pair), "lost"));
    fp_log_release(&log);
    close_pair(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_on_a_pipe), cmocka_unit_test(errors),   cmocka_unit_test(json),
        cmocka_unit_test(long_messages),  cmocka_unit_test(terminal), cmocka_unit_test(width_unknown),
        cmocka_unit_test(environment),    cmocka_unit_test(threads),  cmocka_unit_test(nobody_reads),
    };

    return cmocka_run_group_tests(tests, plain_environment, NULL);
}
