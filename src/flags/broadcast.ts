export interface Broadcast<Message> {
  /** Returns the way out; leaving twice does no harm. */
  subscribe(listener: (message: Message) => void): () => void;
  send(message: Message): void;
  clear(): void;
}

/** Everybody hears, in the order in which they came; one who throws is reported and silences nobody. */
export function createBroadcast<Message>(onError: (error: unknown) => void): Broadcast<Message> {
  const listeners = new Set<{ readonly hear: (message: Message) => void }>();

  return {
    subscribe(listener) {
      const entry = { hear: listener };
      listeners.add(entry);
      return () => {
        listeners.delete(entry);
      };
    },
    send(message) {
      for (const listener of listeners) {
        try {
          listener.hear(message);
        } catch (error) {
          onError(error);
        }
      }
    },
    clear() {
      listeners.clear();
    },
  };
}
