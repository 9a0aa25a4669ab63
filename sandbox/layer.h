/*
 * The layers that a process's sandbox is made of, and the report of which of them are held. A layer
 * that could not be put in place is a value that is passed on, never a silent success.
 */
#pragma once

#include "base/bytes.h"
#include "base/compiler.h"

enum tb_layer {
    TB_LAYER_SECCOMP = 0,
    TB_LAYER_LANDLOCK,
    TB_LAYER_USERNS,
    TB_LAYER_MOUNT,
    TB_LAYER_PID,
    TB_LAYER_NET,
    TB_LAYER_IPC,
    TB_LAYER_MDWE,
    /* Those below need nothing of the machine, and so no manifest has to require them. */
    TB_LAYER_NNP,
    TB_LAYER_NODUMP,
    TB_LAYER_RLIMITS,
    TB_LAYER_CAPS,
    TB_N_LAYERS,
};

#define TB_LAYER_BIT(layer) (UINT32_C(1) << (layer))
#define TB_LAYERS_NAMESPACES                                                                       \
    (TB_LAYER_BIT(TB_LAYER_USERNS) | TB_LAYER_BIT(TB_LAYER_MOUNT) | TB_LAYER_BIT(TB_LAYER_PID) |   \
     TB_LAYER_BIT(TB_LAYER_NET) | TB_LAYER_BIT(TB_LAYER_IPC))
#define TB_LAYERS_ALL ((UINT32_C(1) << TB_N_LAYERS) - 1)

/* Zeroed memory holds nothing. */
enum tb_layer_state {
    TB_LAYER_MISSING = 0,
    TB_LAYER_PARTIAL,
    TB_LAYER_HELD,
};

struct tb_layer_report {
    enum tb_layer_state state;
    int error; /* errno of what failed, 0 if nothing did (or nothing was tried) */
};

struct tb_layers {
    struct tb_layer_report layer[TB_N_LAYERS];
    uint16_t landlock_abi; /* of the kernel; 0: it has none */
};

const char *tb_layer_name(enum tb_layer layer);
const char *tb_layer_state_name(enum tb_layer_state state);
/* One line that says what this state of this layer means to whoever relies on it. */
const char *tb_layer_detail(enum tb_layer layer, enum tb_layer_state state);

void tb_layers_set(struct tb_layers *layers, enum tb_layer layer, enum tb_layer_state state,
                   int error);
uint32_t tb_layers_in(const struct tb_layers *layers, enum tb_layer_state state); /* as a mask */

/* The layers of `require` that are not held. 0: nothing is missing. */
uint32_t tb_layers_lacking(const struct tb_layers *layers, uint32_t require);

/* The mask of one layer that a manifest may require. TB_OK or TB_UNKNOWN. */
tb_must_check int tb_layer_mask(struct tb_bytes untrusted_name, uint32_t *ret_mask);
/* The same for names separated by commas; "" is none. TB_OK or TB_UNKNOWN. */
tb_must_check int tb_layers_mask(const char *untrusted_names, uint32_t *ret_mask);

/* The other way: names separated by commas, as roles are told on their command line. */
enum { TB_LAYERS_TEXT_SIZE = 128 };
void tb_layers_names(uint32_t mask, char ret_names[static TB_LAYERS_TEXT_SIZE]);

/* The report as a role writes it to its report descriptor: all fields fixed, little-endian. */
enum { TB_LAYERS_SIZE = 4 + 4 * TB_N_LAYERS };
void tb_layers_encode(const struct tb_layers *layers, uint8_t ret_bytes[static TB_LAYERS_SIZE]);
/* TB_OK or TB_MALFORMED. */
tb_must_check int tb_layers_decode(struct tb_bytes untrusted_bytes, struct tb_layers *ret_layers);
