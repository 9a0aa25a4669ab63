/* The environment of a program: all of it is said here, and what a page may set besides. */
#include "policy/compiler/programs.h"

enum { ENV_MAX = 64, NAME_MAX_BYTES = 64, VALUE_MAX = 4096 };

/* What makes the loader or the C library read a file or run code: never, whoever sets it. */
static bool is_loaders(struct tb_bytes name)
{
    static const char *const names[] = {
        "GCONV_PATH",   "GETCONF_DIR", "GLIBC_TUNABLES",   "HOSTALIASES", "LOCALDOMAIN", "LOCPATH",
        "MALLOC_TRACE", "NLSPATH",     "RESOLV_HOST_CONF", "RES_OPTIONS", "TZDIR",
    };
    return tb_bytes_begin(name, "LD_") || tb_bytes_among(name, names, TB_ARRAY_LEN(names));
}

static bool ends(struct tb_bytes text, const char *end)
{
    size_t n = strlen(end);
    return text.n >= n && memcmp(text.data + text.n - n, end, n) == 0;
}

/* What makes some program start another, or read its orders from a file: never by a page. */
static bool is_powerful(struct tb_bytes name)
{
    static const char *const names[] = {
        "BASH_ENV", "BROWSER",  "CDPATH",   "EDITOR", "ENV",     "HOME",
        "IFS",      "LESSOPEN", "MANPAGER", "PAGER",  "PATH",    "PS4",
        "SHELL",    "TERMINFO", "TMPDIR",   "VISUAL", "ZDOTDIR",
    };
    static const char *const fronts[] = {
        "BASH_FUNC", "CURL_", "DYLD_", "GEM_", "GIT_", "GNUPG",  "GTK_", "JAVA_",    "LESS",
        "LUA_",      "NODE_", "NPM_",  "PERL", "PHP",  "PYTHON", "QT_",  "RUBY",     "SSH_",
        "SSL_",      "SUDO_", "SVN_",  "XDG_", "npm_", "_JAVA_", "JDK_", "OPENSSL_", "GIO_",
    };
    bool front = false;
    for (size_t i = 0; i < TB_ARRAY_LEN(fronts); i++)
        front = front || tb_bytes_begin(name, fronts[i]);
    return front || ends(name, "_COMMAND") || ends(name, "_ASKPASS") || ends(name, "_PROXY") ||
           ends(name, "_proxy") || tb_bytes_among(name, names, TB_ARRAY_LEN(names));
}

static bool is_name(struct tb_bytes name)
{
    for (size_t i = 0; i < name.n; i++) {
        uint8_t c = name.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && (i == 0 || c < '0' || c > '9'))
            return false;
    }
    return name.n > 0 && name.n <= NAME_MAX_BYTES;
}

static bool check_name(struct tb_policy *policy, const struct tb_value *item)
{
    if (is_name(item->key) && !is_loaders(item->key))
        return true;
    tb_program_tell(policy, "program-env", item->place,
                    is_name(item->key)
                        ? "`%.*s` makes the program's own loader or C library run or read other "
                          "files: leave it out"
                        : "`%.*s` cannot be the name of a variable",
                    TB_SHOWN(item->key));
    return false;
}

/* A value that begins with `$` is a path of a variable; any other is what it says. */
static bool value_of(struct tb_policy *policy, const struct tb_value *item,
                     struct tb_bytes *ret_value)
{
    const char *wrong = "its variable resolves to nothing here";
    struct tb_bytes pattern;
    struct tb_root root;
    *ret_value = item->string;
    if (item->string.n == 0 || item->string.data[0] != '$')
        return true;
    if (tb_pattern_expand(policy->arena, &policy->vars, item->string, &pattern, &wrong) ==
            TB_PATTERN_OK &&
        tb_pattern_root(policy->arena, pattern, &root) && root.whole) {
        *ret_value = root.path;
        return true;
    }
    tb_program_tell(policy, "program", item->place, "`%.*s`: %s", TB_SHOWN(item->string), wrong);
    return false;
}

static bool check_value(struct tb_policy *policy, const struct tb_value *item)
{
    struct tb_bytes value;
    if (item->string.n > VALUE_MAX ||
        (item->string.n > 0 && memchr(item->string.data, 0, item->string.n))) {
        tb_program_tell(policy, "program", item->place,
                        "the value of a variable has at most %d bytes, and no NUL among them",
                        VALUE_MAX);
        return false;
    }
    return value_of(policy, item, &value);
}

static bool check_choice(struct tb_policy *policy, const struct tb_value *item)
{
    if (!is_powerful(item->key))
        return tb_program_pattern_check(policy, item);
    tb_program_tell(policy, "program-env", item->place,
                    "a page that sets `%.*s` makes programs start others or read orders from a "
                    "file: fix it in `env`, or leave it out",
                    TB_SHOWN(item->key));
    return false;
}

static bool check_count(struct tb_policy *policy, const struct tb_value *map)
{
    if (!map || map->n <= ENV_MAX)
        return true;
    tb_program_tell(policy, "program", map->place, "more than %d variables", ENV_MAX);
    return false;
}

bool tb_program_env_check(struct tb_policy *policy, const struct tb_program_table *table)
{
    bool ok = check_count(policy, table->env) && check_count(policy, table->env_allow);
    const struct tb_value *item = table->env ? table->env->child : NULL;
    for (; item; item = item->next)
        ok = check_name(policy, item) && check_value(policy, item) && ok;
    for (item = table->env_allow ? table->env_allow->child : NULL; item; item = item->next)
        ok = check_name(policy, item) && check_choice(policy, item) && ok;
    return ok;
}

void tb_program_env_pack(struct tb_policy *policy, struct tb_packer *packer,
                         const struct tb_program_table *table)
{
    tb_pack_key(packer, "env");
    tb_pack_map(packer, table->env ? table->env->n : 0);
    const struct tb_value *item = table->env ? table->env->child : NULL;
    for (; item; item = item->next) {
        struct tb_bytes value = {0};
        (void)value_of(policy, item, &value); /* it has been checked */
        tb_pack_str(packer, item->key);
        tb_pack_str(packer, value);
    }
    tb_pack_key(packer, "env_allow");
    tb_pack_map(packer, table->env_allow ? table->env_allow->n : 0);
    for (item = table->env_allow ? table->env_allow->child : NULL; item; item = item->next) {
        tb_pack_str(packer, item->key);
        tb_pack_str(packer, item->string);
    }
}
