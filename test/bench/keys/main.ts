/**
 * Whether the time of a refusal tells how near a guessed key was: `npm run bench:keys`. Option: `--calls 100000`.
 *
 * Keys that differ from a real one in their last character, in their first random one, or everywhere are refused in turn,
 * so that a machine whose speed drifts moves all of them. Printed: medians, quartiles, and each median's ratio to the far
 * miss with the spread of ten rounds. A ratio that leaves 0.97–1.03 in every round would be an oracle.
 */
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { generateKey } from '../../../src/access/key-format.ts';
import { createKeys } from '../../../src/access/keys.ts';
import { openDatabase } from '../../../src/store/sql/database.ts';

const ROUNDS = 10;
const OTHER_KEYS = 1_000;
const AUTHOR = { id: 'bench', via: 'test' } as const;

const { values } = parseArgs({ options: { calls: { type: 'string', default: '100000' } } });
const callsPerRound = Math.ceil(Number(values.calls) / ROUNDS);

const database = await openDatabase({ kind: 'sqlite', file: ':memory:' });
const keys = await createKeys({ database, now: Date.now, random: randomBytes, pollMs: null });
const scope = { kind: 'admin', role: 'admin' } as const;
const { plain } = await keys.create(AUTHOR, scope, 'the real one');
for (let i = 0; i < OTHER_KEYS; i += 1) await keys.create(AUTHOR, scope, `another ${i}`);

const DIGITS = Array.from({ length: 16 }, (_, digit) => digit.toString(16));
/** The real key with every other digit at one place: fifteen guesses. */
const wrongAt = (place: number): readonly string[] =>
  DIGITS.filter((digit) => digit !== plain[place]).map(
    (digit) => plain.slice(0, place) + digit + plain.slice(place + 1),
  );
// As many of each: how often one guess comes again shows in the caches of the machine, whatever is compared.
const guesses = {
  'far miss': Array.from({ length: DIGITS.length - 1 }, () => generateKey('admin', randomBytes)),
  'first wrong': wrongAt('djt_adm_'.length),
  'last wrong': wrongAt(plain.length - 1),
} as const;
type Guess = keyof typeof guesses;
const names = Object.keys(guesses).filter((name): name is Guess => name in guesses);

const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;

async function timeOf(presented: string): Promise<number> {
  const start = process.hrtime.bigint();
  const { outcome } = await keys.verify(presented);
  const ns = Number(process.hrtime.bigint() - start);
  if (outcome !== 'invalid') throw new Error(`a guess was ${outcome}`);
  return ns;
}

/** A string of its own, whole in memory: how it was put together must not show in the time of its refusal. */
const flat = (text: string): string => Buffer.from(text, 'latin1').toString('latin1');

async function round(): Promise<Record<Guess, number[]>> {
  const times: Record<Guess, number[]> = { 'far miss': [], 'first wrong': [], 'last wrong': [] };
  const prepared: Record<Guess, string[]> = { 'far miss': [], 'first wrong': [], 'last wrong': [] };
  for (let call = 0; call < callsPerRound; call += 1) {
    for (const name of names) prepared[name].push(flat(guesses[name][call % guesses[name].length] ?? ''));
  }
  for (let call = 0; call < callsPerRound; call += 1) {
    // Rotated, so that none is always the one after a pause.
    for (let turn = 0; turn < names.length; turn += 1) {
      const name = names[(call + turn) % names.length] ?? 'far miss';
      times[name].push(await timeOf(prepared[name][call] ?? ''));
    }
  }
  for (const name of names) times[name].sort((a, b) => a - b);
  return times;
}

await round();
const rounds: Record<Guess, number[]>[] = [];
for (let i = 0; i < ROUNDS; i += 1) rounds.push(await round());

console.log(`${callsPerRound * ROUNDS} refusals of each kind among ${OTHER_KEYS + 1} keys\n`);
console.log(
  'guess          median µs   quartiles µs      median against the far miss (rounds: lowest–highest)',
);
for (const name of names) {
  const all = rounds.flatMap((times) => times[name]).toSorted((a, b) => a - b);
  const ratios = rounds
    .map((times) => quantile(times[name], 0.5) / quantile(times['far miss'], 0.5))
    .toSorted((a, b) => a - b);
  const us = (share: number): string => (quantile(all, share) / 1000).toFixed(2);
  console.log(
    `${name.padEnd(15)}${us(0.5).padStart(8)}   ${`${us(0.25)}–${us(0.75)}`.padStart(14)}      ` +
      `${quantile(ratios, 0.5).toFixed(3)} (${(ratios[0] ?? 0).toFixed(3)}–${(ratios.at(-1) ?? 0).toFixed(3)})`,
  );
}
await keys.close();
await database.close();
