import { availableParallelism } from 'node:os';
import { startChild, type Child } from './child.ts';
import type { ReaderMessage, ReaderOrder, ServerMessage, ServerOrder } from './messages.ts';

/**
 * One change to many open streams: ours beside a bare node:http loop that writes the same bytes, in turns.
 * `--streams N` (default 10,000), `--rounds N` (default 7), `--stalled N` (default 1,000).
 */
const option = (name: string, fallback: number): number => {
  const place = process.argv.indexOf(`--${name}`);
  return place === -1 ? fallback : Number(process.argv[place + 1]);
};
const STREAMS = option('streams', 10_000);
const ROUNDS = option('rounds', 7);
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
  readonly max: number;
  /** The event loop's longest turn: by the clock, and the processor's time of it. */
  readonly blockedMs: number;
  readonly blockedCpuMs: number;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
const median = (values: readonly number[]): number =>
  at(
    values.toSorted((a, b) => a - b),
    0.5,
  );
const spread = (values: readonly number[], digits = 1): string =>
  `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)})`;

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
    const report = await reader.next('received');
    if (report.missing > 0) throw new Error(`${report.missing} streams did not hear of the change`);
    delays.push(...report.delays);
  }
  delays.sort((a, b) => a - b);
  const { blockedMs, blockedCpuMs } = sent;
  return { p50: at(delays, 0.5), p99: at(delays, 0.99), max: delays.at(-1) ?? 0, blockedMs, blockedCpuMs };
}

async function measure(
  kind: Kind,
): Promise<{ readonly rounds: readonly Round[]; readonly kibPerStream: number }> {
  const { server, port } = await startServer(kind);
  const before = await memoryOf(server);
  const readers = await startReaders(port, STREAMS);
  await pause(SETTLE_MS);
  const kibPerStream = ((await memoryOf(server)) - before) / 1024 / STREAMS;
  await change(server, readers);
  const rounds: Round[] = [];
  while (rounds.length < ROUNDS) rounds.push(await change(server, readers));
  for (const child of [server, ...readers]) await child.stop();
  return { rounds, kibPerStream };
}

console.log(
  `${STREAMS} open streams, one change, ${ROUNDS} rounds; ${availableParallelism()} cores shared with the readers`,
);
console.log('milliseconds from the change to the last byte at the reader: median of the rounds (min–max)\n');
const measured = { bare: await measure('bare'), ours: await measure('ours') };
for (const [kind, { rounds, kibPerStream }] of Object.entries(measured)) {
  const of = (name: keyof Round): readonly number[] => rounds.map((round) => round[name]);
  console.log(
    `${kind.padEnd(5)} p50 ${spread(of('p50'))}  p99 ${spread(of('p99'))}  max ${spread(of('max'))}  loop blocked ${spread(of('blockedMs'))}, of processor time ${spread(of('blockedCpuMs'))}  ${kibPerStream.toFixed(1)} KiB a stream`,
  );
}
const ratio = (name: keyof Round): string =>
  (
    median(measured.ours.rounds.map((round) => round[name])) /
    median(measured.bare.rounds.map((round) => round[name]))
  ).toFixed(2);
console.log(
  `ours / bare: p50 ${ratio('p50')}  p99 ${ratio('p99')}  max ${ratio('max')}  loop blocked ${ratio('blockedMs')}\n`,
);

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
// The same changes to those that read first, so that what the changes themselves cost is not put down to the others.
const before = await peakOfChanges();
const alone = await change(server, healthy);
const stalled = await startReaders(port, STALLED, false);
await pause(SETTLE_MS);
const peak = await peakOfChanges();
const beside = await change(server, healthy);
console.log(
  `${STALLED} consumers that never read, ${CHANGES} changes of ${CHANGE_BYTES} bytes: the process grew by ${((peak - before) / 2 ** 20).toFixed(1)} MiB at most`,
);
console.log(
  `the ${STALLED} that read: p99 ${alone.p99.toFixed(1)} ms alone, ${beside.p99.toFixed(1)} ms after them`,
);
for (const child of [server, ...healthy, ...stalled]) await child.stop();
