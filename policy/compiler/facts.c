#include "policy/compiler/facts.h"

#include "base/escape.h"
#include "policy/compiler/manifest.h"
#include "policy/compiler/open.h"
#include "policy/settings.h"
#include "proto/pack.h"

enum { CSP_MAX = 8192, DEV_URL_MAX = 2048 };

bool tb_facts_line(struct tb_bytes text)
{
    return text.n <= TB_LINE_MAX && tb_is_plain_line(text);
}

/* A path of names: neither `.` nor `..` nor empty ones, so that the folder is below the app folder
 * and not that folder itself, whose policy and data no page has to see. */
static bool folder_valid(struct tb_bytes path)
{
    struct tb_bytes rest = path;
    if (path.n > 0 && path.data[path.n - 1] == '/')
        rest.n--;
    if (rest.n == 0 || rest.n > TB_PATH_MAX / 2 || memchr(path.data, 0, path.n))
        return false;
    while (rest.n > 0) {
        bool more = memchr(rest.data, '/', rest.n) != NULL;
        struct tb_bytes name = tb_bytes_cut(&rest, '/');
        if (name.n == 0 || tb_bytes_are(name, ".") || tb_bytes_are(name, "..") ||
            (more && rest.n == 0))
            return false;
    }
    return true;
}

/* It becomes one header: printable ASCII, where a line's end is a space. */
static bool csp_valid(struct tb_bytes csp)
{
    for (size_t i = 0; i < csp.n; i++) {
        uint8_t c = csp.data[i];
        if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c > 0x7e)
            return false;
    }
    return csp.n <= CSP_MAX && !memchr(csp.data, ',', csp.n);
}

static bool dev_url_valid(struct tb_bytes url)
{
    for (size_t i = 0; i < url.n; i++)
        if (url.data[i] <= 0x20 || url.data[i] > 0x7e)
            return false;
    return url.n == 0 || (url.n <= DEV_URL_MAX &&
                          (tb_bytes_begin(url, "http://") || tb_bytes_begin(url, "https://")));
}

static struct tb_bytes take(struct tb_report *report, const struct tb_value *value,
                            bool (*valid)(struct tb_bytes), const char *rule)
{
    if (!value || valid(value->string))
        return tb_value_text(value);
    tb_report_error(report, "value", value->place, "%s", rule);
    return (struct tb_bytes){0};
}

void tb_facts_read(struct tb_report *report, const struct tb_app_values *app,
                   struct tb_manifest *manifest)
{
    manifest->name = take(
        report, app->name, tb_facts_line,
        "`name` must be one line of at most 256 bytes without control and invisible characters");
    manifest->frontend = take(report, app->frontend, folder_valid,
                              "`frontend` must name a folder below the app folder, such as dist");
    manifest->csp = take(report, app->csp, csp_valid,
                         "`csp` must be a content security policy: printable ASCII without commas, "
                         "at most 8192 bytes");
    manifest->dev_url =
        take(report, app->dev_url, dev_url_valid, "`dev_url` must begin with http:// or https://");
    manifest->production = app->production && app->production->boolean;
    manifest->version = take(
        report, app->version, tb_facts_line,
        "`version` must be one line of at most 256 bytes without control and invisible characters");
}

static void pack_window(struct tb_packer *packer, const struct tb_window *window)
{
    tb_pack_map(packer, 6);
    tb_pack_key_str(packer, "label", window->label);
    tb_pack_key_str(packer, "title", window->title);
    tb_pack_key_str(packer, "url", window->url);
    tb_pack_key_uint(packer, "width", window->width);
    tb_pack_key_uint(packer, "height", window->height);
    tb_pack_key_bool(packer, "resizable", window->resizable);
}

static void pack(struct tb_packer *packer, const struct tb_policy *policy)
{
    const struct tb_manifest *manifest = &policy->manifest;
    tb_pack_map(packer, 10);
    tb_pack_key_str(packer, "id", manifest->app);
    tb_pack_key_str(packer, "name", manifest->name);
    tb_pack_key_str(packer, "version", manifest->version);
    tb_pack_key_str(packer, "folder", policy->inputs->resource);
    tb_pack_key_str(packer, "frontend", manifest->frontend);
    tb_pack_key_str(packer, "csp", manifest->csp);
    tb_pack_key_str(packer, "dev_url", manifest->dev_url);
    tb_pack_key_bool(packer, "production", manifest->production);
    tb_open_pack(packer, &manifest->open);
    tb_pack_key(packer, "windows");
    tb_pack_array(packer, manifest->n_windows);
    for (const struct tb_window *window = manifest->windows; window; window = window->next)
        pack_window(packer, window);
}

bool tb_facts_write(const struct tb_policy *policy, struct tb_buffer *out)
{
    struct tb_packer packer;
    tb_packer_init(&packer, out);
    pack(&packer, policy);
    if (!packer.failed)
        return true;
    tb_report_error(policy->report, "too-large", (struct tb_place){TB_MANIFEST_FILE, 0},
                    "what the manifest tells a host passes 48 KiB: write shorter titles and URLs");
    return false;
}
