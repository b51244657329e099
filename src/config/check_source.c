#include "config/check.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "config/path.h"

#define PROBLEM(...) fp_problems_add(problems, false, config->file, __VA_ARGS__)
#define WARNING(...) fp_problems_add(problems, true, config->file, __VA_ARGS__)

/* ---- the address ---- */

#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

static bool starts(const char *text, const char *prefix)
{
    return strncasecmp(text, prefix, strlen(prefix)) == 0;
}

/* What follows "http://" or "https://"; NULL for anything else. */
static const char *after_scheme(const char *url)
{
    if (starts(url, "http://"))
        return url + 7;
    return starts(url, "https://") ? url + 8 : NULL;
}

static const char *port_fault(const char *port)
{
    size_t n = strspn(port, DIGITS);
    uint32_t value = 0;

    for (size_t i = 0; i < n && value <= UINT16_MAX; i++)
        value = 10 * value + (uint32_t)(port[i] - '0');
    if (n == 0 || (port[n] && port[n] != '/') || value == 0 || value > UINT16_MAX)
        return "the port must be a number from 1 to 65535";
    return NULL;
}

/* The name, or [address], that `host` begins with; 0 when there is none that makes sense. */
static size_t host_length(const char *host)
{
    size_t n;

    if (host[0] != '[')
        return strspn(host, LETTERS DIGITS ".-_");
    n = 1 + strspn(host + 1, DIGITS "abcdefABCDEF:.");
    return n > 2 && host[n] == ']' ? n + 1 : 0;
}

const char *fp_url_fault(const char *url)
{
    const char *host = after_scheme(url);
    size_t n;

    if (!host)
        return "must begin with http:// or https://, as in http://deepflow-server:20416";
    /* Looked for everywhere, not only before the path: better one refused too many than one that leaks. */
    if (strchr(host, '@'))
        return "must not hold a user or password: put a token into token_file or token_env";
    if (strpbrk(host, "?#"))
        return "must end before any ? or #: only the address of the server is wanted";
    if (strpbrk(host, " \\\"<>^`{|}"))
        return "holds a character that no address has (a space, a backslash, a bracket or the like)";
    n = host_length(host);
    if (n == 0)
        return "the name of the host is missing, or not written as letters, digits, dots and -";
    if (host[n] == ':')
        return port_fault(host + n + 1);
    if (host[n] && host[n] != '/')
        return "the name of the host holds a character that no host name has";
    if (strstr(host, "/ProfileTracing"))
        return "must end before /v1/profile/ProfileTracing: flamepress adds the path of the call itself";
    return NULL;
}

static bool is_loopback(const char *host)
{
    size_t n = host_length(host);
    struct in_addr address;
    char name[64];

    if (n >= sizeof name)
        return false;
    memcpy(name, host, n);
    name[n] = '\0';
    if (strcasecmp(name, "localhost") == 0 || strcmp(name, "[::1]") == 0)
        return true;
    if (n > 10 && strcasecmp(name + n - 10, ".localhost") == 0)
        return true;
    /* Not just a leading 127.: a name may begin so, too. */
    return inet_pton(AF_INET, name, &address) == 1 && (ntohl(address.s_addr) >> 24) == 127;
}

/* ---- headers ---- */

static bool has_token(const struct fp_source_config *source)
{
    return source->token_file || source->token_env;
}

/* Headers that flamepress writes itself, and what to do instead of giving them. */
static const struct {
    const char *name, *instead;
} own_headers[] = {
    { "Accept-Encoding", "flamepress sets it itself" },
    { "Connection", "flamepress sets it itself" },
    { "Content-Length", "flamepress sets it itself" },
    { "Content-Type", "flamepress sets it itself" },
    { "Expect", "flamepress sets it itself" },
    { "Host", "flamepress sets it itself, from source.url" },
    { "Transfer-Encoding", "flamepress sets it itself" },
    { "X-Org-Id", "use source.org_id" },
};

static void check_header(const struct fp_config *config, struct fp_problems *problems, size_t index)
{
    const struct fp_source_config *source = &config->source;
    const char *name = source->headers[index].name;
    struct fp_key_path path = { 0 };

    fp_key_path_key(&path, "source", 6);
    fp_key_path_key(&path, "headers", 7);
    fp_key_path_key(&path, name, strlen(name));
    for (size_t i = 0; i < sizeof own_headers / sizeof own_headers[0]; i++)
        if (strcasecmp(name, own_headers[i].name) == 0)
            PROBLEM(path.text, "must not be given here: %s", own_headers[i].instead);
    if (strcasecmp(name, "Authorization") == 0 && has_token(source))
        PROBLEM(path.text, "contradicts source.%s, which sends this header: keep one of them",
                source->token_file ? "token_file" : "token_env");
    for (size_t i = 0; i < index; i++)
        if (strcasecmp(name, source->headers[i].name) == 0) {
            PROBLEM(path.text, "is given already (letter case does not count)");
            return;
        }
}

/* ---- secrets ---- */

static bool sends_secret(const struct fp_source_config *source)
{
    if (has_token(source))
        return true;
    for (size_t i = 0; i < source->header_count; i++)
        if (strcasecmp(source->headers[i].name, "Authorization") == 0 ||
            strcasecmp(source->headers[i].name, "Cookie") == 0)
            return true;
    return false;
}

/* Whoever puts the token itself here must not find it in a log: the value is never shown. */
static void check_token_env(const struct fp_config *config, struct fp_problems *problems)
{
    const char *name = config->source.token_env;

    if (!name)
        return;
    if (name[0] == '$')
        PROBLEM("source.token_env", "must be the variable's name alone, without the $");
    else if (strchr(DIGITS, name[0]) || name[strspn(name, LETTERS DIGITS "_")])
        PROBLEM("source.token_env",
                "must be the name of an environment variable (letters, digits and _), not the "
                "token itself");
}

static void check_transport(const struct fp_config *config, struct fp_problems *problems)
{
    const struct fp_source_config *source = &config->source;

    if (!starts(source->url, "http://"))
        return;
    if (sends_secret(source) && !is_loopback(source->url + 7))
        WARNING("source.url",
                "the token goes over the network unencrypted: use https://, or be sure of the network");
    if (source->ca_file)
        WARNING("source.ca_file", "has no effect: source.url is http://, not https://");
    if (source->client_cert)
        WARNING("source.client_cert", "has no effect: source.url is http://, not https://");
}

void fp_config_check_source(const struct fp_config *config, struct fp_problems *problems)
{
    const char *url = config->source.url;
    const char *fault = url ? fp_url_fault(url) : NULL;

    if (fault)
        PROBLEM("source.url", "%s", fault);
    else if (url)
        check_transport(config, problems);
    check_token_env(config, problems);
    for (size_t i = 0; i < config->source.header_count; i++)
        check_header(config, problems, i);
}
