/**
 * Whether the time of a refusal tells how near a guessed key was: `npm run bench:keys`. Option: `--calls 25000` of each kind.
 *
 * Keys that differ from a real one in their last character, in their first random one, or everywhere are refused in turn,
 * so that a machine whose speed drifts moves all of them. A ratio of medians that leaves 0.97–1.03 in every round would be
 * an oracle.
 */
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { generateKey } from '../../../src/access/key-format.ts';
import { createKeys } from '../../../src/access/keys.ts';
import { openDatabase } from '../../../src/store/sql/database.ts';
import { median, report } from '../support/figures.ts';

const ROUNDS = 5;
const OTHER_KEYS = 1_000;
const AUTHOR = { id: 'bench', via: 'test' } as const;

const { values } = parseArgs({ options: { calls: { type: 'string', default: '25000' } } });
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
  return times;
}

await round();
const rounds: Record<Guess, number[]>[] = [];
for (let i = 0; i < ROUNDS; i += 1) rounds.push(await round());
for (const name of ['first wrong', 'last wrong'] as const) {
  report({
    name: `refusing a key that nearly fits (${name}), times one that does not fit at all`,
    unit: 'ratio',
    values: rounds.map((times) => median(times[name]) / median(times['far miss'])),
  });
}
report({
  name: `refusing a key among ${OTHER_KEYS + 1}`,
  unit: 'µs',
  values: rounds.map((times) => median(times['far miss']) / 1_000),
});
await keys.close();
await database.close();
