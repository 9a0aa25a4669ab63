// The TOML reader: toml++ with exceptions off, behind the C interface of tree.h.
//
// toml++ bounds the nesting of values, not that of dotted keys, and it frees a document by
// recursion; so nests_too_deep looks at the dots before it sees the text.
#define TOML_EXCEPTIONS        0
#define TOML_HEADER_ONLY       1
#define TOML_MAX_NESTED_VALUES 48

#include "policy/compiler/tree.h"

#include <sstream>
#include <string>
#include <string_view>
#include <toml++/toml.h>

namespace
{

constexpr unsigned max_dots = 16;

// Skips a string that begins at `at`; its end, or the text's.
size_t skip_string(std::string_view text, size_t at)
{
    char quote = text[at];
    bool escapes = quote == '"';
    bool block = text.substr(at, 3) == std::string(3, quote);
    size_t n_quotes = block ? 3 : 1;
    for (at += n_quotes; at < text.size(); at++) {
        if (escapes && text[at] == '\\')
            at++;
        else if (!block && text[at] == '\n')
            return at;
        else if (text.substr(at, n_quotes) == std::string(n_quotes, quote))
            return at + n_quotes;
    }
    return text.size();
}

// The line of the first key with more than max_dots dots; 0 if there is none.
uint32_t nests_too_deep(std::string_view text)
{
    uint32_t line = 1;
    unsigned dots = 0;
    for (size_t at = 0; at < text.size();) {
        char c = text[at];
        if (c == '"' || c == '\'') {
            size_t end = skip_string(text, at);
            for (; at < end; at++)
                line += text[at] == '\n';
            continue;
        }
        if (c == '#') {
            at = text.find('\n', at);
            if (at == std::string_view::npos)
                return 0;
            continue;
        }
        if (c == '.' && ++dots > max_dots)
            return line;
        if (c == '\n' || c == '=' || c == ',' || c == '{' || c == '[')
            dots = 0;
        line += c == '\n';
        at++;
    }
    return 0;
}

uint32_t line_of(const toml::node &node)
{
    return node.source().begin.line;
}

template <typename T> std::string text_of(const T &value)
{
    std::ostringstream out;
    out << value;
    return out.str();
}

struct document {
    struct tb_tree *tree;
    bool add(struct tb_value *parent, std::string_view key, uint32_t key_line,
             const toml::node &node, unsigned depth);
    bool add_children(struct tb_value *value, const toml::node &node, unsigned depth);
    void set(struct tb_value *value, const toml::node &node);
};

enum tb_value_type type_of(const toml::node &node)
{
    switch (node.type()) {
    case toml::node_type::table:
        return TB_VALUE_MAP;
    case toml::node_type::array:
        return TB_VALUE_LIST;
    case toml::node_type::integer:
        return TB_VALUE_INT;
    case toml::node_type::floating_point:
        return TB_VALUE_REAL;
    case toml::node_type::boolean:
        return TB_VALUE_BOOL;
    case toml::node_type::none:
    case toml::node_type::string:
    case toml::node_type::date:
    case toml::node_type::time:
    case toml::node_type::date_time:
        break;
    }
    return TB_VALUE_STRING; // dates and times too, as in Tauri
}

void document::set(struct tb_value *value, const toml::node &node)
{
    if (auto integer = node.as_integer())
        return tb_tree_set_int(value, integer->get());
    if (auto real = node.as_floating_point())
        return tb_tree_set_real(value, real->get());
    if (auto boolean = node.as_boolean())
        return tb_tree_set_bool(value, boolean->get());
    std::string text;
    if (auto string = node.as_string())
        text = string->get();
    else if (auto date = node.as_date())
        text = text_of(date->get());
    else if (auto time = node.as_time())
        text = text_of(time->get());
    else if (auto moment = node.as_date_time())
        text = text_of(moment->get());
    tb_tree_set_text(tree, value, text.data(), text.size());
}

bool document::add_children(struct tb_value *value, const toml::node &node, unsigned depth)
{
    if (auto table = node.as_table()) {
        for (auto &&[key, child] : *table)
            if (!add(value, key.str(), key.source().begin.line, child, depth + 1))
                return false;
    } else if (auto array = node.as_array()) {
        for (auto &&child : *array)
            if (!add(value, {}, 0, child, depth + 1))
                return false;
    } else {
        set(value, node);
    }
    return true;
}

// A key's line where it has one: a table is placed at its header, a value at its key.
bool document::add(struct tb_value *parent, std::string_view key, uint32_t key_line,
                   const toml::node &node, unsigned depth)
{
    uint32_t line = key_line ? key_line : line_of(node);
    if (depth > TB_TREE_DEPTH) {
        std::string_view message = "nested too deep";
        tb_tree_fail(tree, line, message.data(), message.size());
        return false;
    }
    struct tb_value *value = tb_tree_add(tree, parent, key.data(), key.size(), line, type_of(node));
    return value && add_children(value, node, depth);
}

} // namespace

bool tb_toml_read(struct tb_tree *tree, const char *text, size_t n)
{
    std::string_view view(text, n);
    if (uint32_t line = nests_too_deep(view)) {
        std::string_view message = "a key with more than 16 dots";
        tb_tree_fail(tree, line, message.data(), message.size());
        return false;
    }
    toml::parse_result result = toml::parse(view);
    if (!result) {
        std::string_view message = result.error().description();
        tb_tree_fail(tree, result.error().source().begin.line, message.data(), message.size());
        return false;
    }
    document document{tree};
    return document.add(nullptr, {}, 1, result.table(), 0);
}
