import { join } from 'node:path';
import { report } from '../support/figures.ts';
import { load, type LoadOptions } from '../support/load.ts';
import { cpuSeconds, startDjToggle, startProgram, type MeasuredProgram } from '../support/programs.ts';

// Evaluations over HTTP by the whole program (default log, limits, metrics and headers), beside a bare Express 5 route that
// answers a constant of the same size: requests per second in turns, and processor time per request, which other work on
// the machine does not change.

const ROUNDS = 5;
/** V8 has compiled what is called often by then: with three, the first measured rounds still cost a third more. */
const WARM_UP_ROUNDS = 8;
/** Short, and with the bare route before and after: more evaluations from one address than 50,000 in 10 s are refused. */
const SECONDS = 1;
const TOKEN = 'admin-of-the-benchmark-0123456789';
const SDK_KEY = 'sdk-of-the-benchmark-0123456789ab';
const [SERVER_CORE, LOAD_CORE] = [0, 1];

const FLAG = 'progressive-rollout';
const CONTEXT = { targetingKey: 'alice', groups: ['staff'], country: 'NL' };

const REQUESTS: readonly (readonly [name: string, path: string, options: LoadOptions])[] = [
  [
    'GET /users/{user_id}/flags/{flag_name}',
    `/users/alice/flags/${FLAG}?groups=staff&country=NL`,
    { headers: { authorization: `Bearer ${TOKEN}` } },
  ],
  [
    'POST /ofrep/v1/evaluate/flags/{key}',
    `/ofrep/v1/evaluate/flags/${FLAG}`,
    { headers: { authorization: `Bearer ${SDK_KEY}` }, body: JSON.stringify({ context: CONTEXT }) },
  ],
];

interface Measured {
  readonly perSecond: number;
  readonly cpuMicros: number;
}

async function measure(program: MeasuredProgram, path: string, options: LoadOptions): Promise<Measured> {
  const before = cpuSeconds(program);
  const { perSecond, failed } = await load(program.url + path, {
    ...options,
    seconds: SECONDS,
    core: LOAD_CORE,
  });
  if (failed > 0) throw new Error(`${failed} requests of ${path} failed`);
  return { perSecond, cpuMicros: ((cpuSeconds(program) - before) / (perSecond * SECONDS)) * 1e6 };
}

const meanOf = (one: Measured, other: Measured): Measured => ({
  perSecond: (one.perSecond + other.perSecond) / 2,
  cpuMicros: (one.cpuMicros + other.cpuMicros) / 2,
});

for (const [name, path, options] of REQUESTS) {
  // A program of its own for each: the limit of evaluations counts by address, and would add up.
  const program = await startDjToggle({ core: SERVER_CORE, env: { ADMIN_TOKEN: TOKEN, SDK_KEY } });
  const { body, headers = {} } = options;
  const response = await fetch(program.url + path, {
    headers: { ...headers, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { method: 'POST', body }),
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${name}: ${response.status} ${text}`);
  const bare = await startProgram(join(import.meta.dirname, 'bare.ts'), {
    core: SERVER_CORE,
    env: { BODY: text },
  });
  const rounds: { readonly bare: Measured; readonly ours: Measured }[] = [];
  try {
    for (let round = 1; round <= WARM_UP_ROUNDS + ROUNDS; round += 1) {
      const before = await measure(bare, '/', options);
      const ours = await measure(program, path, options);
      const after = await measure(bare, '/', options);
      const measured = { bare: meanOf(before, after), ours };
      if (round > WARM_UP_ROUNDS) rounds.push(measured);
    }
  } finally {
    await Promise.all([program.stop(), bare.stop()]);
  }
  report({
    name: `${name}, of bare Express 5`,
    unit: 'ratio',
    values: rounds.map((round) => round.ours.perSecond / round.bare.perSecond),
    goal: { atLeast: 0.4 },
  });
  report({
    name: `${name}, processor time of bare Express 5 to ours`,
    unit: 'ratio',
    values: rounds.map((round) => round.bare.cpuMicros / round.ours.cpuMicros),
    goal: { atLeast: 0.4 },
  });
  report({
    name: `${name}, processor time`,
    unit: 'µs',
    values: rounds.map((round) => round.ours.cpuMicros),
  });
}
