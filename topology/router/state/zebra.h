/* Questions to zebra, with an end. */
#ifndef WASL_ZEBRA_H
#define WASL_ZEBRA_H

#include <json-c/json.h>
#include <stdint.h>

int64_t monotonic_ms(void);

/* The JSON that zebra answers to a show command, for the caller to put; NULL with *trouble set when there is none until deadline_ms (of
   monotonic_ms). Nothing in a command is interpreted by a shell. */
struct json_object *ask_zebra(const char *command, int64_t deadline_ms, const char **trouble);

#endif
