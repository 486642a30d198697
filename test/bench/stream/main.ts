import { startChild, type Child } from './child.ts';
import { quantile, report } from '../support/figures.ts';
import type { ReaderMessage, ReaderOrder, ServerMessage, ServerOrder } from './messages.ts';

/**
 * One change to many open streams: ours beside a bare node:http loop that writes the same bytes, in turns.
 * `--streams N` (default 10,000), `--rounds N` (default 5), `--stalled N` (default 1,000).
 */
const option = (name: string, fallback: number): number => {
  const place = process.argv.indexOf(`--${name}`);
  return place === -1 ? fallback : Number(process.argv[place + 1]);
};
const STREAMS = option('streams', 10_000);
const ROUNDS = option('rounds', 5);
const STALLED = option('stalled', 1_000);
/** More than fit into a process on machines with a low limit of open files. */
const STREAMS_PER_READER = 5_000;
const SETTLE_MS = 1_500;

type Server = Child<ServerOrder, ServerMessage>;
type Reader = Child<ReaderOrder, ReaderMessage>;
type Kind = 'ours' | 'bare' | 'hub';

interface Round {
  readonly p50: number;
  readonly p99: number;
  /** The event loop's longest turn: by the clock, and the processor's time of it. */
  readonly blockedMs: number;
  readonly blockedCpuMs: number;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
async function startServer(kind: Kind, padding = 0): Promise<{ server: Server; port: number }> {
  const server: Server = startChild('server.ts', kind, String(padding));
  const { port } = await server.next('listening');
  return { server, port };
}

async function startReaders(port: number, streams: number, reading = true): Promise<readonly Reader[]> {
  const readers: Reader[] = [];
  for (let left = streams; left > 0; left -= STREAMS_PER_READER) {
    const reader: Reader = startChild('reader.ts');
    reader.send({ type: 'connect', port, streams: Math.min(left, STREAMS_PER_READER), reading });
    await reader.next('connected');
    readers.push(reader);
  }
  return readers;
}

async function memoryOf(server: Server): Promise<number> {
  server.send('memory');
  return (await server.next('memory')).rss;
}

async function change(server: Server, readers: readonly Reader[]): Promise<Round> {
  for (const reader of readers) reader.send({ type: 'arm' });
  await pause(100);
  server.send('change');
  const sent = await server.next('sent');
  await pause(SETTLE_MS);
  const delays: number[] = [];
  for (const reader of readers) {
    reader.send({ type: 'report', at: sent.at });
    const received = await reader.next('received');
    if (received.missing > 0) throw new Error(`${received.missing} streams did not hear of the change`);
    delays.push(...received.delays);
  }
  const { blockedMs, blockedCpuMs } = sent;
  return { p50: quantile(delays, 0.5), p99: quantile(delays, 0.99), blockedMs, blockedCpuMs };
}

interface Opened {
  readonly server: Server;
  readonly readers: readonly Reader[];
  readonly kibPerStream: number;
}

async function open(kind: Kind): Promise<Opened> {
  const { server, port } = await startServer(kind);
  const before = await memoryOf(server);
  const readers = await startReaders(port, STREAMS);
  await pause(SETTLE_MS);
  const kibPerStream = ((await memoryOf(server)) - before) / 1024 / STREAMS;
  console.log(`${STREAMS} streams are open (${kind})`);
  return { server, readers, kibPerStream };
}

const [bare, ours] = [await open('bare'), await open('ours')];
const rounds: { readonly bare: Round; readonly ours: Round }[] = [];
for (let round = 0; round <= ROUNDS; round += 1) {
  const changes = {
    bare: await change(bare.server, bare.readers),
    ours: await change(ours.server, ours.readers),
  };
  // The first round only warms up.
  if (round > 0) rounds.push(changes);
}
for (const { server, readers } of [bare, ours]) for (const child of [server, ...readers]) await child.stop();

const shown = STREAMS.toLocaleString('en');
for (const [name, figure] of [
  ['one change at half of', 'p50'],
  ['one change at 99 % of', 'p99'],
] as const) {
  report({
    name: `${name} ${shown} streams, times a bare node:http loop`,
    unit: 'ratio',
    values: rounds.map((round) => round.ours[figure] / round.bare[figure]),
  });
  report({ name: `${name} ${shown} streams`, unit: 'ms', values: rounds.map((round) => round.ours[figure]) });
}
for (const [who, of] of [
  ['', 'ours'],
  [', bare node:http loop', 'bare'],
] as const) {
  report({
    name: `longest turn of the event loop meanwhile, processor time${who}`,
    unit: 'ms',
    values: rounds.map((round) => round[of].blockedCpuMs),
  });
}
report({
  name: 'memory of a stream (SDK router alone), times a bare node:http loop',
  unit: 'ratio',
  values: [ours.kibPerStream / bare.kibPerStream],
  goal: { atMost: 1.2 },
});

/** Consumers that never read, beside as many that do. */
const CHANGE_BYTES = 20_000;
const CHANGES = 300;
const { server, port } = await startServer('hub', CHANGE_BYTES);
const healthy = await startReaders(port, STALLED);
/** The most memory while changes go out, in bytes. */
async function peakOfChanges(): Promise<number> {
  let peak = 0;
  for (let sent = 0; sent < CHANGES; sent += 1) {
    server.send('change');
    await server.next('sent');
    if (sent % 10 === 9) peak = Math.max(peak, await memoryOf(server));
  }
  return peak;
}
/** Milliseconds, of each round. */
async function p99s(): Promise<readonly number[]> {
  const rounds: number[] = [];
  while (rounds.length < ROUNDS) rounds.push((await change(server, healthy)).p99);
  return rounds;
}
// The same changes to those that read first, so that what the changes themselves cost is not put down to the others.
const before = await peakOfChanges();
const alone = await p99s();
const stalled = await startReaders(port, STALLED, false);
await pause(SETTLE_MS);
const peak = await peakOfChanges();
const beside = await p99s();
report({
  name: `${STALLED} consumers that never read, ${CHANGES} changes of ${CHANGE_BYTES} bytes: the process grew by at most`,
  unit: 'MiB',
  values: [(peak - before) / 2 ** 20],
});
report({
  name: `one change at 99 % of the ${STALLED} streams that read, beside as many that never do, times without those`,
  unit: 'ratio',
  values: beside.map((p99, round) => p99 / (alone[round] ?? Number.NaN)),
});
for (const child of [server, ...healthy, ...stalled]) await child.stop();
