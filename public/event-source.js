// @ts-check
// The page's event stream. The browser reconnects by itself after a cut; after a refusal, which closes the stream for good, a
// new one is opened later.

const REFUSED_PAUSE_MS = 30_000;

/**
 * @typedef {object} Stream
 * @property {() => void} close
 */

/**
 * Opens a stream and calls `on[name]` with the parsed data of every event of that name.
 * @param {string} address
 * @param {Readonly<Record<string, (data: any) => void>>} on
 * @param {{ onOpen?: () => void, onLost?: () => void }} [connection] told when the line is up, and when it was lost
 * @returns {Stream}
 */
export function openStream(address, on, { onOpen, onLost } = {}) {
  /** @type {EventSource} */
  let source;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let later;

  const open = () => {
    source = new EventSource(address);
    for (const [name, listener] of Object.entries(on)) {
      source.addEventListener(name, (event) => listener(JSON.parse(event.data)));
    }
    source.addEventListener('open', () => onOpen?.());
    source.addEventListener('error', () => {
      onLost?.();
      if (source.readyState === EventSource.CLOSED) later = setTimeout(open, REFUSED_PAUSE_MS);
    });
  };
  open();
  return {
    close: () => {
      clearTimeout(later);
      source.close();
    },
  };
}
