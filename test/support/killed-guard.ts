import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'vitest';
import { z } from 'zod';
import { launchDarklyBucket } from '../../src/evaluation/bucketing/launchdarkly.ts';
import { shortOrLong } from './fault-rounds.ts';
import type { ReleaseFleet } from './release-fleet.ts';
import { requestJson } from './request-json.ts';

export const GUARD_KILLS = shortOrLong(1, 5);
export const SDK_KEY = 'sdk-of-the-test-suite-0123456789';
const FLAG = 'guarded';
const SHARE = 50;
/** In each payload; the first alone is more than the guard needs. */
const LISTENERS = 100;

const flagSchema = z.object({ version: z.number(), definition: z.object({ salt: z.string() }) });
const created = z.object({ id: z.string() });
const guarded = z.object({
  state: z.string(),
  share: z.number(),
  guards: z.tuple([
    z.object({
      listeners: z.number(),
      control_listeners: z.number(),
      treatment_events: z.number(),
      control_events: z.number(),
    }),
  ]),
});

/** A guarded release with an SDK that reports who was served what, and sends a payload until it is acknowledged. */
async function startGuarded(fleet: ReleaseFleet) {
  await fleet.ask('/flags', { flag_name: FLAG, status: true, rollout_percentage: 0 });
  const plan = {
    flag: FLAG,
    from: 1,
    to: 0,
    stages: [{ share: SHARE, hold: '1h' }],
    guards: [{ metric: 'playlist-error' }],
  };
  const { id } = created.parse(await fleet.ask('/releases', plan));
  const state = async () => guarded.parse(await fleet.get(`/releases/${id}`));
  await expect.poll(async () => (await state()).state, { timeout: 20_000 }).toBe('running');
  const { version, definition } = flagSchema.parse(await fleet.get(`/flags/${FLAG}`));

  const isTreated = (user: string): boolean => launchDarklyBucket(FLAG, definition.salt, user) < SHARE / 100;
  const usersOf = (payload: number): readonly string[] =>
    Array.from({ length: LISTENERS }, (_, index) => `user-${payload}-${index}`);

  /** @param fails which listeners get an error */
  const report = async (
    payload: number,
    fails: (user: string, index: number, isTreated: boolean) => boolean,
  ): Promise<void> => {
    const creationDate = Date.now();
    const events = usersOf(payload).flatMap((user, index) => {
      const context = { kind: 'user', key: user };
      const variation = isTreated(user) ? 0 : 1;
      const reason = { kind: 'FALLTHROUGH' };
      const served = { kind: 'feature', creationDate, key: FLAG, version, variation, reason, context };
      return [
        { ...served, value: variation === 0, default: false },
        ...(fails(user, index, isTreated(user))
          ? [{ kind: 'custom', creationDate, key: 'playlist-error', context }]
          : []),
      ];
    });
    await untilAnswered(() => sendPayload(fleet, `${FLAG}-${payload}`, events));
  };
  return { id, state, report, isTreated, usersOf };
}

async function untilAnswered<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await wait(50);
  }
}

async function sendPayload(
  fleet: ReleaseFleet,
  id: string,
  events: readonly object[],
): Promise<true | undefined> {
  const url = fleet.urls()[0] ?? '';
  const response = await requestJson(`${url}/bulk`, {
    headers: {
      authorization: SDK_KEY,
      'x-launchdarkly-event-schema': '4',
      'x-launchdarkly-payload-id': id,
    },
    body: events,
  });
  return response?.status === 202 ? true : undefined;
}

async function killInTurn(fleet: ReleaseFleet, kills: number): Promise<void> {
  for (let kill = 0; kill < kills; kill += 1) {
    await wait(200 + Math.random() * 600);
    const victim = kill % fleet.urls().length;
    await fleet.kill(victim);
    await fleet.start(victim);
  }
}

/**
 * Kills every instance in turn while listeners come in, then while the new version harms them, then after the rollback.
 */
export async function killGuard(fleet: ReleaseFleet) {
  const { id, state, report, isTreated, usersOf } = await startGuarded(fleet);
  let payloads = 0;
  const storm = async (
    fails: Parameters<typeof report>[1],
    isOver: () => Promise<boolean> = async () => false,
  ): Promise<void> => {
    const calm = new AbortController();
    const killing = killInTurn(fleet, GUARD_KILLS).finally(() => calm.abort());
    while (!calm.signal.aborted && !(await isOver())) {
      await report(payloads, fails);
      payloads += 1;
    }
    await killing;
  };

  // Of all listeners one in 20 fails in both versions.
  const harmless = (_: string, index: number): boolean => index % 20 === 0;
  await storm(harmless);
  const users = Array.from({ length: payloads }, (_, payload) => usersOf(payload)).flat();
  const failed = users.filter((_, index) => index % 20 === 0);
  const treated = (of: readonly string[]): number => of.filter(isTreated).length;
  const expected = {
    listeners: treated(users),
    control_listeners: users.length - treated(users),
    treatment_events: treated(failed),
    control_events: failed.length - treated(failed),
  };
  const counted = (await state()).guards[0];

  const isRolledBack = async (): Promise<boolean> => (await state()).state === 'rolled-back';
  await storm((_, index, isHarmed) => isHarmed || index % 20 === 0, isRolledBack);
  await expect.poll(isRolledBack, { timeout: 20_000 }).toBe(true);

  const decisions = await fleet.get(`/releases/${id}/decisions`);
  // The new version is well again.
  await storm(harmless);
  return {
    expected,
    counted,
    decisions,
    decisionsLater: await fleet.get(`/releases/${id}/decisions`),
    releaseLater: await state(),
    flagLater: await fleet.get(`/flags/${FLAG}`),
  };
}
