/** Of the JSON of a context. Beyond it, it is somebody's database row. */
export const MAX_CONTEXT_BYTES = 64 * 1024;
