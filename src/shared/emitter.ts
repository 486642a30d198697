export interface Emitter<Message> {
  /** Returns a function that unsubscribes; calling it twice does no harm. */
  readonly subscribe: (listener: (message: Message) => void) => () => void;
  /** Calls every listener, in the order of subscription. */
  readonly emit: (message: Message) => void;
  readonly clear: () => void;
  readonly hasListeners: () => boolean;
}

/**
 * A listener that throws is reported to `onError` and does not keep the others from being called.
 *
 * @example
 * const changes = createEmitter<string>((error) => log.error({ err: error }, 'a listener threw'));
 * const unsubscribe = changes.subscribe((key) => refresh(key));
 */
export function createEmitter<Message>(
  onError: (error: unknown, message: Message) => void,
): Emitter<Message> {
  // Wrapped, so that the same function may subscribe twice and unsubscribe once.
  const listeners = new Set<{ readonly listener: (message: Message) => void }>();
  return {
    subscribe: (listener) => {
      const entry = { listener };
      listeners.add(entry);
      return () => void listeners.delete(entry);
    },
    emit: (message) => {
      for (const { listener } of listeners) {
        try {
          listener(message);
        } catch (error) {
          onError(error, message);
        }
      }
    },
    clear: () => {
      listeners.clear();
    },
    hasListeners: () => listeners.size > 0,
  };
}
