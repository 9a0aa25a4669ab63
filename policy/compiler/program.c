#include "policy/compiler/program.h"

#include "base/compiler.h"

enum { NAME_MAX_BYTES = 31 };

/* `/usr/bin/Python3.11` as `python`. What is longer than any name of the lists is cut. */
static size_t name_of(struct tb_bytes command, char ret_name[static NAME_MAX_BYTES])
{
    size_t n = 0;
    for (size_t i = 0; i < command.n; i++) {
        uint8_t c = command.data[i];
        if (c == '/' || c == '\\')
            n = 0;
        else if (n < NAME_MAX_BYTES)
            ret_name[n++] = (char)(c >= 'A' && c <= 'Z' ? c + 0x20 : c);
    }
    if (n > 4 && memcmp(ret_name + n - 4, ".exe", 4) == 0)
        n -= 4;
    while (n > 0 && ((ret_name[n - 1] >= '0' && ret_name[n - 1] <= '9') || ret_name[n - 1] == '.'))
        n--;
    return n;
}

/* The loader takes a program as its argument: ld-linux-x86-64.so.2, ld-musl-x86_64.so.1, ld.so. */
static bool is_loader(struct tb_bytes name)
{
    static const char end[] = ".so";
    size_t n_end = sizeof end - 1;
    return (tb_bytes_begin(name, "ld-") || tb_bytes_begin(name, "ld.")) && name.n >= n_end &&
           memcmp(name.data + name.n - n_end, end, n_end) == 0;
}

enum tb_program tb_program_of(struct tb_bytes command)
{
    static const char *const interpreters[] = {
        "ash",
        "awk",
        "bash",
        "bun",
        "busybox",
        "bwrap",
        "chroot",
        "chrt",
        "cmd",
        "cpulimit",
        "cscript",
        "csh",
        "dash",
        "dbus-run-session",
        "deno",
        "doas",
        "eatmydata",
        "ed",
        "elixir",
        "emacs",
        "env",
        "erl",
        "ex",
        "expect",
        "fakeroot",
        "firejail",
        "fish",
        "flock",
        "gawk",
        "gdb",
        "gjs",
        "guile",
        "ionice",
        "java",
        "julia",
        "ksh",
        "ltrace",
        "lua",
        "mawk",
        "mksh",
        "nawk",
        "nice",
        "node",
        "nodejs",
        "nohup",
        "npx",
        "nsenter",
        "nsh",
        "numactl",
        "nvim",
        "ocaml",
        "osascript",
        "parallel",
        "perl",
        "php",
        "pkexec",
        "powershell",
        "pwsh",
        "pypy",
        "python",
        "qjs",
        "racket",
        "rbash",
        "rscript",
        "ruby",
        "runuser",
        "screen",
        "setpriv",
        "setsid",
        "sh",
        "start-stop-daemon",
        "stdbuf",
        "strace",
        "su",
        "sudo",
        "systemd-run",
        "taskset",
        "tclsh",
        "tcsh",
        "timeout",
        "tmux",
        "toybox",
        "unshare",
        "vi",
        "vim",
        "wscript",
        "xargs",
        "xvfb-run",
        "zsh",
    };
    static const char *const by_arguments[] = {
        "cargo", "docker", "find", "git", "make", "npm", "ssh",
    };
    char text[NAME_MAX_BYTES];
    struct tb_bytes name = tb_bytes_of(text, name_of(command, text));
    if (is_loader(name) || tb_bytes_among(name, interpreters, TB_ARRAY_LEN(interpreters)))
        return TB_PROGRAM_INTERPRETER;
    return tb_bytes_among(name, by_arguments, TB_ARRAY_LEN(by_arguments)) ? TB_PROGRAM_BY_ARGUMENTS
                                                                          : TB_PROGRAM_PLAIN;
}
