/* Functions of C that hook/prelude.js builds its globals on. */
#pragma once

#include <JavaScriptCore/JavaScript.h>

JSValueRef hook_native_encode(JSContextRef context, JSObjectRef function, JSObjectRef self,
                              size_t n_arguments, const JSValueRef arguments[],
                              JSValueRef *ret_thrown);
JSValueRef hook_native_decode(JSContextRef context, JSObjectRef function, JSObjectRef self,
                              size_t n_arguments, const JSValueRef arguments[],
                              JSValueRef *ret_thrown);
JSValueRef hook_native_log(JSContextRef context, JSObjectRef function, JSObjectRef self,
                           size_t n_arguments, const JSValueRef arguments[],
                           JSValueRef *ret_thrown);
