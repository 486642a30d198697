import { describe, expect, test } from 'vitest';
import { createEvaluator } from '../../src/library/evaluation/index.ts';
import type { Flag } from '../../src/evaluation/model.ts';
import { createEmitter } from '../../src/shared/emitter.ts';
import { createLocalFlagClient, type FlagSnapshots } from '../../src/flags/local-flag-client.ts';
import { withoutWaiting } from '../support/without-waiting.ts';
import { betaTester, passerBy, progressiveRollout } from '../support/progressive-rollout.ts';

/** Snapshots as the embedded service makes them: replaced as a whole, and then announced. */
function snapshotsWith(flag: Flag): FlagSnapshots & { put(flag: Flag): void } {
  const changes = createEmitter<readonly string[]>((error) => {
    throw error;
  });
  let flags = { [flag.key]: flag };
  let evaluator = createEvaluator({ flags, segments: {} });
  return {
    current: () => ({ evaluator, flagKeys: () => Object.keys(flags) }),
    onChange: (listener) => changes.subscribe(listener),
    put(next) {
      flags = { ...flags, [next.key]: next };
      evaluator = createEvaluator({ flags, segments: {} });
      changes.emit([next.key]);
    },
  };
}

describe('the local flag client', () => {
  test('answers at once from the snapshot, and says that it was itself', async () => {
    const client = createLocalFlagClient({ snapshots: snapshotsWith(progressiveRollout()) });
    expect(await withoutWaiting(client.variationDetail('progressive-rollout', betaTester, false))).toEqual({
      value: true,
      variationIndex: 1,
      reason: { kind: 'RULE_MATCH', ruleIndex: 0, ruleId: 'beta-testers' },
      source: 'local',
    });
    expect(await client.variationDetail('progressive-rollout', passerBy, true)).toMatchObject({
      value: false,
      reason: { kind: 'FALLTHROUGH' },
    });
    expect(client.status()).toEqual({
      source: 'local',
      detail: 'Flags come from the embedded flag service.',
    });
    expect(client.flagKeys()).toEqual(['progressive-rollout']);
  });

  test('does not know a flag that is not there, and gives the default', async () => {
    const client = createLocalFlagClient({ snapshots: snapshotsWith(progressiveRollout()) });
    expect(await client.variationDetail('no-such-flag', betaTester, 'the default')).toEqual({
      value: 'the default',
      variationIndex: null,
      reason: { kind: 'ERROR', errorKind: 'FLAG_NOT_FOUND' },
      source: 'local',
    });
  });

  test('tells of a change, until its listener leaves or it is closed', async () => {
    const snapshots = snapshotsWith(progressiveRollout());
    const client = createLocalFlagClient({ snapshots });
    const heard: string[] = [];
    const leave = client.onChange((keys) => heard.push(`first ${keys.join()}`));
    client.onChange((keys) => heard.push(`second ${keys.join()}`));

    snapshots.put(progressiveRollout({ version: 2, on: false }));
    expect(await client.variationDetail('progressive-rollout', betaTester, true)).toMatchObject({
      value: false,
    });
    leave();
    snapshots.put(progressiveRollout({ key: 'use-database' }));
    await client.close();
    snapshots.put(progressiveRollout({ version: 3 }));

    expect(heard).toEqual(['first progressive-rollout', 'second progressive-rollout', 'second use-database']);
  });

  test('hands on what is tracked, and what was evaluated', async () => {
    const heard: unknown[] = [];
    const client = createLocalFlagClient({
      snapshots: snapshotsWith(progressiveRollout()),
      onTrack: (event) => heard.push(event),
      onEvaluation: (...evaluation) => heard.push(evaluation),
    });

    client.track('like', betaTester, { track_name: 'Clair de lune' }, 2);
    client.track('skip', passerBy);
    await client.variationDetail('progressive-rollout', betaTester, false);
    await client.variationDetail('no-such-flag', betaTester, false);

    expect(heard).toEqual([
      { eventKey: 'like', context: betaTester, data: { track_name: 'Clair de lune' }, metricValue: 2 },
      { eventKey: 'skip', context: passerBy },
      ['progressive-rollout', 1, 'local'],
      ['no-such-flag', null, 'local'],
    ]);
  });
});
