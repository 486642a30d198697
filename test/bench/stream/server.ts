import { createServer, type ServerResponse } from 'node:http';
import { encodeEvent } from '../../../src/http/sse/encode-event.ts';
import { openEventStream } from '../../../src/http/sse/event-stream.ts';
import { createStreamHub } from '../../../src/http/sse/stream-hub.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import { listenOnFreePort } from '../../support/listen-on-free-port.ts';
import { onOff, startSdkApp } from '../../support/sdk-app.ts';
import type { ServerMessage, ServerOrder } from './messages.ts';

/**
 * `ours`: the whole SDK router, with its store, keys and guards. `bare`: node:http and a loop over the open answers, which
 * writes the very bytes that ours sends. `hub`: the streams alone, without a store that remembers every change.
 */
const kind = process.argv[2];
/** Makes the change as long as this many characters. */
const padding = 'x'.repeat(Number(process.argv[3] ?? 0));

const say = (message: ServerMessage): void => void process.send?.(message);

interface Service {
  readonly port: number;
  /** Fans one change out; resolves when everything is handed to the sockets. */
  change(): Promise<bigint>;
}

const flag = (on: boolean) => onOff('flag', on, { variations: [true, padding] });

async function ours(): Promise<Service> {
  const store = await createMemoryStore({
    now: Date.now,
    seedFlags: { flags: { flag: flag(false) }, segments: {} },
  });
  let on = false;
  let began = 0n;
  // The first to hear of it: measured from the moment that the change is in the snapshot, as the bare loop from its start.
  store.subscribe(() => {
    began = process.hrtime.bigint();
  });
  const app = await startSdkApp({ store, streamLimits: { perCallerAndAddress: 1e6, total: 1e6 } });
  return {
    port: app.port,
    async change() {
      on = !on;
      await app.put(flag(on));
      await app.hub.settled();
      return began;
    },
  };
}

async function bare(): Promise<Service> {
  const open = new Set<ServerResponse>();
  const put = encodeEvent({
    event: 'put',
    data: JSON.stringify({ path: '/', data: { flags: { flag: flag(false) }, segments: {} } }),
  });
  const patch = encodeEvent({
    event: 'patch',
    data: JSON.stringify({ path: '/flags/flag', data: flag(true) }),
  });
  const server = createServer((_req, res) => {
    res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' });
    res.write(put);
    open.add(res);
    res.on('close', () => open.delete(res));
  });
  return {
    port: await listenOnFreePort(server),
    change() {
      const began = process.hrtime.bigint();
      for (const res of open) res.write(patch);
      return Promise.resolve(began);
    },
  };
}

async function hubAlone(): Promise<Service> {
  const hub = createStreamHub({ now: () => performance.now(), random: Math.random, onError: console.error });
  let sent = 0;
  const server = createServer((req, res) =>
    hub.join('all', openEventStream(req, res), encodeEvent({ event: 'put', data: '{}' })),
  );
  return {
    port: await listenOnFreePort(server),
    async change() {
      const began = process.hrtime.bigint();
      sent += 1;
      hub.broadcast('all', encodeEvent({ event: 'patch', data: `${sent} ${padding}` }));
      await hub.settled();
      return began;
    },
  };
}

const SERVICES = { ours, bare, hub: hubAlone };
if (kind !== 'ours' && kind !== 'bare' && kind !== 'hub')
  throw new Error(`there is no server ${String(kind)}`);
const service = await SERVICES[kind]();

async function change(): Promise<void> {
  const stopWatching = watchLoop();
  await pause(20);
  const at = await service.change();
  await pause(20);
  say({ type: 'sent', at: String(at), ...stopWatching() });
}

/**
 * Turns the event loop as fast as it goes; answers its longest turn in milliseconds: by the clock, which also counts
 * the time in which the readers had the processor, and by the processor's own account of this thread.
 */
function watchLoop(): () => { readonly blockedMs: number; readonly blockedCpuMs: number } {
  let last = performance.now();
  let lastCpu = threadCpuMs();
  let blockedMs = 0;
  let blockedCpuMs = 0;
  let watching = true;
  function turn(): void {
    const now = performance.now();
    const cpu = threadCpuMs();
    blockedMs = Math.max(blockedMs, now - last);
    blockedCpuMs = Math.max(blockedCpuMs, cpu - lastCpu);
    last = now;
    lastCpu = cpu;
    if (watching) setImmediate(turn);
  }
  turn();
  return () => {
    watching = false;
    return { blockedMs, blockedCpuMs };
  };
}

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

process.on('message', (order: ServerOrder) => {
  switch (order) {
    case 'memory':
      globalThis.gc?.();
      globalThis.gc?.();
      say({ type: 'memory', rss: process.memoryUsage().rss });
      return;
    case 'change':
      void change();
      return;
    case 'stop':
      process.exit(0);
  }
});
say({ type: 'listening', port: service.port });
