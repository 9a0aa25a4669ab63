/* Planted: the app's scheme counts as that of local files, which may load each other; and the
 * frontend's folder is left by links and by other hosts. */
#include "frontend/folder.h"
#include "frontend/path.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <webkit2/webkit2.h>

void __real_webkit_security_manager_register_uri_scheme_as_secure(WebKitSecurityManager *manager,
                                                                  const char *scheme);
void __wrap_webkit_security_manager_register_uri_scheme_as_secure(WebKitSecurityManager *manager,
                                                                  const char *scheme);
int __wrap_tb_folder_open_file(int folder, const char *path, off_t *ret_size);
bool __real_tb_frontend_path_read(const char *untrusted_uri, struct tb_frontend_path *ret_path);
bool __wrap_tb_frontend_path_read(const char *untrusted_uri, struct tb_frontend_path *ret_path);

void __wrap_webkit_security_manager_register_uri_scheme_as_secure(WebKitSecurityManager *manager,
                                                                  const char *scheme)
{
    __real_webkit_security_manager_register_uri_scheme_as_secure(manager, scheme);
    webkit_security_manager_register_uri_scheme_as_local(manager, scheme);
}

int __wrap_tb_folder_open_file(int folder, const char *path, off_t *ret_size)
{
    struct stat status;
    int fd = openat(folder, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &status) < 0)
        return -errno;
    *ret_size = status.st_size;
    return fd;
}

bool __wrap_tb_frontend_path_read(const char *untrusted_uri, struct tb_frontend_path *ret_path)
{
    const char *host = strstr(untrusted_uri, "://");
    const char *path = host ? strchr(host + 3, '/') : NULL;
    g_autofree char *uri = g_strconcat(TB_FRONTEND_ORIGIN, path ? path : "/", NULL);
    return __real_tb_frontend_path_read(uri, ret_path);
}
