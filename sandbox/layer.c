#include "sandbox/layer.h"

#include "base/result.h"
#include "base/wire.h"

enum { FORMAT = 1, ERRNO_MAX = 4095 };

struct text {
    const char *name;
    bool requirable;
    const char *detail[TB_LAYER_HELD + 1];
};

static const struct text texts[TB_N_LAYERS] = {
    [TB_LAYER_SECCOMP] = {"seccomp",
                          true,
                          {"any system call can be made",
                           "system calls outside the list are logged, not stopped",
                           "system calls outside the role's list end the process"}},
    [TB_LAYER_LANDLOCK] = {"landlock",
                           true,
                           {"files are guarded by the other layers alone",
                            "files outside the scope can be truncated, not read or written",
                            "files outside the scope cannot be opened"}},
    [TB_LAYER_USERNS] = {"userns",
                         true,
                         {"no user namespace: the other namespaces cannot be had either",
                          "the user namespace has no usable map", "a user namespace of its own"}},
    [TB_LAYER_MOUNT] = {"mount",
                        true,
                        {"names and metadata of all files can be seen; denied folders inside a "
                         "granted one are left to the plugin's own check",
                         "a mount namespace of its own, with the whole tree in it",
                         "sees only its own folders; denied ones are covered"}},
    [TB_LAYER_PID] = {"pid",
                      true,
                      {"other processes can be named", "other processes can be named",
                       "sees no process but its own"}},
    [TB_LAYER_NET] = {"net",
                      true,
                      {"the network is kept away by seccomp and Landlock alone",
                       "the network is kept away by seccomp and Landlock alone",
                       "a network namespace with nothing in it"}},
    [TB_LAYER_IPC] = {"ipc",
                      true,
                      {"System V IPC is kept away by seccomp alone",
                       "System V IPC is kept away by seccomp alone",
                       "an IPC namespace of its own"}},
    [TB_LAYER_MDWE] = {"mdwe",
                       true,
                       {"written memory can be made executable, as far as seccomp lets it",
                        "held by the launcher, not by the program that it starts",
                        "memory that was writable never becomes executable"}},
    [TB_LAYER_NNP] = {"nnp",
                      false,
                      {"programs could gain privileges", "programs could gain privileges",
                       "no program started here gains privileges"}},
    [TB_LAYER_NODUMP] = {"nodump",
                         false,
                         {"processes of the same user can read its memory",
                          "until the plugin seals itself, processes of the same user can read its "
                          "memory",
                          "processes of the same user cannot read its memory"}},
    [TB_LAYER_RLIMITS] = {"rlimits",
                          false,
                          {"no limits on resources", "some limits on resources are not set",
                           "no core files, few descriptors"}},
    [TB_LAYER_CAPS] = {"caps",
                       false,
                       {"keeps its capabilities", "keeps what its children's user namespaces need",
                        "no capabilities"}},
};

static const char *const state_names[] = {
    [TB_LAYER_MISSING] = "missing",
    [TB_LAYER_PARTIAL] = "partial",
    [TB_LAYER_HELD] = "held",
};

const char *tb_layer_name(enum tb_layer layer)
{
    tb_assert(layer < TB_N_LAYERS);
    return texts[layer].name;
}

const char *tb_layer_state_name(enum tb_layer_state state)
{
    tb_assert(state <= TB_LAYER_HELD);
    return state_names[state];
}

const char *tb_layer_detail(enum tb_layer layer, enum tb_layer_state state)
{
    tb_assert(layer < TB_N_LAYERS && state <= TB_LAYER_HELD);
    return texts[layer].detail[state];
}

void tb_layers_set(struct tb_layers *layers, enum tb_layer layer, enum tb_layer_state state,
                   int error)
{
    tb_assert(layer < TB_N_LAYERS && state <= TB_LAYER_HELD);
    layers->layer[layer] = (struct tb_layer_report){.state = state, .error = error};
}

uint32_t tb_layers_in(const struct tb_layers *layers, enum tb_layer_state state)
{
    uint32_t mask = 0;
    for (unsigned i = 0; i < TB_N_LAYERS; i++)
        if (layers->layer[i].state == state)
            mask |= TB_LAYER_BIT(i);
    return mask;
}

uint32_t tb_layers_lacking(const struct tb_layers *layers, uint32_t require)
{
    return require & ~tb_layers_in(layers, TB_LAYER_HELD);
}

int tb_layer_mask(struct tb_bytes untrusted_name, uint32_t *ret_mask)
{
    for (unsigned i = 0; i < TB_N_LAYERS; i++) {
        if (texts[i].requirable && tb_bytes_are(untrusted_name, texts[i].name)) {
            *ret_mask = TB_LAYER_BIT(i);
            return TB_OK;
        }
    }
    return TB_UNKNOWN;
}

int tb_layers_mask(const char *untrusted_names, uint32_t *ret_mask)
{
    uint32_t mask = 0;
    for (const char *at = untrusted_names; *at;) {
        size_t n = strcspn(at, ",");
        uint32_t one;
        int r = tb_layer_mask(tb_bytes_of(at, n), &one);
        if (r != TB_OK)
            return r;
        mask |= one;
        at += n + (at[n] == ',');
    }
    *ret_mask = mask;
    return TB_OK;
}

void tb_layers_names(uint32_t mask, char ret_names[static TB_LAYERS_TEXT_SIZE])
{
    size_t n = 0;
    for (unsigned i = 0; i < TB_N_LAYERS; i++) {
        if (!(mask & TB_LAYER_BIT(i)))
            continue;
        size_t n_name = strlen(texts[i].name);
        tb_assert(n + n_name + 1 < TB_LAYERS_TEXT_SIZE);
        if (n > 0)
            ret_names[n++] = ',';
        memcpy(ret_names + n, texts[i].name, n_name);
        n += n_name;
    }
    ret_names[n] = 0;
}

void tb_layers_encode(const struct tb_layers *layers, uint8_t ret_bytes[static TB_LAYERS_SIZE])
{
    struct tb_writer writer = tb_writer_init(ret_bytes, TB_LAYERS_SIZE);
    tb_write_u8(&writer, FORMAT);
    tb_write_u8(&writer, TB_N_LAYERS);
    tb_write_u16(&writer, layers->landlock_abi);
    for (unsigned i = 0; i < TB_N_LAYERS; i++) {
        tb_write_u16(&writer, (uint16_t)layers->layer[i].state);
        tb_write_u16(&writer, (uint16_t)layers->layer[i].error);
    }
    tb_assert(!writer.failed && writer.n == TB_LAYERS_SIZE);
}

int tb_layers_decode(struct tb_bytes untrusted_bytes, struct tb_layers *ret_layers)
{
    struct tb_reader reader = tb_reader_init(untrusted_bytes);
    uint8_t format = tb_read_u8(&reader);
    uint8_t n_layers = tb_read_u8(&reader);
    if (format != FORMAT || n_layers != TB_N_LAYERS)
        return TB_MALFORMED;
    struct tb_layers layers = {.landlock_abi = tb_read_u16(&reader)};
    for (unsigned i = 0; i < TB_N_LAYERS; i++) {
        uint16_t untrusted_state = tb_read_u16(&reader);
        uint16_t untrusted_error = tb_read_u16(&reader);
        if (untrusted_state > TB_LAYER_HELD || untrusted_error > ERRNO_MAX)
            return TB_MALFORMED;
        tb_layers_set(&layers, i, (enum tb_layer_state)untrusted_state, untrusted_error);
    }
    if (!tb_reader_done(&reader))
        return TB_MALFORMED;
    *ret_layers = layers;
    return TB_OK;
}
