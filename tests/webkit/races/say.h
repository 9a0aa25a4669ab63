/* What the host of the races says: one JSON object a line on standard output. */
#pragma once

/* Members are name, value, name, value, … NULL; a value of NULL is null. */
void say(const char *event, ...) __attribute__((sentinel));
