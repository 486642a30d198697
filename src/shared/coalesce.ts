/**
 * A task that runs once at a time. A call while it runs begins another run after it, since what the caller means may have
 * been passed already; all calls until then share that one.
 * @returns a function that settles as the run does that started after the call
 */
export function coalesce<T>(task: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  let next: Promise<T> | undefined;
  const ask = (): Promise<T> => {
    if (running === undefined) {
      running = task().finally(() => {
        running = undefined;
      });
      return running;
    }
    next ??= Promise.allSettled([running]).then(() => {
      next = undefined;
      return ask();
    });
    return next;
  };
  return ask;
}
