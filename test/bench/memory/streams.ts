import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { SDK_KEY } from '../../support/sdk-app.ts';
import { residentMiB, startDjToggle, startProgram, type MeasuredProgram } from '../support/programs.ts';
import { startChild, type Child } from '../stream/child.ts';
import type { ReaderMessage, ReaderOrder } from '../stream/messages.ts';

/** More than fit into a process on machines with a low limit of open files. */
const STREAMS_PER_READER = 5_000;
/** The first fifth is not counted: it fills what the process has from its start and does not use. */
const WARM_UP_SHARE = 0.2;
const SETTLE_MS = 2_000;

// Only what is still used is counted, on both sides.
const OPTIONS = ['--expose-gc', '--import', join(import.meta.dirname, 'collect-on-signal.js')];

/** KiB of resident memory that each further stream adds. */
export interface StreamMemory {
  readonly ours: number;
  readonly bare: number;
}

/** Opens as many streams on the whole program, and then on a bare server that sends the same first bytes. */
export async function measureStreams(streams: number): Promise<StreamMemory> {
  const folder = mkdtempSync(join(tmpdir(), 'dj-toggle-bench-streams-'));
  const firstBytes = join(folder, 'first-bytes');
  try {
    const program = await startDjToggle({ env: { SDK_KEY }, nodeOptions: OPTIONS });
    writeFileSync(firstBytes, await firstBytesOf(program));
    const ours = await kibPerStream(program, streams);
    const bare = await startProgram(join(import.meta.dirname, 'bare-streams.ts'), {
      args: [firstBytes],
      nodeOptions: OPTIONS,
    });
    return { ours, bare: await kibPerStream(bare, streams) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function firstBytesOf({ url }: MeasuredProgram): Promise<Uint8Array> {
  const abort = new AbortController();
  const response = await fetch(`${url}/all`, { headers: { authorization: SDK_KEY }, signal: abort.signal });
  const { value } = (await response.body?.getReader().read()) ?? {};
  abort.abort();
  if (value === undefined) throw new Error(`the stream was ${response.status} and sent nothing`);
  return value;
}

async function kibPerStream(program: MeasuredProgram, streams: number): Promise<number> {
  const warmUp = Math.round(streams * WARM_UP_SHARE);
  const readers: Child<ReaderOrder, ReaderMessage>[] = [];
  const open = async (count: number): Promise<void> => {
    const reader: Child<ReaderOrder, ReaderMessage> = startChild('reader.ts');
    readers.push(reader);
    reader.send({ type: 'connect', port: Number(new URL(program.url).port), streams: count, reading: true });
    await reader.next('connected');
  };
  try {
    await open(warmUp);
    const before = await collectedMiB(program);
    for (let left = streams - warmUp; left > 0; left -= STREAMS_PER_READER)
      await open(Math.min(left, STREAMS_PER_READER));
    return (((await collectedMiB(program)) - before) * 1_024) / (streams - warmUp);
  } finally {
    for (const reader of readers) await reader.stop();
    await program.stop();
  }
}

async function collectedMiB(program: MeasuredProgram): Promise<number> {
  await wait(SETTLE_MS);
  program.child.kill('SIGUSR2');
  await wait(SETTLE_MS);
  return residentMiB(program);
}
