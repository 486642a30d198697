import { setTimeout as wait } from 'node:timers/promises';

export interface PageLoad {
  /** How many pages were seen, and what became of each that failed: not 200, or later than two seconds. */
  stop(): Promise<{ readonly seen: number; readonly failed: readonly string[] }>;
}

const EVERY_MS = 20;
const TOO_LATE_MS = 2_000;

/** Fifty page views a second, half of them by listeners who see the full list, whatever else happens. */
export function pageLoad(url: string): PageLoad {
  const over = new AbortController();
  const views: Promise<string | undefined>[] = [];

  const view = async (nth: number): Promise<string | undefined> => {
    const groups = nth % 2 === 0 ? '&groups=beta_testers' : '';
    try {
      const page = await fetch(`${url}/?user=reader-${nth}${groups}`, {
        signal: AbortSignal.timeout(TOO_LATE_MS),
      });
      const text = await page.text();
      return page.status === 200 && text.includes('</html>') ? undefined : `${page.status} ${text}`;
    } catch (error) {
      return String(error);
    }
  };
  const coming = (async () => {
    const start = performance.now();
    for (let nth = 0; !over.signal.aborted; nth += 1) {
      views.push(view(nth));
      // Against the clock, so that a slow answer does not thin the load out.
      await wait(Math.max(0, start + (nth + 1) * EVERY_MS - performance.now()));
    }
  })();

  return {
    stop: async () => {
      over.abort();
      await coming;
      const failed = (await Promise.all(views)).filter((failure) => failure !== undefined);
      return { seen: views.length, failed };
    },
  };
}
