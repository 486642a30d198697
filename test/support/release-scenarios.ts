import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { sendCrowd } from './release-crowd.ts';
import { requestJson } from './request-json.ts';

const FLAG = 'progressive-rollout';
const PER_SECOND = 50;
const SHARE = 25;
const GIVE_UP_MS = 60_000;
const ANSWER_MS = 10_000;
const ASKED_AT_MOST = 5;
/** The guards' own default. */
export const MINIMUM_LISTENERS = 30;

/** As `PUT /demo/faults` takes them. */
interface Faults {
  readonly errorRate?: number;
  readonly latencyMs?: number;
  readonly control?: { readonly errorRate?: number; readonly latencyMs?: number };
}

export interface Scenario {
  readonly name: string;
  /** What both versions have. */
  readonly base: Faults;
  /** What the new version has from some moment on. */
  readonly fault: Faults;
  /** `running`: the guards have seen the listeners that a verdict needs. */
  readonly breaks: 'running' | 'from the start';
  readonly guards: readonly string[];
  /** The one that is to trip. */
  readonly trips: string;
  /** From the fault to the last listener back, in seconds. */
  readonly goal?: number;
}

const errors = { errorRate: 0.01, control: { errorRate: 0.01 } };
const slow = (latencyMs: number) => ({ latencyMs, control: { latencyMs } });
const SITE_GUARDS = ['playlist-error', 'page-duration'];

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'every page fails',
    base: errors,
    fault: { ...errors, errorRate: 1 },
    breaks: 'running',
    guards: SITE_GUARDS,
    trips: 'playlist-error',
    goal: 3,
  },
  {
    name: 'every page fails from the start',
    base: errors,
    fault: { ...errors, errorRate: 1 },
    breaks: 'from the start',
    guards: SITE_GUARDS,
    trips: 'playlist-error',
  },
  {
    // The goal is that of a guard alone, which may use all of alpha: 4.9 s of listeners at the median, by simulation.
    name: 'errors rise from 1 to 10 %',
    base: errors,
    fault: { ...errors, errorRate: 0.1 },
    breaks: 'running',
    guards: ['playlist-error'],
    trips: 'playlist-error',
    goal: 8,
  },
  {
    name: 'pages take 600 ms instead of 300 ms, share over 500 ms',
    base: slow(300),
    fault: { ...slow(300), latencyMs: 600 },
    breaks: 'running',
    guards: SITE_GUARDS,
    trips: 'page-duration',
    goal: 10,
  },
  {
    name: 'pages take 300 ms instead of 150 ms, shift of the values',
    base: slow(150),
    fault: { ...slow(150), latencyMs: 300 },
    breaks: 'running',
    guards: [...SITE_GUARDS, 'page-duration-shift'],
    trips: 'page-duration-shift',
    goal: 10,
  },
];

const releaseSchema = z.object({
  id: z.string(),
  state: z.string(),
  sentence: z.string(),
  guards: z.array(z.object({ metric: z.string(), listeners: z.number(), sentence: z.string() })),
});
const decisionsSchema = z.array(
  z.object({
    at: z.string().transform((text) => Date.parse(text)),
    action: z.string(),
    sentence: z.string(),
    record: z.object({
      judgements: z
        .array(z.object({ metric: z.string(), verdict: z.string(), listeners: z.number() }))
        .nullable(),
    }),
  }),
);

/** What became of a release under a crowd of 50 new listeners a second; times by the wall clock, as decisions have it. */
export interface ScenarioResult {
  /** From the fault to the last listener back on the top 10; undefined: not all of them came back. */
  readonly seconds: number | undefined;
  readonly release: z.output<typeof releaseSchema>;
  readonly decisions: z.output<typeof decisionsSchema>;
  /** From the fault to the last decision, in seconds. */
  readonly secondsToVerdict: number;
  /** New listeners a second, as they came. */
  readonly perSecond: number;
  /** Of them the part whose first page showed the new version, until the decision. */
  readonly shareOnNew: number;
  readonly failedPages: number;
}

export interface ScenarioRunner {
  /** Breaks the new version, and waits until every listener is back on the old one. */
  readonly breakdown: (scenario: Scenario) => Promise<ScenarioResult>;
  /** The same without a fault, in stages to the end: both versions fail alike. */
  readonly healthy: (shares: readonly number[], hold: string) => Promise<ScenarioResult>;
}

/** The program must run with `AUTH=off`, which brings the demo's switches. */
export function scenarioRunner(url: string): ScenarioRunner {
  let runs = 0;
  /** Sends GET and PUT again where the program is too busy to answer; a POST would do it twice. */
  const call = async (method: 'GET' | 'POST' | 'PUT', path: string, body?: object): Promise<unknown> => {
    const asked = { ...(method === 'PUT' ? { method } : {}), body, timeoutMs: ANSWER_MS };
    for (let left = method === 'POST' ? 1 : ASKED_AT_MOST; left > 0; left -= 1) {
      const answer = await requestJson(`${url}${path}`, asked);
      if (answer !== undefined && answer.status < 300) return answer.body;
      if (left === 1 || (answer !== undefined && answer.status !== 503))
        throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
      await wait(500);
    }
    return undefined;
  };
  const releaseOf = async (id: string) => releaseSchema.parse(await call('GET', `/releases/${id}`));
  const within = async (
    milliseconds: number,
    id: string,
    isSo: (release: z.output<typeof releaseSchema>) => boolean,
  ): Promise<boolean> => {
    const givenUpAt = performance.now() + milliseconds;
    while (!isSo(await releaseOf(id))) {
      if (performance.now() > givenUpAt) return false;
      await wait(50);
    }
    return true;
  };
  const resultOf = async (
    id: string,
    crowd: ReturnType<typeof sendCrowd>,
    began: number,
    shareOnNew: number,
  ) => {
    const decisions = decisionsSchema.parse(await call('GET', `/releases/${id}/decisions`));
    return {
      release: await releaseOf(id),
      decisions,
      secondsToVerdict: ((decisions.at(-1)?.at ?? Number.NaN) - began) / 1_000,
      perSecond: crowd.perSecond(),
      shareOnNew,
      failedPages: crowd.failed(),
    };
  };
  const start = async (
    stages: readonly object[],
    guards: readonly string[],
  ): Promise<{ readonly id: string; readonly crowd: ReturnType<typeof sendCrowd> }> => {
    runs += 1;
    const plan = { flag: FLAG, from: 1, to: 0, stages, guards: guards.map((metric) => ({ metric })) };
    const { id } = releaseSchema.parse(await call('POST', '/releases', plan));
    await within(GIVE_UP_MS, id, ({ state }) => state === 'running');
    return { id, crowd: sendCrowd({ url, perSecond: PER_SECOND, name: `run-${runs}` }) };
  };

  return {
    breakdown: async ({ base, fault, breaks, guards }: Scenario): Promise<ScenarioResult> => {
      await call('PUT', '/demo/faults', base);
      if (guards.includes('page-duration-shift')) await history(call);
      const { id, crowd } = await start([{ share: SHARE, hold: '1h' }], guards);
      try {
        if (breaks === 'running')
          await within(GIVE_UP_MS, id, (release) =>
            release.guards.every(({ listeners }) => listeners >= MINIMUM_LISTENERS),
          );
        const before = await releaseOf(id);
        if (before.state !== 'running') throw new Error(`it ended before the fault: ${before.sentence}`);
        const began = Date.now();
        await call('PUT', '/demo/faults', fault);
        const isOver = await within(GIVE_UP_MS, id, ({ state }) => state !== 'running');
        const shareOnNew = crowd.cameToNewVersion() / crowd.size();
        const back = isOver ? await crowd.lastBack() : undefined;
        const seconds = back === undefined ? undefined : (back - began) / 1_000;
        return { ...(await resultOf(id, crowd, began, shareOnNew)), seconds };
      } finally {
        await crowd.stop();
      }
    },

    healthy: async (shares, hold): Promise<ScenarioResult> => {
      await call('PUT', '/demo/faults', errors);
      const began = Date.now();
      const { id, crowd } = await start(
        shares.map((share) => ({ share, hold })),
        SITE_GUARDS,
      );
      try {
        await within(GIVE_UP_MS, id, ({ state }) => !['running', 'holding'].includes(state));
        const seconds = (Date.now() - began) / 1_000;
        return { ...(await resultOf(id, crowd, began, crowd.cameToNewVersion() / crowd.size())), seconds };
      } finally {
        await crowd.stop();
        await call('PUT', `/flags/${FLAG}`, { rollout_percentage: 0 });
      }
    },
  };
}

/** What a shift is measured by comes from pages before the release. */
async function history(call: (method: 'GET', path: string) => Promise<unknown>): Promise<void> {
  await Promise.all(
    Array.from({ length: 120 }, (_, index) => call('GET', `/api/playlist?user=before-${index}`)),
  );
}
