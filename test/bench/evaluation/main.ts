/**
 * How fast flags are evaluated, beside the peers and a floor written by hand: `npm run bench:evaluation`.
 * Options: `--flags 1,1000,10000`, `--rounds 5`, `--ms 30` (one engine's share of a round), `--engine` and `--scenario`
 * (by their names, as often as wanted) to run only those.
 *
 * No two flags of a scenario are equal. Contexts are `reused` (made once for each listener) and `fresh` (made anew for
 * each call, in each engine's own shape).
 *
 * In each round every engine runs the same work in a new order; a ratio is taken round by round, so that a machine
 * whose speed drifts moves both sides of it.
 */
import { parseArgs } from 'node:util';
import { report } from '../support/figures.ts';
import { CONTEXT_MODES, type ContextMode, type Engine, type Loaded } from './engine.ts';
import { checkFloorHash, floor } from './floor.ts';
import { configCat } from './peers/configcat.ts';
import { djToggle } from './peers/dj-toggle.ts';
import { featurevisor } from './peers/featurevisor.ts';
import { flagd, flagdDisabled } from './peers/flagd.ts';
import { growthBook } from './peers/growthbook.ts';
import { launchDarkly } from './peers/launchdarkly.ts';
import { unleash } from './peers/unleash.ts';
import { LISTENERS, SCENARIOS, expected, rolloutPercent, type Scenario } from './scenarios.ts';

const PEERS: readonly Engine[] = [
  floor,
  launchDarkly,
  flagd,
  flagdDisabled,
  configCat,
  growthBook,
  featurevisor,
  unleash,
];

const { values } = parseArgs({
  options: {
    flags: { type: 'string', default: '1,1000,10000' },
    rounds: { type: 'string', default: '5' },
    ms: { type: 'string', default: '30' },
    engine: { type: 'string', multiple: true },
    scenario: { type: 'string', multiple: true },
  },
});
const rounds = Number(values.rounds);
const batchNs = Number(values.ms) * 1e6;

function isAsked({ name, scenarios }: Engine, scenario: Scenario): boolean {
  return (scenarios?.includes(scenario) ?? true) && (values.engine?.includes(name) ?? true);
}

/** Every engine must give the same answers, or the comparison is of different work. */
async function checkAnswers(name: string, scenario: Scenario, count: number, { ask }: Loaded): Promise<void> {
  for (const flag of new Set([0, 7 % count, count - 1])) {
    let trues = 0;
    for (const [index, listener] of LISTENERS.entries()) {
      const got = await ask(flag, index);
      if (got) trues += 1;
      const wanted = expected(scenario, flag, listener);
      if (wanted !== undefined && got !== wanted)
        throw new Error(
          `${name}, ${scenario}, flag ${flag}, ${listener.key}: expected ${wanted}, got ${got}`,
        );
    }
    const share = (100 * trues) / LISTENERS.length;
    const wantedShare = rolloutPercent(flag);
    if (scenario === 'rollout' && Math.abs(share - wantedShare) > 6) {
      throw new Error(`${name}: a rollout to ${wantedShare} % reached ${share} %`);
    }
  }
}

/** Processor time of this thread, so that other programs on the machine count only as far as they disturb the caches. */
const cpuNs = (since?: NodeJS.CpuUsage): number => {
  const { user, system } = process.threadCpuUsage(since);
  return (user + system) * 1000;
};

async function nsPerCall(loaded: Loaded, calls: number, flags: number, mode: ContextMode): Promise<number> {
  const start = process.threadCpuUsage();
  await loaded.run(calls, flags, flags === 1 ? 1 : LISTENERS.length, mode);
  return cpuNs(start) / calls;
}

async function nsPerAll(loaded: Loaded, times: number): Promise<number> {
  const start = process.threadCpuUsage();
  for (let index = 0; index < times; index += 1) await loaded.all?.(index % LISTENERS.length);
  return cpuNs(start) / times;
}

interface Measured {
  readonly name: string;
  readonly perRound: readonly number[];
}

/** Warms every engine up, finds how many calls fill its share of a round, and then runs all of them in turn. */
async function measure(
  loaded: readonly (readonly [string, Loaded])[],
  once: (loaded: Loaded, times: number) => Promise<number>,
): Promise<readonly Measured[]> {
  const plans = [];
  for (const [name, engine] of loaded) {
    let times = 1;
    let ns = await once(engine, times);
    while (ns * times < batchNs) {
      times = Math.max(times * 2, Math.min(times * 16, Math.floor(batchNs / ns)));
      ns = await once(engine, times);
    }
    plans.push({ name, engine, times, perRound: new Array<number>() });
  }
  for (let round = 0; round < rounds; round += 1) {
    const shift = round % plans.length;
    for (const plan of [...plans.slice(shift), ...plans.slice(0, shift)])
      plan.perRound.push(await once(plan.engine, plan.times));
  }
  return plans;
}

/** At 10,000 flags: at most one and a half times the floor's time, and less than each peer's. */
const MAX_FLAGS = 10_000;

/** Our own time, that time as a multiple of the floor's, and each peer's as a multiple of ours. */
function reportRow(name: string, measured: readonly Measured[], count: number): void {
  const ours = measured.find((each) => each.name === djToggle.name);
  if (ours === undefined) throw new Error('our own engine was not measured');
  const times = (of: Measured, to: Measured): readonly number[] =>
    of.perRound.map((ns, round) => ns / (to.perRound[round] ?? Number.NaN));
  const isPromised = count === MAX_FLAGS;
  report({ name, column: 'DJ Toggle', unit: 'ns', values: ours.perRound });
  for (const other of measured) {
    if (other === ours) continue;
    const isFloor = other.name === floor.name;
    const goal = isFloor ? { atMost: 1.5 } : { atLeast: 1 };
    report({
      name,
      column: isFloor ? 'ours, times the floor' : `${other.name}, times ours`,
      unit: 'ratio',
      values: isFloor ? times(ours, other) : times(other, ours),
      ...(isPromised && { goal }),
    });
  }
}

async function loadAll(scenario: Scenario, count: number): Promise<readonly (readonly [string, Loaded])[]> {
  const loaded: (readonly [string, Loaded])[] = [];
  for (const engine of [djToggle, ...PEERS.filter((peer) => isAsked(peer, scenario))]) {
    const one = await engine.load(scenario, count);
    await checkAnswers(engine.name, scenario, count, one);
    loaded.push([engine.name, one]);
  }
  return loaded;
}

checkFloorHash();
for (const count of values.flags.split(',').map(Number)) {
  const flags = count === 1 ? '1 flag' : `${count.toLocaleString('en')} flags`;
  for (const scenario of SCENARIOS.filter((name) => values.scenario?.includes(name) ?? true)) {
    const loaded = await loadAll(scenario, count);
    for (const mode of CONTEXT_MODES) {
      const measured = await measure(loaded, (engine, times) => nsPerCall(engine, times, count, mode));
      reportRow(`${flags}, contexts ${mode}: ${scenario}`, measured, count);
    }
    if (count === 1000 && scenario === 'clause') {
      const able = loaded.filter(([, engine]) => engine.all !== undefined);
      reportRow(`all ${flags} for one listener`, await measure(able, nsPerAll), count);
    }
    for (const [, engine] of loaded) await engine.close?.();
  }
}
