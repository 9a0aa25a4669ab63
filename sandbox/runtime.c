#include "sandbox/runtime.h"

#include <stddef.h>

const char *const tb_runtime_folders[] = {"/usr", "/bin", "/sbin", NULL};
const char *const tb_runtime_libraries[] = {
    "/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/local/lib", NULL};
const char *const tb_runtime_loaders[] = {"/lib64/ld-linux-x86-64.so.2",
                                          "/lib/ld-linux-aarch64.so.1", "/lib/ld-musl-x86_64.so.1",
                                          "/lib/ld-musl-aarch64.so.1", NULL};
const char *const tb_runtime_devices[] = {"/dev/null", "/dev/zero", "/dev/urandom", NULL};
/* Where libraries are, what time it is here, what OpenSSL, and so Node, does not start without
 * where it finds a file that it may not read, and links that names in /usr lead through. */
const char *const tb_runtime_settings[] = {"/etc/ld.so.cache", "/etc/localtime",
                                           "/etc/ssl/openssl.cnf", "/etc/alternatives", NULL};
const char *const tb_runtime_network[] = {"/etc/resolv.conf",
                                          "/etc/hosts",
                                          "/etc/nsswitch.conf",
                                          "/etc/host.conf",
                                          "/etc/gai.conf",
                                          "/etc/services",
                                          "/etc/protocols",
                                          "/etc/ssl/certs",
                                          "/etc/pki/tls",
                                          "/etc/pki/ca-trust",
                                          NULL};
