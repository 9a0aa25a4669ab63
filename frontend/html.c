#include "frontend/html.h"

#include "base/result.h"
#include "frontend/html_tree.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <strings.h>

/* Nodes that are still to be looked at: no recursion, a document may be as deep as it is long. */
struct stack {
    const GumboNode **nodes;
    size_t n;
    size_t cap;
};

static bool push(struct stack *stack, const GumboNode *node)
{
    if (stack->n == stack->cap) {
        size_t cap = stack->cap ? 2 * stack->cap : 256;
        const GumboNode **nodes = reallocarray(stack->nodes, cap, sizeof *nodes);
        if (!nodes)
            return false;
        stack->nodes = nodes;
        stack->cap = cap;
    }
    stack->nodes[stack->n++] = node;
    return true;
}

static const char *attribute(const GumboElement *element, const char *name)
{
    const GumboAttribute *found = gumbo_get_attribute(&element->attributes, name);
    return found ? found->value : NULL;
}

/* Whether the tag that the parser names is one in the text: it has elements of its own, and of what
 * ends too early it names another place. */
static bool in_text(struct tb_bytes text, const GumboStringPiece *tag, const char *name)
{
    const char *base = (const char *)text.data;
    size_t n = strlen(name);
    return tag->data && tag->data >= base && tag->length >= n + 2 &&
           tag->length <= text.n - (size_t)(tag->data - base) && tag->data[0] == '<' &&
           strncasecmp(tag->data + 1, name, n) == 0;
}

/* The attribute goes right behind the tag's name: of two with one name the first counts. */
static int add_place(struct tb_bytes text, const GumboElement *element, struct tb_html *html)
{
    const GumboStringPiece *tag = &element->original_tag;
    const char *base = (const char *)text.data;
    size_t n = strlen(gumbo_normalized_tagname(element->tag));
    if (!in_text(text, tag, gumbo_normalized_tagname(element->tag)))
        return TB_OK;
    if (html->n_places == TB_HTML_PLACES_MAX)
        return TB_TOO_LARGE;
    html->places[html->n_places++] = (uint32_t)((size_t)(tag->data - base) + 1 + n);
    return TB_OK;
}

static bool external(const GumboElement *element)
{
    return attribute(element, "src") || attribute(element, "href") ||
           attribute(element, "xlink:href");
}

/* As browsers do: over all of its text, with line ends as the parser has made them. */
static int add_hash(const GumboElement *element, struct tb_csp_hashes *hashes)
{
    crypto_hash_sha256_state state;
    struct tb_csp_hash hash;
    bool any = false;
    crypto_hash_sha256_init(&state);
    for (unsigned i = 0; i < element->children.length; i++) {
        const GumboNode *child = element->children.data[i];
        if (child->type != GUMBO_NODE_TEXT && child->type != GUMBO_NODE_WHITESPACE &&
            child->type != GUMBO_NODE_CDATA)
            continue;
        const char *text = child->v.text.text;
        crypto_hash_sha256_update(&state, (const uint8_t *)text, strlen(text));
        any = true;
    }
    crypto_hash_sha256_final(&state, hash.bytes);
    return !any || tb_csp_add(hashes, &hash) ? TB_OK : TB_TOO_LARGE;
}

/* What is loaded from elsewhere gets no nonce: with one it would be let in from anywhere, whatever
 * sources the manifest names. */
static int read_element(struct tb_bytes text, const GumboElement *element, struct tb_html *html)
{
    bool script = element->tag == GUMBO_TAG_SCRIPT && !external(element);
    bool style = element->tag == GUMBO_TAG_STYLE;
    if (!script && !style)
        return TB_OK;
    int r = add_place(text, element, html);
    if (r == TB_OK && script)
        r = add_hash(element, &html->inlined.scripts);
    if (r == TB_OK && style)
        r = add_hash(element, &html->inlined.styles);
    return r;
}

static int read_node(struct tb_bytes text, const GumboNode *node, struct stack *stack,
                     struct tb_html *html)
{
    if (node->type != GUMBO_NODE_ELEMENT && node->type != GUMBO_NODE_TEMPLATE)
        return TB_OK;
    int r = read_element(text, &node->v.element, html);
    const GumboVector *children = &node->v.element.children;
    for (unsigned i = 0; i < children->length && r == TB_OK; i++)
        if (!push(stack, children->data[i]))
            r = -ENOMEM;
    return r;
}

static int read_tree(struct tb_bytes text, const GumboNode *root, struct tb_html *html)
{
    struct stack stack = {0};
    int r = push(&stack, root) ? TB_OK : -ENOMEM;
    while (stack.n > 0 && r == TB_OK)
        r = read_node(text, stack.nodes[--stack.n], &stack, html);
    free((void *)stack.nodes);
    return r;
}

/* The tree's order is not that of the text: what stands wrongly in a table is moved. */
static int by_place(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

int tb_html_read(struct tb_bytes text, struct tb_html *ret_html)
{
    struct tb_html_tree *tree;
    if (text.n > TB_HTML_MAX)
        return TB_TOO_LARGE;
    struct tb_html html = {.places = malloc(TB_HTML_PLACES_MAX * sizeof *html.places)};
    int r = html.places ? tb_html_tree_new(text, TB_HTML_TREE_MAX, &tree) : -ENOMEM;
    if (r == TB_OK) {
        r = read_tree(text, tb_html_tree_root(tree), &html);
        tb_html_tree_free(tree);
    }
    if (r != TB_OK) {
        tb_html_deinit(&html);
        return r;
    }
    qsort(html.places, html.n_places, sizeof *html.places, by_place);
    *ret_html = html;
    return TB_OK;
}

void tb_html_deinit(struct tb_html *html)
{
    free(html->places);
    *html = (struct tb_html){0};
}

bool tb_html_write(const struct tb_html *html, struct tb_bytes text, const char *nonce,
                   struct tb_buffer *out)
{
    size_t from = 0;
    bool ok = true;
    for (size_t i = 0; i < html->n_places && ok; i++) {
        size_t to = html->places[i];
        ok = tb_buffer_append(out, tb_bytes_of(text.data + from, to - from)) &&
             tb_buffer_append(out, tb_bytes_of_string(" nonce=\"")) &&
             tb_buffer_append(out, tb_bytes_of_string(nonce)) &&
             tb_buffer_append(out, tb_bytes_of_string("\""));
        from = to;
    }
    return ok && tb_buffer_append(out, tb_bytes_of(text.data + from, text.n - from));
}
