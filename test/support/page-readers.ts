export interface PageReaders {
  /** Waits for the page views under way. `failed` says what was wrong with each page that was not whole or not 200. */
  stop(): Promise<{ readonly seen: number; readonly failed: readonly string[] }>;
}

const READERS = 4;

/** Listeners who load the page over and over, half of them the full list. A page that never comes holds up `stop`. */
export function startPageReaders(url: string): PageReaders {
  const failed: string[] = [];
  let seen = 0;
  const stopped = new AbortController();
  const readers = Array.from({ length: READERS }, async (_, reader) => {
    const groups = reader % 2 === 0 ? '&groups=beta_testers' : '';
    while (!stopped.signal.aborted) {
      seen += 1;
      try {
        const page = await fetch(`${url}/?user=reader-${reader}${groups}`);
        const text = await page.text();
        if (page.status !== 200 || !text.includes('</html>')) failed.push(`${page.status} ${text}`);
      } catch (error) {
        failed.push(String(error));
      }
    }
  });
  return {
    stop: async () => {
      stopped.abort();
      await Promise.all(readers);
      return { seen, failed };
    },
  };
}
