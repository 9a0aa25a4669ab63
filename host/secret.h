/* Prompts for passphrases: from the broker to the host's callback, and what was typed, sealed, on
 * its way back. */
#pragma once

#include "base/bytes.h"
#include "base/compiler.h"
#include "proto/limits.h"

#include <stdbool.h>
#include <stdint.h>

struct trollbridge;

/* The keys of those that are shown: what is typed is sealed to the one that came with its prompt.
 * There are no more than views. */
struct host_secrets {
    struct {
        uint32_t id;
        uint8_t key[TB_SECRET_KEY_SIZE];
    } list[64];
    size_t n;
};

/* Body of SECRET. False: not in the format, or one too many. */
bool host_secret(struct trollbridge *bridge, struct tb_bytes body);
/* That prompt is over, if it is for a passphrase. */
void host_secret_forget(struct host_secrets *secrets, uint32_t id);
