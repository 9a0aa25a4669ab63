/*
 * Who sees every offer of a link before the library does, and every view that the library opens for
 * one: which label and origin it got, and of which origin the document really was that offered it.
 */
#pragma once

#include <webkit2/webkit2.h>

void witness_attach(WebKitWebView *view); /* before the library is attached */
