#include "source/ping.h"

#include <curl/curl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/hash.h"
#include "base/limits.h"
#include "base/str.h"

#define TRIES 2

void fp_ping_init(struct fp_ping *ping, const char *url, const char *ca_file)
{
    uint64_t random[2];

    *ping = (struct fp_ping){ .url = url, .ca_file = ca_file };
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random) {
        random[0] = fp_hash_seed();
        random[1] = fp_hash_mix(random[0]);
    }
    /* RFC 9562, 5.4: version 4, variant 10 */
    snprintf(ping->id, sizeof ping->id, "%08x-%04x-4%03x-%04x-%012llx", (unsigned)(random[0] >> 32),
             (unsigned)(random[0] >> 16 & 0xFFFF), (unsigned)(random[0] & 0xFFF),
             (unsigned)(random[1] >> 48 & 0x3FFF) | 0x8000u, (unsigned long long)(random[1] & 0xFFFFFFFFFFFF));
}

/* Nothing of the answer is wanted. */
static size_t drop(char *bytes, size_t size, size_t n, void *ctx)
{
    (void)bytes;
    (void)ctx;
    return size * n;
}

static CURLcode get(const struct fp_ping *ping, const char *url, long *ret_status)
{
    CURL *easy = curl_easy_init();
    CURLcode rc = easy ? CURLE_OK : CURLE_OUT_OF_MEMORY;

#define SET(option, value) (rc = rc ? rc : curl_easy_setopt(easy, option, value))
    SET(CURLOPT_URL, url);
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_QUICK_EXIT, 1L);
    SET(CURLOPT_TIMEOUT_MS, (long)FP_PING_TIMEOUT_MS);
    SET(CURLOPT_WRITEFUNCTION, drop);
    SET(CURLOPT_USERAGENT, "flamepress/" FP_VERSION);
    if (ping->ca_file)
        SET(CURLOPT_CAINFO, ping->ca_file);
#undef SET
    *ret_status = 0;
    if (!rc) {
        rc = curl_easy_perform(easy);
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, ret_status);
    }
    curl_easy_cleanup(easy);
    return rc;
}

/* "https://hc-ping.com/…" */
static int fail(const struct fp_ping *ping, CURLcode rc, long status, struct fp_error *err)
{
    const char *slashes = strstr(ping->url, "//"), *host = slashes ? slashes + 2 : ping->url;
    int shown = (int)(host - ping->url) + (int)strcspn(host, "/");

    if (status)
        return fp_error_set(err, FP_EREFUSED, "%.*s/… answered with status %ld", shown, ping->url, status);
    return fp_error_set(err, FP_ENET, "%.*s/…: %s", shown, ping->url, curl_easy_strerror(rc));
}

int fp_ping_send(const struct fp_ping *ping, const char *what, struct fp_error *err)
{
    size_t n = strlen(ping->url);
    CURLcode rc = CURLE_OK;
    struct fp_str url;
    long status = 0;
    int result;

    while (n && ping->url[n - 1] == '/')
        n--;
    fp_str_init(&url, FP_LIMIT_TEXT);
    fp_str_append(&url, ping->url, n);
    fp_str_printf(&url, "/%s?rid=%s", what, ping->id);
    result = fp_str_status(&url, "the address", err);
    if (result == FP_OK && curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        result = fp_error_set(err, FP_EIO, "libcurl cannot be started");
    if (result == FP_OK) {
        /* an answer has come once there is a status, whatever became of its body; a refusal is final */
        for (int i = 0; i < TRIES && (i == 0 || (!status && rc) || status >= 500); i++)
            rc = get(ping, url.data, &status);
        if (status < 200 || status > 299)
            result = fail(ping, rc, status, err);
        curl_global_cleanup();
    }
    fp_str_release(&url);
    return result;
}
