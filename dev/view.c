#include "dev/view.h"

#include "host/trollbridge.h"

#include <stdio.h>

struct dev_view *dev_views_find(struct dev_views *views, struct tb_bytes untrusted_host)
{
    for (size_t i = 0; i < views->n; i++)
        if (!views->list[i].gone && dev_door_is(&views->list[i].door, untrusted_host))
            return &views->list[i];
    return NULL;
}

static struct dev_view *of_label(struct dev_views *views, const char *label)
{
    for (size_t i = 0; i < views->n; i++)
        if (strcmp(views->list[i].label, label) == 0)
            return &views->list[i];
    return NULL;
}

static struct dev_view *add(struct dev_views *views, const char *label, unsigned port)
{
    if (views->n == DEV_VIEWS_MAX || strlen(label) > DEV_LABEL_MAX)
        return NULL;
    struct dev_view *view = &views->list[views->n++];
    *view = (struct dev_view){.document = 0};
    (void)snprintf(view->label, sizeof view->label, "%s", label);
    dev_door_make(&view->door, port);
    return view;
}

/* What a browser would encode, and a header or a terminal must not have; the rest is as written. */
static bool is_plain(char c)
{
    return c > 0x20 && c < 0x7f && !strchr("\"<>\\^`{|}", c);
}

static bool set_path(struct dev_view *view, const char *url)
{
    size_t n = 0;
    if (*url != '/')
        view->path[n++] = '/';
    for (; *url && n + 4 < sizeof view->path; url++)
        n += (size_t)snprintf(view->path + n, 4, is_plain(*url) ? "%c" : "%%%02X",
                              (unsigned char)*url);
    view->path[n] = 0;
    return *url == 0;
}

bool dev_views_update(struct dev_views *views, const struct trollbridge_app *app, unsigned port)
{
    for (size_t i = 0; i < views->n; i++)
        views->list[i].gone = true;
    for (size_t i = 0; i < app->n_windows; i++) {
        const struct trollbridge_window *window = &app->windows[i];
        struct dev_view *view = of_label(views, window->label);
        if (!view)
            view = add(views, window->label, port);
        if (!view || !set_path(view, window->url))
            return false;
        view->gone = false;
    }
    return true;
}

/* The token goes before the fragment, behind what the query has. */
static void print(const struct dev_view *view)
{
    int n = (int)strcspn(view->path, "#");
    bool has_query = strcspn(view->path, "?") < (size_t)n;
    printf("%s %s%.*s%ctrollbridge=%s%s\n", view->label, view->door.origin, n, view->path,
           has_query ? '&' : '?', view->door.token, view->path + n);
}

void dev_views_print(const struct dev_views *views)
{
    for (size_t i = 0; i < views->n; i++)
        if (!views->list[i].gone && views->list[i].door.token[0] != 0)
            print(&views->list[i]);
    (void)fflush(stdout);
}
