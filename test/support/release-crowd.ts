import { setTimeout as wait } from 'node:timers/promises';
import { openSse, type SseClient } from './sse-client.ts';

export interface CrowdOptions {
  readonly url: string;
  /** New listeners a second. */
  readonly perSecond: number;
  /** Before the name of each, so that no listener of another crowd comes back. */
  readonly name: string;
}

/** New listeners who open the page, one after the other, and leave it open. */
export interface Crowd {
  /** Listeners whose page shows the new version at the moment. */
  onNewVersion(): number;
  /** Waits until every listener has the old version, and says when the last one got it, in epoch milliseconds; undefined after 60 s. */
  lastBack(): Promise<number | undefined>;
  /** Listeners who came. */
  size(): number;
  /** New listeners a second, as they came. */
  perSecond(): number;
  /** Those of them whose first page showed the new version. */
  cameToNewVersion(): number;
  /** Pages that were not served, after three tries where the server was too busy. */
  failed(): number;
  stop(): Promise<void>;
}

/** No page that was asked for before may still come with the new version. */
const QUIET_MS = 1_500;
/** What fetches pages by itself is taken for a bot. */
const BROWSER = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0' };
const GIVE_UP_MS = 60_000;
/** How often a listener asks for a page that they do not get. */
const TRIES = 3;

/** The address of the page's own stream, which says what was chosen: also where the top 10 stands in for a page that failed. */
const streamOf = (html: string): string =>
  /data-events="([^"]+)"/.exec(html)?.[1]?.replaceAll('&amp;', '&') ?? '';
const hasNewVersion = (html: string): boolean => streamOf(html).includes('seen=database-');

/** Sends the crowd in until it is stopped. Only those who have the new version keep a stream open, as only they must be told. */
export function sendCrowd({ url, perSecond, name }: CrowdOptions): Crowd {
  const streams = new Set<SseClient>();
  const onNew = new Set<string>();
  const visits = new Set<Promise<void>>();
  let size = 0;
  let cameToNew = 0;
  let failed = 0;
  let lastChange = 0;
  const stopping = new AbortController();

  const visit = async (user: string): Promise<void> => {
    const html = await pageOf(user);
    if (html === undefined || !hasNewVersion(html)) return;
    onNew.add(user);
    cameToNew += 1;
    lastChange = Date.now();
    while (onNew.has(user) && !stopping.signal.aborted) {
      try {
        await listen(user, streamOf(html));
      } catch (error) {
        // The connection broke. As browsers do, it is opened again in a moment, and hears what it missed.
        if (!(error instanceof Error && 'code' in error)) throw error;
      }
      if (onNew.has(user) && !stopping.signal.aborted) await wait(500);
    }
  };

  /** Until the listener has the old version, or the stream ends. */
  const listen = async (user: string, path: string): Promise<void> => {
    const stream = await openSse(`${url}${path}`);
    streams.add(stream);
    while (!stopping.signal.aborted) {
      const { event } = await Promise.race([stream.next(), stream.ended.then(() => ({ event: 'end' }))]);
      if (event === 'end') break;
      if (event !== 'version') continue;
      // As the page's own script does: the list is fetched anew.
      const next = await pageOf(user);
      if (next === undefined || hasNewVersion(next)) continue;
      onNew.delete(user);
      lastChange = Date.now();
      break;
    }
    stream.close();
    streams.delete(stream);
  };

  const pageOf = async (user: string): Promise<string | undefined> => {
    for (let left = TRIES; left > 0; left -= 1) {
      try {
        const response = await fetch(`${url}/?user=${user}`, { headers: BROWSER });
        const html = await response.text();
        if (response.status === 200) return html;
        // The machine is busy: the page says so, and people load it again.
        if (response.status !== 503) break;
        await wait(1_000);
      } catch (error) {
        // As browsers do: the server closed a connection that was idle, just when it was to be used again.
        if (!(error instanceof TypeError)) throw error;
      }
    }
    failed += 1;
    return undefined;
  };

  const began = performance.now();
  const sending = (async () => {
    while (!stopping.signal.aborted) {
      const due = Math.floor(((performance.now() - began) * perSecond) / 1_000);
      for (; size < due; size += 1) {
        const visiting = visit(`${name}-${size}`).finally(() => visits.delete(visiting));
        visits.add(visiting);
      }
      await wait(5);
    }
  })();

  return {
    onNewVersion: () => onNew.size,
    async lastBack() {
      const givenUpAt = performance.now() + GIVE_UP_MS;
      while (onNew.size > 0 || Date.now() - lastChange < QUIET_MS) {
        if (performance.now() > givenUpAt) return undefined;
        await wait(10);
      }
      return lastChange;
    },
    size: () => size,
    perSecond: () => (size * 1_000) / (performance.now() - began),
    cameToNewVersion: () => cameToNew,
    failed: () => failed,
    async stop() {
      stopping.abort();
      await sending;
      for (const stream of streams) stream.close();
      await Promise.all(visits);
    },
  };
}
