/* libsodium's random bytes made repeatable, so that an input does the same at every run. */
#pragma once

void chance_reset(void);
