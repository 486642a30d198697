import { expect } from 'vitest';
import { z } from 'zod';
import type { ReleaseFleet } from './release-fleet.ts';

export interface Freeze {
  readonly start: string;
  readonly end: string;
}

/** Four seconds, every 14 seconds. */
export const freezesFrom = (now: number): readonly Freeze[] =>
  Array.from({ length: 20 }, (_, index) => ({
    start: new Date(now + 2_000 + index * 14_000).toISOString(),
    end: new Date(now + 6_000 + index * 14_000).toISOString(),
  }));

export const isFrozen = (freezes: readonly Freeze[], at: number): boolean =>
  freezes.some(({ start, end }) => at >= Date.parse(start) && at < Date.parse(end));

/** Whether any freeze has a part in the time between two moments. */
export const wasFrozen = (freezes: readonly Freeze[], from: number, to: number): boolean =>
  freezes.some(({ start, end }) => Date.parse(start) < to && Date.parse(end) > from);

/** So many stages, from few listeners to all. */
const evenStages = (count: number, hold = '100ms') =>
  Array.from({ length: count }, (_, index) => ({
    share: Math.round(((index + 1) * 100_000) / count) / 1_000,
    hold,
  }));

const created = z.object({ id: z.string() });

export async function startRelease(
  fleet: ReleaseFleet,
  {
    flag,
    stages,
    hold,
    freeze = [],
  }: { flag: string; stages: number; hold?: string | undefined; freeze?: readonly Freeze[] },
): Promise<string> {
  const plan = { flag, from: 1, to: 0, stages: evenStages(stages, hold), freeze };
  return created.parse(await fleet.ask('/releases', plan)).id;
}

const releaseSchema = z.object({ state: z.string(), stage: z.number(), share: z.number() });
const flagSchema = z.object({ definition: z.looseObject({ fallthrough: z.unknown() }) });

/** What a release and its flag are in the end, and how they came there; where it had to wait does not count. */
export async function outcomeOf(fleet: ReleaseFleet, id: string, flag: string) {
  await expect
    .poll(() => fleet.ask(`/releases/${id}`), { timeout: 120_000, interval: 200 })
    .toMatchObject({ state: 'completed' });
  const decisions = (await fleet.decisions(id)).filter(({ action }) => action !== 'held');
  return {
    release: releaseSchema.parse(await fleet.get(`/releases/${id}`)),
    serves: flagSchema.parse(await fleet.get(`/flags/${flag}`)).definition.fallthrough,
    course: decisions.map(({ action, record }) => [action, record.after.stage, record.after.share]),
  };
}

export type Outcome = Awaited<ReturnType<typeof outcomeOf>>;
export type End = Pick<Outcome, 'release' | 'serves'>;

/** Where a release of so many stages ends that nothing disturbs. A shorter one on a flag of its own shows what is served then. */
export async function undisturbedEnd(fleet: ReleaseFleet, stages: number): Promise<End> {
  const flag = 'undisturbed';
  await fleet.ask('/flags', { flag_name: flag, status: true, rollout_percentage: 0 });
  const { release, serves } = await outcomeOf(fleet, await startRelease(fleet, { flag, stages: 2 }), flag);
  return { release: { ...release, stage: stages - 1 }, serves };
}

/** Each stage once, in order. */
export const wholeCourse = (count: number) => {
  const [first, ...others] = evenStages(count).map(({ share }) => Math.round(share * 1_000));
  return [
    ['started', 0, first],
    ...others.map((share, index) => ['advanced', index + 1, share]),
    ['completed', count - 1, 100_000],
  ];
};

const auditSchema = z.array(z.object({ author: z.object({ id: z.string() }) }));

/** How often the release changed the flag, as the audit log has it. */
export async function changesBy(fleet: ReleaseFleet, id: string): Promise<number> {
  const entries = auditSchema.parse(await fleet.get('/audit?limit=100'));
  return entries.filter(({ author }) => author.id === `release:${id}`).length;
}
