#include "host/webkitgtk/walls.h"

#include "host/webkitgtk/origin.h"

static bool allowed(const struct tb_view *view, const char *uri)
{
    g_autofree char *origin = tb_origin_of(uri);
    return origin && tb_app_allows(view->tw, origin);
}

/* A response and not the action that asked for it: only here is it known that it is for the main
 * frame, and where redirects have led. Frames inside are for the page's CSP. */
static bool may_show(const struct tb_view *view, WebKitResponsePolicyDecision *decision)
{
    if (!webkit_response_policy_decision_is_mime_type_supported(decision))
        return false;
    if (!webkit_response_policy_decision_is_main_frame_main_resource(decision))
        return true;
    return allowed(
        view, webkit_uri_response_get_uri(webkit_response_policy_decision_get_response(decision)));
}

static gboolean on_decide_policy(WebKitWebView *web, WebKitPolicyDecision *decision,
                                 WebKitPolicyDecisionType type, struct tb_view *view)
{
    (void)web;
    if (type == WEBKIT_POLICY_DECISION_TYPE_NAVIGATION_ACTION)
        return FALSE;
    if (type == WEBKIT_POLICY_DECISION_TYPE_RESPONSE &&
        may_show(view, WEBKIT_RESPONSE_POLICY_DECISION(decision)))
        return FALSE;
    webkit_policy_decision_ignore(decision);
    return TRUE;
}

/* What a page does to its user's desktop is a command's business, and policy's: no printing, no
 * full screen (tighten), and no permission for what WebKitGTK would ask about. */
static gboolean on_print(void)
{
    return TRUE;
}

static gboolean on_permission(WebKitWebView *web, WebKitPermissionRequest *request)
{
    (void)web;
    webkit_permission_request_deny(request);
    return TRUE;
}

/* An error page would be a document that no one has loaded. */
static gboolean on_load_failed(void)
{
    return TRUE;
}

/* Documents from the page cache come back with what they held, and a link that is dead or, worse,
 * is not. A host may give the view other settings at any time, and nothing tells: so this is done
 * again when a load begins, before anything of it is shown. */
static void tighten(struct tb_view *view)
{
    WebKitSettings *settings = webkit_web_view_get_settings(view->web);
    webkit_settings_set_enable_page_cache(settings, FALSE);
    webkit_settings_set_enable_developer_extras(settings, view->tw->devtools);
    webkit_settings_set_enable_fullscreen(settings, FALSE);
    webkit_settings_set_allow_file_access_from_file_urls(settings, FALSE);
    webkit_settings_set_allow_universal_access_from_file_urls(settings, FALSE);
}

static void on_load_changed(WebKitWebView *web, WebKitLoadEvent event, struct tb_view *view)
{
    (void)web;
    if (event == WEBKIT_LOAD_STARTED)
        tighten(view);
}

void tb_walls_build(struct tb_view *view)
{
    tighten(view);
    g_signal_connect(view->web, "load-changed", G_CALLBACK(on_load_changed), view);
    g_signal_connect(view->web, "decide-policy", G_CALLBACK(on_decide_policy), view);
    g_signal_connect(view->web, "print", G_CALLBACK(on_print), view);
    g_signal_connect(view->web, "permission-request", G_CALLBACK(on_permission), view);
    g_signal_connect(view->web, "load-failed", G_CALLBACK(on_load_failed), view);
    g_signal_connect(view->web, "load-failed-with-tls-errors", G_CALLBACK(on_load_failed), view);
}
