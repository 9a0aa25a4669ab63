/* Ways to reach the network and other people's sockets; each returns the errno, 0: it got through.
 */
#pragma once

int try_tcp(const char *arg);
int try_udp(const char *arg);
int try_listen(const char *arg);
int try_netlink(const char *arg);
int try_abstract(const char *arg);
int try_unix(const char *arg);
int try_pair(const char *arg);
int try_bind(const char *arg);
int try_family(const char *family);
int try_raw(const char *arg);
int try_protocol(const char *protocol); /* of a stream socket */
int try_ulp(const char *arg);
int try_linger(const char *arg);
