#include "press/unfinished.h"

#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "base/limits.h"
#include "press/job.h"
#include "publish/record.h"

static bool is_finished(const struct fp_manifest_job *job)
{
    return strcmp(job->outcome, "ok") == 0 || strcmp(job->outcome, "empty") == 0;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int read_jobs(struct fp_unfinished *unfinished, const struct fp_record *record, struct fp_error *err)
{
    unfinished->done = calloc(record->job_count + 1, sizeof *unfinished->done);
    if (!unfinished->done)
        return fp_error_nomem(err);
    for (size_t i = 0; i < record->job_count; i++) {
        char *path;

        if (!is_finished(&record->jobs[i])) {
            unfinished->broken = true;
            continue;
        }
        path = fp_arena_strdup(&unfinished->arena, record->jobs[i].path);
        if (!path)
            return fp_error_nomem(err);
        unfinished->done[unfinished->count++] = path;
    }
    if (unfinished->count)
        qsort(unfinished->done, unfinished->count, sizeof *unfinished->done, by_text);
    return FP_OK;
}

int fp_unfinished_open(struct fp_unfinished *ret_unfinished, const char *output, const char *night, struct fp_error *err)
{
    struct fp_unfinished unfinished = { .all = true };
    struct fp_record record = { .is_site = false };
    struct fp_str dir;
    int rc;

    fp_arena_init(&unfinished.arena);
    fp_str_init(&dir, FP_LIMIT_TEXT);
    rc = fp_path_make(&dir, output, night, err);
    if (rc == FP_OK) {
        rc = fp_record_load(dir.data, &record, NULL);
        unfinished.all = rc < 0 || record.is_site;
        if (rc == FP_ENOMEM)
            fp_error_nomem(err);
        else
            rc = FP_OK;
    }
    if (rc == FP_OK && !unfinished.all)
        rc = read_jobs(&unfinished, &record, err);
    fp_record_release(&record);
    fp_str_release(&dir);
    if (rc < 0)
        fp_unfinished_close(&unfinished);
    else
        *ret_unfinished = unfinished;
    return rc;
}

void fp_unfinished_close(struct fp_unfinished *unfinished)
{
    free(unfinished->done);
    fp_arena_release(&unfinished->arena);
    *unfinished = (struct fp_unfinished){ .all = false };
}

bool fp_unfinished_is(const struct fp_unfinished *unfinished, const struct fp_service_config *service, const char *event)
{
    const struct fp_job job = { .service = service, .event_type = event };
    struct fp_str path;
    const char *key;
    bool done;

    if (unfinished->all || !unfinished->count)
        return true;
    fp_str_init(&path, FP_LIMIT_TEXT);
    fp_job_report_path(&job, &path);
    key = path.data;
    done = fp_str_ok(&path) && bsearch(&key, unfinished->done, unfinished->count, sizeof *unfinished->done, by_text);
    fp_str_release(&path);
    return !done;
}

static bool is_meant(const struct fp_only *only, const struct fp_service_config *service)
{
    const struct fp_plan_services one = { service, 1 };

    for (size_t i = 0; i < only->count; i++)
        if (fp_only_mark(only->texts[i], &one, NULL))
            return true;
    return only->count == 0;
}

bool fp_unfinished_any(const struct fp_unfinished *unfinished, const struct fp_config *config, const struct fp_only *only)
{
    if (unfinished->all || unfinished->broken)
        return true;
    for (size_t i = 0; i < config->service_count; i++) {
        const struct fp_service_config *service = &config->services[i];

        if (!fp_service_is_fixed(service) || !is_meant(only, service))
            continue;
        for (size_t e = 0; e < service->events.count; e++)
            if (fp_unfinished_is(unfinished, service, service->events.items[e]))
                return true;
    }
    return false;
}
