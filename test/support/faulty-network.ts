import { once } from 'node:events';
import { type Socket, connect, createServer } from 'node:net';
import { listenOnFreePort } from './listen-on-free-port.ts';

/** The name of the database in an address of `startPostgres`. */
export const databaseOf = (url: string): string => /\/(\w+)\?/.exec(url)?.[1] ?? '';

/** A way to the server that can fail as networks do. */
export interface Way {
  readonly url: string;
  /** Passes nothing on any more, in either direction, without ending a connection. */
  swallow(): void;
  /** Passes on what was held back, and goes on. */
  release(): void;
  /** Ends every connection, and refuses new ones. */
  cut(): void;
  mend(): void;
  /** Resolves when so many more connections were refused. */
  refused(times: number): Promise<void>;
  close(): Promise<void>;
}

export async function openWay(url: string): Promise<Way> {
  const folder = url.slice(url.indexOf('host=') + 'host='.length);
  /** Both directions of every connection: from where, to where. */
  const flows: (readonly [Socket, Socket])[] = [];
  let state: 'open' | 'swallowing' | 'cut' = 'open';
  const stop = ([from, to]: readonly [Socket, Socket]): unknown => from.unpipe(to).pause();
  const server = createServer((client) => {
    if (state === 'cut') {
      client.destroy();
      return;
    }
    const upstream = connect(`${folder}/.s.PGSQL.5432`);
    for (const flow of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      const [from, to] = flow;
      flows.push(flow);
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
      from.pipe(to);
      if (state === 'swallowing') stop(flow);
    }
  });
  const port = await listenOnFreePort(server);
  return {
    url: `postgres://postgres@127.0.0.1:${port}/${databaseOf(url)}`,
    swallow: () => {
      state = 'swallowing';
      flows.forEach(stop);
    },
    release: () => {
      state = 'open';
      for (const [from, to] of flows) from.pipe(to);
    },
    cut: () => {
      state = 'cut';
      for (const [from] of flows.splice(0)) from.destroy();
    },
    mend: () => {
      state = 'open';
    },
    refused: async (times) => {
      for (let refusal = 0; refusal < times; refusal += 1) await once(server, 'connection');
    },
    close: async () => {
      for (const [from] of flows) from.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
