/* Every limit of the protocol, on one page: PROTOCOL.md, section 2. Sizes are bytes. */
#pragma once

enum {
    TB_PROTOCOL_VERSION = 1,

    TB_HEADER_SIZE = 8,
    TB_FRAME_MAX = 1024 * 1024 + 4096, /* body */
    TB_CHUNK_MAX = 65536 + 4096,       /* body of CHUNK and HANDLES */
    TB_CONTROL_MAX = 65536,            /* body on the control link, but of EMIT */

    TB_HANDLE_SIZE = 16,
    TB_KEY_SIZE = 32,
    TB_TAG_SIZE = 16,
    TB_TICKET_ID_SIZE = 16,
    TB_DIGEST_SIZE = 32,
    TB_DIGEST_TEXT = 64, /* in hex digits */
    TB_SESSION_SIZE = 8, /* 16 hex digits in the log */

    TB_MSGPACK_DEPTH = 32,
    TB_MSGPACK_NODES = 65536,
    TB_MSGPACK_KEY = 256,
    TB_NODES_ADDED = 16, /* more than the broker's words to what it passes on */

    TB_COMMAND_MAX = 128,
    TB_LABEL_MAX = 64,
    TB_ORIGIN_MAX = 512,
    TB_ERROR_MESSAGE_MAX = 512,
    TB_NOTE_MAX = 256, /* what a plugin says of a call for the log */
    TB_ERRNO_MAX = 4095,

    TB_COMMANDS_MAX = 4096,     /* in one grant */
    TB_HANDLES_MIN = 2,         /* handles per command */
    TB_HANDLES_MAX = 1024,      /* handles per command */
    TB_HANDLES_DEFAULT = 64,    /* in_flight where policy is silent */
    TB_SESSION_HANDLES = 16384, /* outstanding per session */
    TB_SESSION_CALLS = 1024,    /* live per session, streams too */
    TB_SESSION_STREAMS = 256,   /* of them */
    TB_MISS_PER_S = 10,

    TB_CHUNK_RAW_MAX = 65536,                /* raw bytes of one CHUNK */
    TB_CREDIT_FIRST = 256 * 1024,            /* of each direction of a stream */
    TB_CREDIT_FIRST_PLUGIN = 252 * 1024,     /* from a plugin: its CHUNKs grow by `next` */
    TB_CREDIT_FIRST_TO_PLUGIN = 1024 * 1024, /* to a plugin: small parts grow by `call` */
    TB_CREDIT_MOST = 4 * 1024 * 1024,        /* outstanding */
    TB_EVENT_NAME_MAX = 128,
    TB_EVENTS_WAITING = 64 * 1024,  /* bytes, for one listener */
    TB_POOLED_MIN = 16 * 1024,      /* bodies of at least so many bytes go through shared memory */
    TB_BULK_IN = 64 * 1024 * 1024,  /* the broker's part of a plugin's pool */
    TB_BULK_OUT = 16 * 1024 * 1024, /* the plugin's part */

    TB_HELLO_S = 10,
    TB_DEADLINE_DEFAULT_MS = 30000,
    TB_LOCKS_PER_MINUTE = 3,
    TB_RELOADS_PER_S = 10,
    TB_RELOAD_S = 30, /* from RELOAD to its end */

    TB_HOOK_TEXT_MAX = 512 * 1024, /* isolation.js */
    TB_HOOK_FILE_MAX = 256,        /* its name */
    TB_HOOK_CALLS = 1024,          /* whose args the hook keeps at once */

    TB_ASK_KEY_SIZE = 32,     /* what an answer is remembered under */
    TB_ASK_ARGS_MAX = 8192,   /* of a call that a person is asked about */
    TB_ASKS_PER_SESSION = 16, /* calls that wait for a person */
    TB_ASK_S = 600,           /* from ASK to its end without an ANSWER */
    TB_ASK_DISMISSED_S = 30,  /* a command is denied after a prompt was dismissed */

    TB_SECRET_KEY_SIZE = 32,       /* X25519 */
    TB_SECRET_WHAT_MAX = 256,      /* what a person reads of what is asked for */
    TB_SECRET_MAX = 1024,          /* of a passphrase */
    TB_SECRET_PAD = 256,           /* what is sealed is a multiple of this, and longer than it */
    TB_SECRET_SEAL = 48,           /* what sealing adds */
    TB_SECRET_BOX_MAX = 48 + 1280, /* the longest passphrase, padded and sealed */
    TB_SECRET_FRAME_MAX = 2048,    /* body of SECRET and SECRET_ANSWER */
    TB_SECRETS_PER_CALL = 4,

    TB_PICKS_MAX = 64, /* of a session */
    TB_PICK_PATH_MAX = 4096,
    TB_PICK_AT_MAX = 64,      /* where a plugin finds one */
    TB_PICK_FRAME_MAX = 8192, /* body of PICK and PICKED */

    TB_SETTINGS_MAX = 640 * 1024, /* most of it the text of a hook */
    TB_FACTS_MAX = 49152,         /* what the host is told of the app; a part of the settings */
    TB_WINDOWS_MAX = 16,
    TB_OPEN_ITEMS_MAX = 64, /* entries in each list of [open] */
    TB_OPEN_SCHEME_MAX = 32,
    TB_GRANT_MAX = 16 * 1024 * 1024,
    TB_SNAPSHOT_MAX = 64 * 1024 * 1024,
};

#define TB_SESSION_BYTES (72u * 1024 * 1024) /* request bytes live per session */
