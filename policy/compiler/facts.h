/*
 * What the manifest says to a host that shows the app: names, the frontend, its content security
 * policy, the windows. No other process reads it; docs/formats.md has how it reaches the host.
 */
#pragma once

#include "base/buffer.h"
#include "policy/compiler/policy.h"

/* Of [app], each NULL where it is not said. */
struct tb_app_values {
    const struct tb_value *name;
    const struct tb_value *frontend;
    const struct tb_value *dev_url;
    const struct tb_value *csp;
    const struct tb_value *version;
    const struct tb_value *production;
};

/* What stands in title bars: one line of at most so many bytes. */
enum { TB_LINE_MAX = 256 };
bool tb_facts_line(struct tb_bytes text);

/* Puts what is right into the manifest and reports the rest. */
void tb_facts_read(struct tb_report *report, const struct tb_app_values *app,
                   struct tb_manifest *manifest);

/* [[window]]; NULL: one that is named `main`. After tb_facts_read, whose name they take for title.
 */
void tb_windows_read(struct tb_report *report, const struct tb_value *list,
                     struct tb_manifest *manifest);

/* Appends the facts. False: they are too large, which is told. */
tb_must_check bool tb_facts_write(const struct tb_policy *policy, struct tb_buffer *out);
