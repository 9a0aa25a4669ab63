// Limits of PROTOCOL.md, section 2.

/** The body of a frame. */
export const FRAME_MOST = 1_048_576 + 4_096;
/** Raw bytes of one CHUNK. */
export const PART_MOST = 65_536;
