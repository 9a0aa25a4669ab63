#include "policy/compiler/url/pattern.h"

#include "policy/compiler/url/token.h"

/*
 * `https://:name.example.com/a?b` → its components. The cuts fall between tokens, never inside a
 * group, and follow the standard's state machine: what is a user name and what a host is only known
 * when an `@` comes, or does not.
 */

/* TB_URL_PROTOCOL to TB_URL_HASH, and three more. */
enum { STATE_INIT = TB_N_URL_COMPONENTS, STATE_AUTHORITY, STATE_DONE };

struct cutter {
    struct tb_arena *arena;
    struct tb_bytes text;
    struct tb_url_tokens tokens;
    struct tb_url_init init;
    size_t start; /* the token that the component begins with */
    size_t at;
    bool stay; /* the state has moved `at` itself */
    size_t depth;
    int brackets;
    bool special;
    unsigned state;
    const char *wrong;
};

static const struct tb_url_token *token_at(const struct cutter *c, size_t at)
{
    return &c->tokens.items[at < c->tokens.n ? at : c->tokens.n - 1];
}

/* The character itself, with no meaning in patterns. */
static bool is_plain(const struct cutter *c, size_t at, const char *character)
{
    const struct tb_url_token *token = token_at(c, at);
    return tb_bytes_are(token->value, character) &&
           (token->type == TB_TOKEN_CHAR || token->type == TB_TOKEN_ESCAPED ||
            token->type == TB_TOKEN_INVALID);
}

static bool is(const struct cutter *c, const char *character)
{
    return is_plain(c, c->at, character);
}

/* `?` begins a search, unless it makes what is before it optional. */
static bool is_search(const struct cutter *c)
{
    if (is(c, "?"))
        return true;
    if (!tb_bytes_are(token_at(c, c->at)->value, "?"))
        return false;
    if (c->at == 0)
        return true;
    enum tb_url_token_type before = token_at(c, c->at - 1)->type;
    return before != TB_TOKEN_NAME && before != TB_TOKEN_REGEXP && before != TB_TOKEN_CLOSE &&
           before != TB_TOKEN_ASTERISK;
}

static struct tb_bytes component(const struct cutter *c)
{
    size_t from = token_at(c, c->start)->index;
    return tb_bytes_of(c->text.data + from, token_at(c, c->at)->index - from);
}

static void rewind_to(struct cutter *c, unsigned state)
{
    c->at = c->start;
    c->stay = true;
    c->state = state;
}

static void set_if_missing(struct cutter *c, enum tb_url_component component, const char *text)
{
    if (!c->init.has[component])
        tb_url_init_set(&c->init, component, tb_bytes_of_string(text));
}

/* What was left out between two components that are there is empty, not anything. */
static void set_left_out(struct cutter *c, unsigned next)
{
    bool in_authority = c->state <= TB_URL_PASSWORD || c->state == STATE_AUTHORITY;
    bool before_path = in_authority || c->state == TB_URL_HOSTNAME || c->state == TB_URL_PORT;
    if (in_authority && next >= TB_URL_PORT)
        set_if_missing(c, TB_URL_HOSTNAME, "");
    if (before_path && next >= TB_URL_SEARCH)
        set_if_missing(c, TB_URL_PATHNAME, c->special ? "/" : "");
    if ((before_path || c->state == TB_URL_PATHNAME) && next == TB_URL_HASH)
        set_if_missing(c, TB_URL_SEARCH, "");
}

static void change(struct cutter *c, unsigned next, size_t skip)
{
    if (c->state < TB_N_URL_COMPONENTS)
        tb_url_init_set(&c->init, (enum tb_url_component)c->state, component(c));
    if (c->state != STATE_INIT && next < TB_N_URL_COMPONENTS)
        set_left_out(c, next);
    c->state = next;
    c->at += skip;
    c->start = c->at;
    c->stay = true;
}

/* On to what begins here: a pathname, a search or a hash, as far as `first` allows. */
static bool change_to_rest(struct cutter *c, enum tb_url_component first)
{
    if (first <= TB_URL_PATHNAME && is(c, "/"))
        change(c, TB_URL_PATHNAME, 0);
    else if (first <= TB_URL_SEARCH && is_search(c))
        change(c, TB_URL_SEARCH, 1);
    else if (is(c, "#"))
        change(c, TB_URL_HASH, 1);
    else
        return false;
    return true;
}

static void in_protocol(struct cutter *c)
{
    if (!is(c, ":"))
        return;
    c->wrong = tb_url_protocol_is_special(c->arena, component(c), &c->special);
    if (is_plain(c, c->at + 1, "/") && is_plain(c, c->at + 2, "/"))
        change(c, STATE_AUTHORITY, 3);
    else
        change(c, c->special ? STATE_AUTHORITY : TB_URL_PATHNAME, 1);
}

static void in_authority(struct cutter *c)
{
    if (is(c, "@"))
        rewind_to(c, TB_URL_USERNAME);
    else if (is(c, "/") || is_search(c) || is(c, "#"))
        rewind_to(c, TB_URL_HOSTNAME);
}

static void in_userinfo(struct cutter *c)
{
    if (c->state == TB_URL_USERNAME && is(c, ":"))
        change(c, TB_URL_PASSWORD, 1);
    else if (is(c, "@"))
        change(c, TB_URL_HOSTNAME, 1);
}

static void in_hostname(struct cutter *c)
{
    if (is(c, "["))
        c->brackets++;
    else if (is(c, "]"))
        c->brackets--;
    else if (is(c, ":") && c->brackets == 0)
        change(c, TB_URL_PORT, 1);
    else
        change_to_rest(c, TB_URL_PATHNAME);
}

static void step(struct cutter *c)
{
    switch (c->state) {
    case STATE_INIT:
        if (is(c, ":"))
            rewind_to(c, TB_URL_PROTOCOL);
        break;
    case TB_URL_PROTOCOL:
        in_protocol(c);
        break;
    case STATE_AUTHORITY:
        in_authority(c);
        break;
    case TB_URL_USERNAME:
    case TB_URL_PASSWORD:
        in_userinfo(c);
        break;
    case TB_URL_HOSTNAME:
        in_hostname(c);
        break;
    case TB_URL_PORT:
        change_to_rest(c, TB_URL_PATHNAME);
        break;
    case TB_URL_PATHNAME:
    case TB_URL_SEARCH:
        change_to_rest(c, c->state == TB_URL_PATHNAME ? TB_URL_SEARCH : TB_URL_HASH);
        break;
    default:
        break;
    }
}

/* At the end of the text. A text without a scheme is all path, search or hash, read again from its
 * begin; an authority without an end is a host, read again too. */
static void finish(struct cutter *c)
{
    if (c->state == STATE_AUTHORITY) {
        rewind_to(c, TB_URL_HOSTNAME);
        return;
    }
    if (c->state != STATE_INIT) {
        change(c, STATE_DONE, 0);
        return;
    }
    rewind_to(c, STATE_INIT);
    if (is(c, "#"))
        change(c, TB_URL_HASH, 1);
    else if (is_search(c))
        change(c, TB_URL_SEARCH, 1);
    else
        change(c, TB_URL_PATHNAME, 0);
}

static void advance(struct cutter *c)
{
    enum tb_url_token_type type = token_at(c, c->at)->type;
    c->stay = false;
    if (type == TB_TOKEN_END)
        finish(c);
    else if (type == TB_TOKEN_OPEN)
        c->depth++;
    else if (c->depth > 0 && type == TB_TOKEN_CLOSE)
        c->depth--;
    if (type != TB_TOKEN_END && type != TB_TOKEN_OPEN && c->depth == 0)
        step(c);
    if (!c->stay)
        c->at++;
}

const char *tb_url_init_parse(struct tb_arena *arena, struct tb_bytes text,
                              struct tb_url_init *ret_init)
{
    struct cutter c = {.arena = arena, .text = text, .state = STATE_INIT};
    const char *wrong = tb_url_tokenise(arena, text, true, &c.tokens);
    if (wrong)
        return wrong;
    while (c.state != STATE_DONE && !c.wrong)
        advance(&c);
    /* A host alone means its usual port; any port is written `:*`. */
    if (c.init.has[TB_URL_HOSTNAME])
        set_if_missing(&c, TB_URL_PORT, "");
    if (!c.wrong)
        *ret_init = c.init;
    return c.wrong;
}
