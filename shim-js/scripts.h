/* The scripts that a host runs in a page, made of src/ when this tree is built. Both end with a NUL
 * that their size does not count, are of ASCII alone, and may run again in a document. */
#pragma once

#include <stddef.h>

/* For the main world, wrapped by the host: it refers to TROLLBRIDGE_CONFIG, an object
 * {"label": "main", "webview": "main"} of the window's and the webview's label. */
extern const char tb_script_page[];
extern const size_t tb_script_page_size;

/* For the isolated world, where the extension has put trollbridgeNative. */
extern const char tb_script_isolated[];
extern const size_t tb_script_isolated_size;

/* Of the dev bridge, for a page in an ordinary browser: the first script of its document, which
 * refers to TROLLBRIDGE_DEV, and that of its worker. */
extern const char tb_script_dev_page[];
extern const size_t tb_script_dev_page_size;
extern const char tb_script_dev_worker[];
extern const size_t tb_script_dev_worker_size;
