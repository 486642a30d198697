/**
 * How fast flags are evaluated, beside the peers and a floor written by hand: `npm run bench:evaluation`.
 * Options: `--flags 1,1000,10000`, `--rounds 7`, `--ms 40` (one engine's share of a round), `--engine` and `--scenario`
 * (by their names, as often as wanted) to run only those.
 *
 * No two flags of a scenario are equal. Contexts are `reused` (made once for each listener) and `fresh` (made anew for
 * each call, in each engine's own shape).
 *
 * In each round every engine runs the same work in a new order; a ratio is taken round by round, so that a machine
 * whose speed drifts moves both sides of it. Printed: the median and, in brackets, the lowest and highest round.
 */
import { parseArgs } from 'node:util';
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
    rounds: { type: 'string', default: '7' },
    ms: { type: 'string', default: '40' },
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

const median = (list: readonly number[]): number =>
  list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN;

function ratio(of: Measured, to: Measured): string {
  const ratios = of.perRound.map((ns, round) => ns / (to.perRound[round] ?? Number.NaN));
  return `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})`;
}

function print(title: string, measured: readonly Measured[]): void {
  const ours = measured.find(({ name }) => name === djToggle.name);
  if (ours === undefined) throw new Error('our own engine was not measured');
  console.log(
    `\n${title}: DJ Toggle ${median(ours.perRound).toFixed(0)} ns; times our time, median (lowest–highest of ${rounds} rounds)`,
  );
  for (const other of measured) {
    if (other === ours) continue;
    console.log(
      `  ${other.name.padEnd(14)} ${median(other.perRound).toFixed(0).padStart(9)} ns   ${ratio(other, ours)}`,
    );
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
console.log(
  `Node ${process.version}; every engine gave the same answers before it was timed; a ratio above 1 is slower than DJ Toggle`,
);
for (const count of values.flags.split(',').map(Number)) {
  for (const scenario of SCENARIOS.filter((name) => values.scenario?.includes(name) ?? true)) {
    const loaded = await loadAll(scenario, count);
    const asked = count === 1 ? 'one listener' : `${LISTENERS.length} listeners in turn`;
    for (const mode of CONTEXT_MODES) {
      print(
        `${scenario}, ${count} flags, ${asked}, contexts ${mode}`,
        await measure(loaded, (engine, times) => nsPerCall(engine, times, count, mode)),
      );
    }
    if (count === 1000 && scenario === 'clause') {
      const able = loaded.filter(([, engine]) => engine.all !== undefined);
      print(`all ${count} flags for one listener`, await measure(able, nsPerAll));
    }
    for (const [, engine] of loaded) await engine.close?.();
  }
}
