/* A configuration: everything that is wrong with it said in clean words, and what has no errors keeps its promises. */
#include "config/config.h"

#include "base/limits.h"
#include "fuzz.h"

static void check_text(const char *text)
{
    for (; *text; text++)
        FUZZ_CHECK((unsigned char)*text >= 0x20 && *text != 0x7F);
}

static void check_service(const struct fp_service_config *service)
{
    FUZZ_CHECK(!service->name != !service->match);
    FUZZ_CHECK(service->language && service->filter && service->events.count > 0);
    FUZZ_CHECK(service->step_s > 0 && service->min_step_s > 0 && service->min_step_s <= service->step_s);
    FUZZ_CHECK(service->row_limit > 0 && service->sample >= 0 && service->max_services > 0);
}

static void check_config(const struct fp_config *config)
{
    FUZZ_CHECK(!config->source.url != !config->source.archive);
    FUZZ_CHECK(config->source.timeout_ms > 0 && config->source.in_flight > 0 && config->source.max_response > 0);
    FUZZ_CHECK(config->window_count > 0 && config->window_count <= FP_LIMIT_WINDOWS);
    FUZZ_CHECK(config->service_count > 0 && config->service_count <= FP_LIMIT_SERVICES);
    FUZZ_CHECK(config->picture.width >= 100 && config->picture.width <= FP_LIMIT_WIDTH);
    FUZZ_CHECK(config->title && config->baseline);
    for (size_t i = 0; i < config->service_count; i++)
        check_service(&config->services[i]);
    for (size_t i = 0; i < config->source.header_count; i++) {
        FUZZ_CHECK(!strpbrk(config->source.headers[i].name, "\r\n:"));
        FUZZ_CHECK(!strpbrk(config->source.headers[i].value, "\r\n"));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_config config = { .file = NULL };
    struct fp_problems problems;
    char text[FP_ERROR_TEXT];
    int rc;

    fp_problems_init(&problems);
    rc = fp_config_load_text(&config, (const char *)data, size, "fuzz.json", &problems, &err);
    if (rc < 0)
        fuzz_check_error(rc, &err);
    for (size_t i = 0; i < problems.count; i++)
        check_text(fp_error_text(text, &problems.items[i].what));
    if (rc == FP_OK && problems.errors == 0)
        check_config(&config);
    if (rc == FP_OK) {
        fp_error_set(&err, FP_EINVAL, "services[0].name: only an example");
        fp_config_place(&config, &err);
    }
    fp_config_release(&config);
    fp_problems_release(&problems);
    return 0;
}
