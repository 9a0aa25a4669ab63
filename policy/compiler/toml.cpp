// The TOML reader: toml++ with exceptions off, behind the C interface of tree.h.
//
// Three things in toml++ 3.3 are not fit for a text that may be anything. It bounds the nesting of
// values, not that of dotted keys, and frees a document by recursion; it asserts that a table's
// header begins with a key instead of checking it; and its tables of Unicode blanks run into
// __builtin_unreachable for letters such as U+00E9. A scan over the text refuses all three before
// toml++ sees them. Its other asserts stay on, as ours do.
extern "C" [[noreturn]] void tb_assert_failed(const char *expression, const char *file, int line);

#define TOML_EXCEPTIONS        0
#define TOML_HEADER_ONLY       1
#define TOML_MAX_NESTED_VALUES 48
#define TOML_ASSERT(expr)      ((expr) ? (void)0 : tb_assert_failed(#expr, __FILE__, __LINE__))

#include "policy/compiler/tree.h"

#include <algorithm>
#include <sstream>
#include <string>
#include <string_view>
#include <toml++/toml.h>

namespace
{

constexpr unsigned max_dots = 16;

// Behind the quotes that close a block string, whose text may itself end with one or two.
size_t skip_closing(std::string_view text, size_t at, char quote)
{
    size_t end = at + 3;
    while (end < at + 5 && end < text.size() && text[end] == quote)
        end++;
    return end;
}

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
            return block ? skip_closing(text, at, quote) : at + 1;
    }
    return text.size();
}

bool begins_key(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-\"'").find(c) != std::string_view::npos;
}

// Goes over a text as far as strings, comments and brackets, which is as far as it takes to tell a
// key from a value. What it says of a broken text does not matter: toml++ stops at the first error.
class scan
{
  public:
    explicit scan(std::string_view document) : text(document)
    {
    }
    const char *wrong = nullptr;
    uint32_t line = 1;
    bool run();

  private:
    std::string_view text;
    size_t at = 0;
    unsigned dots = 0;  // in the key at hand
    unsigned depth = 0; // of brackets that are open
    bool fresh = true;  // nothing but blanks in this line yet

    void move_to(size_t end);
    bool header();
    bool step();
};

void scan::move_to(size_t end)
{
    for (; at < end; at++)
        line += text[at] == '\n';
}

// At the bracket that opens a header: whether a key, or the header's end, is behind it.
bool scan::header()
{
    size_t key = text.find_first_not_of(" \t", at + (text.substr(at, 2) == "[[" ? 2 : 1));
    if (key == std::string_view::npos || text[key] == ']' || begins_key(text[key]))
        return true;
    wrong = "a table's header begins with a key: [name] or [[name]]";
    return false;
}

bool scan::step()
{
    char c = text[at];
    if (c == '"' || c == '\'') {
        move_to(skip_string(text, at));
        fresh = false;
        return true;
    }
    if (c == '#') {
        move_to(std::min(text.find('\n', at), text.size()));
        return true;
    }
    if (static_cast<unsigned char>(c) >= 0x80) {
        wrong = "outside of strings and comments TOML is ASCII";
        return false;
    }
    if (c == '[' && fresh && depth == 0 && !header())
        return false;
    if (c == '.' && ++dots > max_dots) {
        wrong = "a key with more than 16 dots";
        return false;
    }
    if (c == '\n' || c == '=' || c == ',' || c == '{' || c == '[')
        dots = 0;
    if (c == '[' || c == '{')
        depth++;
    if ((c == ']' || c == '}') && depth > 0)
        depth--;
    fresh = c == '\n' || (fresh && (c == ' ' || c == '\t' || c == '\r'));
    move_to(at + 1);
    return true;
}

// False: `wrong` and `line` say what is wrong.
bool scan::run()
{
    if (text.substr(0, 3) == "\xef\xbb\xbf")
        at = 3; // a byte order mark
    while (at < text.size())
        if (!step())
            return false;
    return true;
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
    scan before(view);
    if (!before.run()) {
        std::string_view message = before.wrong;
        tb_tree_fail(tree, before.line, message.data(), message.size());
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
