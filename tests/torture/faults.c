/*
 * LD_PRELOAD: makes calls into the C library fail, for tests of the real binary.
 *
 * A site is one call as seen from one stack of callers, so it is the same one whatever the other threads do. Only calls of
 * the program itself count, and of the libraries below that promise to survive. GLib ends the process when memory is
 * short, and Pango, HarfBuzz and Cairo with it: theirs are left alone.
 *
 *   FP_FAULT_LOG=FILE                   at the end "CALL STACK TIMES" of every site; or "hit", and where that was
 *   FP_FAULT="CALL STACK NUMBER ERRNO"  that call of that site fails
 *   FP_FAULT="CALL,… * 0 ERRNO"         every other of these calls of each thread fails (as EINTR does)
 *   FP_FAULT="CALL,… * 0 short"         read and write move one byte;   "CALL,… * 0 but1": all but one
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <link.h>
#include <poll.h>
#include <pthread.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <unwind.h>

/* ---- whose calls count ---- */

static const char *const watched[] = { "libjansson.", "libz.", "libzip.", "libpng16.", "libpcre2-8.", "libcurl." };
#define WATCHED (sizeof watched / sizeof *watched)

static struct object {
    uintptr_t start, end;
} objects[1 + WATCHED]; /* the program first */
static uintptr_t base;  /* of the program */

static int look(struct dl_phdr_info *info, size_t size, void *unused)
{
    const char *slash = strrchr(info->dlpi_name, '/'), *name = slash ? slash + 1 : info->dlpi_name;
    size_t at = *name ? 1 : 0;

    (void)size;
    (void)unused;
    while (at && at <= WATCHED && strncmp(name, watched[at - 1], strlen(watched[at - 1])) != 0)
        at++;
    if (at > WATCHED || objects[at].end)
        return 0;
    if (at == 0)
        base = info->dlpi_addr;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];
        uintptr_t start = info->dlpi_addr + part->p_vaddr;

        if (part->p_type == PT_LOAD && part->p_flags & PF_X)
            objects[at] = (struct object){ start, start + part->p_memsz };
    }
    return 0;
}

static const struct object *object_of(uintptr_t address)
{
    for (size_t i = 0; i <= WATCHED; i++)
        if (address >= objects[i].start && address < objects[i].end)
            return &objects[i];
    return NULL;
}

/* ---- what fails ---- */

enum how { FAIL_NONE, FAIL_SITE, FAIL_OFTEN, FAIL_SHORT, FAIL_BUT_ONE };

static struct {
    enum how how;
    char calls[128]; /* ",a,b," */
    uint64_t stack, number;
    int errnum;
    const char *log;
} plan;

#define SITES 65536u
static struct site {
    const char *call;
    uint64_t stack, times;
} sites[SITES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
#define OWN __thread __attribute__((tls_model("initial-exec")))
static OWN bool busy, failed_before;

__attribute__((constructor)) static void begin(void)
{
    const char *text = getenv("FP_FAULT");
    char call[120] = "", stack[32] = "", what[16] = "";

    dl_iterate_phdr(look, NULL);
    plan.log = getenv("FP_FAULT_LOG");
    if (text && sscanf(text, "%119s %31s %lu %15s", call, stack, &plan.number, what) == 4) {
        snprintf(plan.calls, sizeof plan.calls, ",%s,", call);
        plan.stack = strtoull(stack, NULL, 16);
        plan.errnum = atoi(what);
        plan.how = strcmp(what, "short") == 0  ? FAIL_SHORT
                   : strcmp(what, "but1") == 0 ? FAIL_BUT_ONE
                   : *stack == '*'             ? FAIL_OFTEN
                                               : FAIL_SITE;
    }
}

static void say(const char *line)
{
    static bool said; /* once is enough: it may be each time */
    int fd = plan.log && !(said && plan.how) ? (int)syscall(SYS_openat, AT_FDCWD, plan.log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666) : -1;

    if (fd < 0)
        return;
    said = true;
    if (syscall(SYS_write, fd, line, strlen(line)) < 0)
        abort();
    syscall(SYS_close, fd);
}

__attribute__((destructor)) static void end(void)
{
    char line[128];

    for (size_t i = 0; plan.log && plan.how == FAIL_NONE && i < SITES; i++)
        if (sites[i].call) {
            snprintf(line, sizeof line, "%s %lx %lu\n", sites[i].call, sites[i].stack, sites[i].times);
            say(line);
        }
}

#define FRAMES 24u

struct trace {
    uint64_t hash;
    unsigned frames;
    uintptr_t at[FRAMES]; /* in the program; 0 = in a library */
};

static _Unwind_Reason_Code frame(struct _Unwind_Context *context, void *arg)
{
    struct trace *trace = arg;
    uintptr_t address = _Unwind_GetIP(context);
    const struct object *object = object_of(address);

    if (object) {
        trace->hash = (trace->hash ^ (address - object->start)) * UINT64_C(0x9E3779B97F4A7C15);
        trace->hash ^= trace->hash >> 29;
        trace->at[trace->frames++] = object == objects ? address - base - 1 : 0;
    }
    return trace->frames < FRAMES ? _URC_NO_REASON : _URC_END_OF_STACK;
}

/* Which library, and for addr2line -e flamepress. */
static void tell(const struct trace *trace, const struct object *object)
{
    char line[64 + 20 * FRAMES];
    size_t n = (size_t)sprintf(line, "hit\nin %s\nat", object == objects ? "program" : watched[object - objects - 1]);

    for (unsigned i = 0; i < trace->frames; i++)
        if (trace->at[i])
            n += (size_t)sprintf(line + n, " %lx", trace->at[i]);
    strcpy(line + n, "\n");
    say(line);
}

/* Which time it is that the call is made there. */
static uint64_t count(const char *call, uint64_t stack)
{
    uint64_t times = 0;

    pthread_mutex_lock(&lock);
    for (size_t n = 0, at = stack % SITES; n < SITES && !times; n++, at = (at + 1) % SITES) {
        if (!sites[at].call)
            sites[at] = (struct site){ call, stack, 0 };
        if (sites[at].stack == stack && strcmp(sites[at].call, call) == 0)
            times = ++sites[at].times;
    }
    pthread_mutex_unlock(&lock);
    return times;
}

static bool is_meant(const char *call)
{
    char text[40];

    snprintf(text, sizeof text, ",%s,", call);
    return strstr(plan.calls, text) != NULL;
}

/* Does this call fail? Then errno says why. */
static bool fails(const char *call, void *caller)
{
    struct trace trace = { .frames = 0 };
    const struct object *object = object_of((uintptr_t)caller);
    int before = errno;
    bool hit = false;

    if (busy || !object || plan.how >= FAIL_SHORT ||
        (plan.how != FAIL_NONE && !is_meant(call)))
        return false;
    busy = true;
    if (plan.how == FAIL_OFTEN) {
        hit = failed_before = !failed_before;
    } else if (plan.how == FAIL_SITE || plan.log) {
        _Unwind_Backtrace(frame, &trace);
        hit = count(call, trace.hash) == plan.number && plan.how == FAIL_SITE && trace.hash == plan.stack;
    }
    if (hit)
        tell(&trace, object);
    errno = hit ? plan.errnum : before;
    busy = false;
    return hit;
}

/* How much is moved of n bytes. */
static size_t moved(const char *call, void *caller, size_t n)
{
    if (plan.how < FAIL_SHORT || n < 2 || !is_meant(call) || !object_of((uintptr_t)caller))
        return n;
    say("hit\n");
    return plan.how == FAIL_SHORT ? 1 : n - 1;
}

/* ---- the calls ---- */

#define CALLER __builtin_return_address(0)
#define MOVED(name) moved(#name, CALLER, n)
#define REAL(name) \
    static __typeof__(&name) real; \
    if (!real) \
        real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

#define WRAP(type, failure, name, params, args) \
    type name params; \
    type name params \
    { \
        REAL(name); \
        return fails(#name, CALLER) ? (failure) : real args; \
    }

/* Frees what it was given even when it fails. */
#define WRAP_CLOSE(name, params, args) \
    int name params; \
    int name params \
    { \
        bool bad = fails(#name, CALLER); \
        int why = errno, rc; \
        REAL(name); \
        rc = real args; \
        if (bad) \
            errno = why; \
        return bad ? -1 : rc; \
    }

#define WRAP_OPEN(name, params, args) \
    int name params; \
    int name params \
    { \
        int mode = 0; \
        va_list rest; \
        REAL(name); \
        if (flags & (O_CREAT | O_TMPFILE)) { \
            va_start(rest, flags); \
            mode = va_arg(rest, int); \
            va_end(rest); \
        } \
        return fails(#name, CALLER) ? -1 : real args; \
    }

WRAP(void *, NULL, malloc, (size_t n), (n))
WRAP(void *, NULL, calloc, (size_t n, size_t size), (n, size))
WRAP(void *, NULL, realloc, (void *p, size_t n), (p, n))
WRAP(void *, NULL, aligned_alloc, (size_t to, size_t n), (to, n))
WRAP(char *, NULL, strdup, (const char *s), (s))
WRAP(char *, NULL, strndup, (const char *s, size_t n), (s, n))
WRAP(char *, NULL, realpath, (const char *path, char *to), (path, to))

WRAP_OPEN(open, (const char *path, int flags, ...), (path, flags, mode))
WRAP_OPEN(openat, (int at, const char *path, int flags, ...), (at, path, flags, mode))
WRAP(FILE *, NULL, fopen, (const char *path, const char *mode), (path, mode))
WRAP(DIR *, NULL, opendir, (const char *path), (path))
WRAP(DIR *, NULL, fdopendir, (int fd), (fd))
WRAP(struct dirent *, NULL, readdir, (DIR *dir), (dir))
WRAP(FTS *, NULL, fts_open, (char *const *paths, int options, int (*order)(const FTSENT **, const FTSENT **)),
     (paths, options, order))
WRAP(FTSENT *, NULL, fts_read, (FTS *fts), (fts))
WRAP(int, -1, scandir, (const char *path, struct dirent ***list, int (*pick)(const struct dirent *),
     int (*order)(const struct dirent **, const struct dirent **)), (path, list, pick, order))
WRAP(int, -1, mkdir, (const char *path, mode_t mode), (path, mode))
WRAP(int, -1, mkdirat, (int at, const char *path, mode_t mode), (at, path, mode))
WRAP(char *, NULL, mkdtemp, (char *path), (path))
WRAP(int, -1, rename, (const char *from, const char *to), (from, to))
WRAP(int, -1, renameat, (int at, const char *from, int to_at, const char *to), (at, from, to_at, to))
WRAP(int, -1, renameat2, (int at, const char *from, int to_at, const char *to, unsigned how), (at, from, to_at, to, how))
WRAP(int, -1, link, (const char *from, const char *to), (from, to))
WRAP(int, -1, symlinkat, (const char *to, int at, const char *path), (to, at, path))
WRAP(ssize_t, -1, readlink, (const char *path, char *to, size_t n), (path, to, n))
WRAP(int, -1, unlink, (const char *path), (path))
WRAP(int, -1, unlinkat, (int at, const char *path, int flags), (at, path, flags))
WRAP(int, -1, rmdir, (const char *path), (path))
WRAP(int, -1, stat, (const char *path, struct stat *to), (path, to))
WRAP(int, -1, lstat, (const char *path, struct stat *to), (path, to))
WRAP(int, -1, fstat, (int fd, struct stat *to), (fd, to))
WRAP(int, -1, fstatat, (int at, const char *path, struct stat *to, int flags), (at, path, to, flags))
WRAP(int, -1, access, (const char *path, int mode), (path, mode))
WRAP(int, -1, fsync, (int fd), (fd))
WRAP(int, -1, ftruncate, (int fd, off_t n), (fd, n))
WRAP(int, -1, flock, (int fd, int how), (fd, how))
WRAP(ssize_t, -1, getrandom, (void *to, size_t n, unsigned flags), (to, n, flags))
WRAP(ssize_t, -1, read, (int fd, void *to, size_t n), (fd, to, MOVED(read)))
WRAP(ssize_t, -1, pread, (int fd, void *to, size_t n, off_t at), (fd, to, MOVED(pread), at))
WRAP(ssize_t, -1, write, (int fd, const void *from, size_t n), (fd, from, MOVED(write)))
WRAP(ssize_t, -1, pwrite, (int fd, const void *from, size_t n, off_t at), (fd, from, MOVED(pwrite), at))
WRAP(size_t, 0, fwrite, (const void *from, size_t size, size_t n, FILE *to), (from, size, n, to))
WRAP(int, -1, pipe2, (int to[2], int flags), (to, flags))
WRAP(int, errno, pthread_create, (pthread_t *to, const pthread_attr_t *how, void *(*what)(void *), void *with),
     (to, how, what, with))
WRAP_CLOSE(close, (int fd), (fd))
WRAP_CLOSE(closedir, (DIR *dir), (dir))
WRAP_CLOSE(fclose, (FILE *file), (file))
WRAP_CLOSE(fflush, (FILE *file), (file))

/* What the hardened build calls instead. */
WRAP(ssize_t, -1, __read_chk, (int fd, void *to, size_t n, size_t room), (fd, to, MOVED(read), room))
WRAP(ssize_t, -1, __pread_chk, (int fd, void *to, size_t n, off_t at, size_t room), (fd, to, MOVED(pread), at, room))
WRAP(ssize_t, -1, __readlink_chk, (const char *path, char *to, size_t n, size_t room), (path, to, n, room))
WRAP(char *, NULL, __realpath_chk, (const char *path, char *to, size_t room), (path, to, room))
WRAP(int, -1, __open_2, (const char *path, int flags), (path, flags))
WRAP(int, -1, __openat_2, (int at, const char *path, int flags), (at, path, flags))
