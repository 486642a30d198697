/** What was opened and must be closed again, in the order of opening. */
export type Disposables = (() => void | Promise<void>)[];

/** Closes everything, the last opened first. An error is reported and does not keep the rest open. */
export async function disposeAll(disposables: Disposables, onError: (error: unknown) => void): Promise<void> {
  for (const dispose of disposables.splice(0).toReversed()) {
    try {
      await dispose();
    } catch (error) {
      onError(error);
    }
  }
}
