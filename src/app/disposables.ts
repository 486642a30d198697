/** What was opened and must be closed again, in the opposite order. */
export type Closers = (() => void | Promise<void>)[];

/** Closes all, whatever becomes of each. */
export async function closeAll(closers: Closers, onError: (error: unknown) => void): Promise<void> {
  for (const close of closers.splice(0).toReversed()) {
    try {
      await close();
    } catch (error) {
      onError(error);
    }
  }
}
