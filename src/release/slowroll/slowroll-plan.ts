import type { Flag } from '../../evaluation/model.ts';
import type { SlowrollEntry } from '../../shared/slowroll-document/entry.ts';
import type { GuardDocument, PlanDocument } from '../plan/plan-document.ts';
import { percentOf, WHOLE } from '../plan/share.ts';

/** What an entry of a slowroll document becomes. */
export interface SlowrollPlan {
  readonly flag: Flag;
  /** Undefined: its time is over, and the flag serves what it ended with. */
  readonly plan: PlanDocument | undefined;
}

/** The flag's variations: what is rolled out, and what everybody had. */
const NEW = 0;
const STABLE = 1;
/** Less is no ramp. */
const MIN_RAMP_MS = 1_000;

const weight = (share: number): number => Math.round(share * WHOLE);

/**
 * An entry as a flag and a release: the share rises in a line from `start_pct` to `end_pct`, early adopters are targets,
 * and a rollback releases `stable` again. Buckets are the flag's, so others are early in it than in slowroll.
 *
 * @param now epoch milliseconds: a rollout that is under way goes on with the share that it has
 */
export function slowrollPlan(
  key: string,
  { stable, next = stable, startTime, duration, startShare, endShare, earlyAdopters }: SlowrollEntry,
  now: number,
  guards: readonly GuardDocument[],
): SlowrollPlan {
  const startsAt = startTime / 1_000;
  const durationMs = duration / 1_000;
  const endsAt = startsAt + durationMs;
  const isFalling = endShare < startShare;
  const before = isFalling ? startShare : 0;
  const progress = durationMs === 0 ? 1 : Math.min(1, (now - startsAt) / durationMs);
  const isOver = now + MIN_RAMP_MS > endsAt;
  const share = now < startsAt ? before : isOver ? endShare : startShare + (endShare - startShare) * progress;
  const flag: Flag = {
    key,
    version: 1,
    on: true,
    variations: [next, stable],
    offVariation: STABLE,
    fallthrough: {
      rollout: {
        variations: [
          { variation: NEW, weight: weight(share) },
          { variation: STABLE, weight: WHOLE - weight(share) },
        ],
      },
    },
    ...(earlyAdopters.size === 0 ? {} : { targets: [{ variation: NEW, values: [...earlyAdopters] }] }),
    salt: key,
  };
  if (isOver) return { flag, plan: undefined };
  const [from, to] = isFalling ? [NEW, STABLE] : [STABLE, NEW];
  const percent = (ofNew: number): number => percentOf(isFalling ? WHOLE - weight(ofNew) : weight(ofNew));
  const first = percent(now < startsAt ? startShare : share);
  const last = percent(endShare);
  const rampMs = Math.round(endsAt - Math.max(now, startsAt));
  return {
    flag,
    plan: {
      flag: key,
      from,
      to,
      start: now < startsAt ? new Date(startsAt).toISOString() : 'now',
      ...(last > first && rampMs >= MIN_RAMP_MS
        ? { ramp: { duration: `${rampMs}ms`, startShare: first, endShare: last } }
        : { stages: [{ share: last, hold: '0s' }] }),
      guards: [...guards],
    },
  };
}
