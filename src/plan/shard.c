#include "plan/shard.h"

#include <string.h>

#include "base/hash.h"

uint32_t fp_shard_of(const char *service_id, const char *event_type, uint32_t count)
{
    uint64_t id = fp_hash_stable(service_id, strlen(service_id));
    uint64_t event = fp_hash_stable(event_type, strlen(event_type));

    /* mixed, since the low bits of FNV-1a alone are those of the bytes, and names of one cluster differ in few */
    return (uint32_t)(fp_hash_mix(id << 32 | event) % count);
}

bool fp_shard_has(const struct fp_shard *shard, const struct fp_service_config *service, const char *event_type)
{
    return !shard->count || service->failure || fp_shard_of(service->id, event_type, shard->count) == shard->index;
}
