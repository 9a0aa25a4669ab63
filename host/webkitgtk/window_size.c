/*
 * Sizes and places in Tauri's shapes: what is read is in physical pixels, what is set in either
 * kind, as {"Physical": {width, height}} or {"Logical": …}. GTK counts in logical ones.
 */
#include "host/webkitgtk/window.h"

enum { SIDE_MAX = 16384 };

/*
 * What the page has set; 0: no limit. A fixed window is one whose least and greatest size are the
 * same: GTK's own fixed windows can grow, but not become smaller again.
 */
struct limits {
    int min_width;
    int min_height;
    int max_width;
    int max_height;
    bool fixed;
};

void tb_window_pack_pair(struct tb_packer *packer, const char *first, int a, const char *second,
                         int b)
{
    tb_pack_map(packer, 2);
    tb_pack_key(packer, first);
    tb_pack_int(packer, a);
    tb_pack_key(packer, second);
    tb_pack_int(packer, b);
}

static void reply_pair(struct tb_call *call, const char *first, int a, const char *second, int b)
{
    tb_window_pack_pair(tb_reply_value(call), first, a, second, b);
}

static int scale_of(GtkWindow *window)
{
    return gtk_widget_get_scale_factor(GTK_WIDGET(window));
}

void tb_window_inner_size(struct tb_call *call)
{
    int width;
    int height;
    GtkWindow *window = tb_window_of(call);
    if (!window)
        return;
    gtk_window_get_size(window, &width, &height);
    reply_pair(call, "width", width * scale_of(window), "height", height * scale_of(window));
}

/* Of a window that is not shown, as if it had no frame. */
static GdkRectangle frame_of(GtkWindow *window)
{
    GdkRectangle frame = {0};
    GdkWindow *shown = gtk_widget_get_window(GTK_WIDGET(window));
    if (shown)
        gdk_window_get_frame_extents(shown, &frame);
    else
        gtk_window_get_size(window, &frame.width, &frame.height);
    return frame;
}

void tb_window_outer_size(struct tb_call *call)
{
    GtkWindow *window = tb_window_of(call);
    if (!window)
        return;
    GdkRectangle frame = frame_of(window);
    int scale = scale_of(window);
    reply_pair(call, "width", frame.width * scale, "height", frame.height * scale);
}

void tb_window_outer_position(struct tb_call *call)
{
    GtkWindow *window = tb_window_of(call);
    if (!window)
        return;
    GdkRectangle frame = frame_of(window);
    reply_pair(call, "x", frame.x * scale_of(window), "y", frame.y * scale_of(window));
}

void tb_window_inner_position(struct tb_call *call)
{
    int x = 0;
    int y = 0;
    GtkWindow *window = tb_window_of(call);
    if (!window)
        return;
    GdkWindow *shown = gtk_widget_get_window(GTK_WIDGET(window));
    if (shown)
        gdk_window_get_origin(shown, &x, &y);
    reply_pair(call, "x", x * scale_of(window), "y", y * scale_of(window));
}

/* ---- setting ---- */

static bool read_side(struct tb_call *call, struct tb_args size, const char *key, double unit,
                      int *ret_side)
{
    double value;
    if (!tb_arg_double(call, size, key, TB_REQUIRED, &value))
        return false;
    value /= unit;
    if (value < 1 || value > SIDE_MAX) {
        tb_reply_error(call, TB_CODE_INVALID_ARGS, 0, "%s: expected 1 to %d pixels", key, SIDE_MAX);
        return false;
    }
    *ret_side = (int)(value + 0.5);
    return true;
}

/* The argument `value` in logical pixels. False after an answer. */
static bool read_size(struct tb_call *call, GtkWindow *window, int *ret_width, int *ret_height)
{
    struct tb_args value;
    struct tb_args size;
    double unit = 1;
    if (!tb_arg_args(call, call->args, "value", TB_REQUIRED, &value))
        return false;
    const char *kind = "Logical";
    if (tb_value_get(value.map, "Physical")) {
        kind = "Physical";
        unit = scale_of(window);
    }
    return tb_arg_args(call, value, kind, TB_REQUIRED, &size) &&
           read_side(call, size, "width", unit, ret_width) &&
           read_side(call, size, "height", unit, ret_height);
}

static struct limits *limits_of(GtkWindow *window)
{
    static const char key[] = "trollbridge-limits";
    struct limits *limits = g_object_get_data(G_OBJECT(window), key);
    if (!limits) {
        limits = g_new0(struct limits, 1);
        g_object_set_data_full(G_OBJECT(window), key, limits, g_free);
    }
    return limits;
}

static void put_hints(GtkWindow *window, int min_width, int min_height, int max_width,
                      int max_height)
{
    GdkGeometry geometry = {
        .min_width = min_width,
        .min_height = min_height,
        .max_width = max_width,
        .max_height = max_height,
    };
    gtk_window_set_geometry_hints(window, NULL, &geometry, GDK_HINT_MIN_SIZE | GDK_HINT_MAX_SIZE);
}

static void apply_limits(GtkWindow *window, const struct limits *limits)
{
    put_hints(window, limits->min_width ? limits->min_width : 1,
              limits->min_height ? limits->min_height : 1,
              limits->max_width ? limits->max_width : SIDE_MAX,
              limits->max_height ? limits->max_height : SIDE_MAX);
}

bool tb_window_fixed(GtkWindow *window)
{
    return !gtk_window_get_resizable(window) || limits_of(window)->fixed;
}

/* Out of the way: GTK's own way to a fixed window, and the size that a host gave its content for
 * it. */
static void unfix(GtkWindow *window)
{
    GtkWidget *content = gtk_bin_get_child(GTK_BIN(window));
    if (!gtk_window_get_resizable(window) && content)
        gtk_widget_set_size_request(content, -1, -1);
    gtk_window_set_resizable(window, TRUE);
    limits_of(window)->fixed = false;
}

static void fix(GtkWindow *window, int width, int height)
{
    unfix(window);
    limits_of(window)->fixed = true;
    put_hints(window, width, height, width, height);
}

void tb_window_fix(GtkWindow *window, bool fixed)
{
    int width;
    int height;
    gtk_window_get_size(window, &width, &height);
    if (fixed) {
        fix(window, width, height);
        return;
    }
    unfix(window);
    apply_limits(window, limits_of(window));
}

void tb_window_set_size(struct tb_call *call)
{
    int width;
    int height;
    GtkWindow *window = tb_window_of(call);
    if (!window || !read_size(call, window, &width, &height))
        return;
    if (tb_window_fixed(window))
        fix(window, width, height);
    gtk_window_resize(window, width, height);
    tb_reply_nil(call);
}

/* Without `value` there is no limit any more. */
static void set_limit(struct tb_call *call, bool max)
{
    int width = 0;
    int height = 0;
    GtkWindow *window = tb_window_of(call);
    if (!window || (tb_value_get(call->args.map, "value") &&
                    tb_value_type(tb_value_get(call->args.map, "value")) != TB_VALUE_NULL &&
                    !read_size(call, window, &width, &height)))
        return;
    struct limits *limits = limits_of(window);
    *(max ? &limits->max_width : &limits->min_width) = width;
    *(max ? &limits->max_height : &limits->min_height) = height;
    if (!tb_window_fixed(window))
        apply_limits(window, limits);
    tb_reply_nil(call);
}

void tb_window_set_min_size(struct tb_call *call)
{
    set_limit(call, false);
}

void tb_window_set_max_size(struct tb_call *call)
{
    set_limit(call, true);
}
