/* Answers to requests on the app's scheme, with the headers that all of them carry. */
#pragma once

#include "base/bytes.h"

#include <webkit2/webkit2.h>

struct tb_response {
    guint status;
    const char *type;
    const char *csp;
    GInputStream *body; /* borrowed */
    gint64 size;
};

/* Finishes the request; one of HEAD gets no body. */
void tb_response_finish(WebKitURISchemeRequest *request, const struct tb_response *response);

/* A page that says no more than the status does. */
void tb_response_refuse(WebKitURISchemeRequest *request, guint status);
