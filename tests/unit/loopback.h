/*
 * A small HTTP server on loopback for one test program: raw sockets, a process of its own, one more for each
 * connection, so nothing of it disturbs the client's memory or threads.
 *
 * The first component of the request's path names what happens, so a client's URL is
 * "http://127.0.0.1:PORT/NAME". A reply to "echo" is "connection C request R" and the request as it came,
 * byte for byte.
 *
 *     struct loopback server = loopback_start(&table, count);
 *     … http://127.0.0.1:server.port/echo …
 *     loopback_stop(&server);
 */
#ifndef FP_TESTS_LOOPBACK_H
#define FP_TESTS_LOOPBACK_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct loopback_exchange {
    int fd;
    int connection, request; /* both from 1 */
    const char *raw;         /* the whole request, NUL-terminated */
    size_t raw_len;
};

struct loopback_scene {
    const char *name;
    bool (*play)(
        const struct loopback_exchange *exchange); /* true: the connection stays open for another request */
};

struct loopback {
    int port;
    pid_t pid;
};

static inline bool loopback_send(int fd, const void *bytes, size_t n)
{
    const char *p = bytes;

    while (n) {
        ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);

        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return false;
        p += sent;
        n -= (size_t)sent;
    }
    return true;
}

static inline bool loopback_puts(int fd, const char *text)
{
    return loopback_send(fd, text, strlen(text));
}

/* A whole reply with its length; `head` is the status line and further headers, each with its line end. */
static inline bool loopback_reply(int fd, const char *head, const void *body, size_t n)
{
    char length[64];

    snprintf(length, sizeof length, "Content-Length: %zu\r\n\r\n", n);
    return loopback_puts(fd, head) && loopback_puts(fd, length) && loopback_send(fd, body, n);
}

/* Until the other side is gone, at most 20 seconds: nothing that a test starts outlives it. */
static inline void loopback_wait(int fd)
{
    struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
    char byte;

    for (int i = 0; i < 200; i++)
        if (poll(&poll_fd, 1, 100) > 0 && recv(fd, &byte, 1, 0) <= 0)
            return;
}

/* Reads one request (head and Content-Length bytes) into raw; 0 when the connection ends. */
static inline size_t loopback_receive(int fd, char *raw, size_t cap)
{
    size_t len = 0, want = 0;

    while (!want || len < want) {
        ssize_t n = len + 1 < cap ? recv(fd, raw + len, cap - 1 - len, 0) : 0;
        const char *end, *length;

        if (n <= 0)
            return 0;
        len += (size_t)n;
        raw[len] = '\0';
        if (raw[0] == 0x16) { /* a TLS hello: most servers say this */
            loopback_puts(fd, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\nspeak HTTP\r\n");
            return 0;
        }
        end = strstr(raw, "\r\n\r\n");
        if (!end || want)
            continue;
        length = strcasestr(raw, "\r\nContent-Length:");
        want = (size_t)(end + 4 - raw) + (length && length < end ? strtoul(length + 17, NULL, 10) : 0);
    }
    return len;
}

static inline void loopback_serve(int fd, int connection, const struct loopback_scene *scenes, size_t count)
{
    static char raw[1 << 16];
    struct loopback_exchange exchange = { .fd = fd, .connection = connection, .raw = raw };
    bool open = true;

    while (open && (exchange.raw_len = loopback_receive(fd, raw, sizeof raw)) > 0) {
        const char *path = strchr(raw, ' ');

        exchange.request++;
        open = false;
        if (path && strncmp(path, " http://", 8) == 0) /* asked as a proxy */
            path = strchr(path + 8, '/') - 1;
        for (size_t i = 0; path && i < count; i++) {
            size_t n = strlen(scenes[i].name);

            if (strncmp(path + 2, scenes[i].name, n) == 0 && strchr("/ ", path[2 + n])) {
                open = scenes[i].play(&exchange);
                break;
            }
        }
    }
}

static inline struct loopback loopback_start(const struct loopback_scene *scenes, size_t count)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), connection = 0;
    struct loopback server = { 0, -1 };

    if (listener < 0 || bind(listener, (struct sockaddr *)&address, len) < 0 || listen(listener, 64) < 0 ||
        getsockname(listener, (struct sockaddr *)&address, &len) < 0)
        return server;
    server.port = ntohs(address.sin_port);
    server.pid = fork();
    if (server.pid != 0) {
        close(listener);
        return server;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGCHLD, SIG_IGN);
    for (;;) {
        int fd = accept(listener, NULL, NULL);

        connection++;
        if (fd >= 0 && fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            close(listener);
            setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
            loopback_serve(fd, connection, scenes, count);
            _exit(0);
        }
        close(fd);
    }
}

static inline void loopback_stop(struct loopback *server)
{
    if (server->pid > 0) {
        kill(server->pid, SIGKILL);
        waitpid(server->pid, NULL, 0);
    }
    server->pid = -1;
}

#endif
