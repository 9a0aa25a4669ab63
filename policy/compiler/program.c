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

enum tb_program tb_program_of(struct tb_bytes command)
{
    static const char *const interpreters[] = {
        "awk",    "bash",       "bun",  "busybox", "cmd",       "cscript", "csh",
        "dash",   "deno",       "doas", "env",     "fish",      "java",    "ksh",
        "lua",    "node",       "npx",  "nsh",     "osascript", "perl",    "php",
        "pkexec", "powershell", "pwsh", "pypy",    "ruby",      "python",  "sh",
        "sudo",   "tclsh",      "tcsh", "wscript", "zsh",       "xargs",   "nodejs",
    };
    static const char *const by_arguments[] = {
        "cargo", "docker", "find", "git", "make", "npm", "ssh",
    };
    char text[NAME_MAX_BYTES];
    struct tb_bytes name = tb_bytes_of(text, name_of(command, text));
    if (tb_bytes_among(name, interpreters, TB_ARRAY_LEN(interpreters)))
        return TB_PROGRAM_INTERPRETER;
    return tb_bytes_among(name, by_arguments, TB_ARRAY_LEN(by_arguments)) ? TB_PROGRAM_BY_ARGUMENTS
                                                                          : TB_PROGRAM_PLAIN;
}
