import { connect, createServer, type Server } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { listenOnFreePort } from './listen-on-free-port.ts';

export interface Balancer {
  /** Where clients connect. */
  readonly where: { readonly host: string; readonly port: number } | { readonly socketPath: string };
  /** The instances that connections go to, as far as they say that they are ready. */
  setInstances(urls: readonly string[]): void;
  /** Resolves when the instance is ready. */
  whenReady(url: string): Promise<void>;
}

/** Looks so often whether the instances are ready. */
const CHECK_MS = 100;

/** A balancer of connections as it stands before instances: each new connection goes to one that answers /ready with 200. */
export async function startBalancer(): Promise<Balancer> {
  let instances: readonly string[] = [];
  let ready: readonly string[] = [];
  let turn = 0;
  const state = { isOver: false };
  const server: Server = createServer((client) => {
    turn += 1;
    const instance = ready[turn % ready.length];
    if (instance === undefined) {
      client.destroy();
      return;
    }
    const upstream = connect(Number(new URL(instance).port), '127.0.0.1');
    client.pipe(upstream).pipe(client);
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
  });
  const port = await listenOnFreePort(server);
  const check = async (): Promise<void> => {
    while (!state.isOver) {
      const checked = await Promise.all(
        instances.map(async (url) => ((await isReady(url)) ? url : undefined)),
      );
      ready = checked.filter((url) => url !== undefined);
      await pause(CHECK_MS);
    }
  };
  const checking = check();
  onTestFinished(async () => {
    state.isOver = true;
    await checking;
    server.close();
  });
  return {
    where: { host: '127.0.0.1', port },
    setInstances: (urls) => {
      instances = urls;
    },
    whenReady: async (url) => {
      while (!ready.includes(url)) await pause(CHECK_MS);
    },
  };
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/ready`, { headers: { connection: 'close' } })).status === 200;
  } catch {
    return false;
  }
}
