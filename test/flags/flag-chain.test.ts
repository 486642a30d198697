import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { FlagSource } from '../../src/flags/flag-client.ts';
import { createFlagChain } from '../../src/flags/flag-chain.ts';
import { withoutWaiting } from '../support/without-waiting.ts';
import type { LaunchDarklyStub, StubCondition } from '../support/launchdarkly-stub.ts';
import { betaTester, passerBy, progressiveRollout } from '../support/progressive-rollout.ts';
import { createRecordingLogger } from '../support/recording-logger.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { SDK_KEY, launchDarkly, localClient, startSite, type Site } from './launchdarkly-site.ts';

const FLAG = 'progressive-rollout';

const askBetaTester = ({ flags }: Site) => withoutWaiting(flags.variationDetail(FLAG, betaTester, false));

const CONDITIONS: readonly {
  readonly condition: StubCondition;
  readonly thenFrom: FlagSource;
  readonly because: RegExp;
}[] = [
  { condition: 'up', thenFrom: 'launchdarkly', because: /^Flags come live from LaunchDarkly\.$/ },
  { condition: 'down', thenFrom: 'local', because: /the connection failed \(.*ECONNREFUSED/ },
  { condition: 'hanging', thenFrom: 'local', because: /^Connecting to LaunchDarkly;/ },
  { condition: 'unauthorized', thenFrom: 'local', because: /it refused the SDK key \(401\)/ },
  { condition: 'unavailable', thenFrom: 'local', because: /it answered 503/ },
];

describe.each(CONDITIONS)(
  'when LaunchDarkly is $condition at the start',
  ({ condition, thenFrom, because }) => {
    /** Ends when the condition has had its effect on the site. */
    const hasFelt = async (stub: LaunchDarklyStub, site: Site) => {
      if (condition !== 'down') {
        await expect.poll(() => stub.requests.map(({ path }) => path), { interval: 5 }).toContain('/all');
      }
      await expect.poll(() => site.flags.status().detail, { interval: 5 }).toMatch(because);
    };

    test(`the first answer is there at once, and then they come from ${thenFrom}`, async () => {
      const stub = await launchDarkly({ condition });
      const site = startSite(stub);

      expect(await askBetaTester(site)).toMatchObject({ value: false, source: 'local' });

      await hasFelt(stub, site);
      expect(site.flags.status().source).toBe(thenFrom);
      expect(await askBetaTester(site)).toMatchObject({
        source: thenFrom,
        value: thenFrom === 'launchdarkly',
      });
    });

    test('it is in charge as soon as it is up, without any help', async () => {
      const stub = await launchDarkly({ condition });
      const site = startSite(stub);
      await hasFelt(stub, site);

      await stub.become('up');
      await site.comesFrom('launchdarkly');

      expect(await askBetaTester(site)).toEqual({
        value: true,
        variationIndex: 1,
        reason: { kind: 'RULE_MATCH', ruleIndex: 0, ruleId: 'beta-testers' },
        source: 'launchdarkly',
      });
      expect(await withoutWaiting(site.flags.variationDetail(FLAG, passerBy, false))).toMatchObject({
        value: false,
        reason: { kind: 'FALLTHROUGH' },
        source: 'launchdarkly',
      });
      expect(site.changes).toContainEqual([FLAG]);
    });
  },
);

describe('when LaunchDarkly goes away after it was live', () => {
  test.each(['down', 'hanging', 'unauthorized', 'unavailable'] as const)(
    'and is %s, what it last said is served at once, and it returns by itself',
    async (condition) => {
      const stub = await launchDarkly();
      const site = startSite(stub);
      await site.comesFrom('launchdarkly');

      await stub.become(condition);
      await site.comesFrom('last-known-good');
      expect(await askBetaTester(site)).toMatchObject({ value: true, source: 'last-known-good' });

      await stub.become('up');
      await site.comesFrom('launchdarkly');
      expect(await askBetaTester(site)).toMatchObject({ value: true, source: 'launchdarkly' });
    },
  );

  test('in the middle of a message, the half is not believed', async () => {
    const stub = await launchDarkly();
    const site = startSite(stub);
    await site.comesFrom('launchdarkly');
    const answers: unknown[] = [];
    site.flags.onChange(() => {
      void site.flags
        .variationDetail(FLAG, betaTester, false)
        .then(({ value, source }) => answers.push([value, source]));
    });

    stub.cutStreams();
    await site.comesFrom('last-known-good');
    await site.comesFrom('launchdarkly');
    await expect.poll(() => answers.length).toBeGreaterThanOrEqual(2);

    expect(answers.slice(0, 2)).toEqual([
      [true, 'last-known-good'],
      [true, 'launchdarkly'],
    ]);
  });

  test('what was changed meanwhile is announced when it is back', async () => {
    const stub = await launchDarkly();
    const site = startSite(stub);
    await site.comesFrom('launchdarkly');
    await stub.become('down');
    await site.comesFrom('last-known-good');

    stub.putFlag(progressiveRollout({ on: false }));
    await stub.become('up');
    await site.comesFrom('launchdarkly');

    expect(await askBetaTester(site)).toMatchObject({ value: false, reason: { kind: 'OFF' } });
    expect(site.logger.messages('error')).toEqual([]);
  });
});

describe('a restart while LaunchDarkly cannot be reached', () => {
  test.each(['down', 'hanging', 'unauthorized', 'unavailable'] as const)(
    "serves yesterday's flags from the first answer on when it is %s",
    async (condition) => {
      const folder = temporaryFolder();
      const stub = await launchDarkly();
      const yesterday = startSite(stub, folder);
      await yesterday.comesFrom('launchdarkly');
      stub.putFlag(progressiveRollout({ fallthrough: { variation: 1 }, rules: [] }));
      await expect
        .poll(async () => (await yesterday.flags.variationDetail(FLAG, passerBy, false)).value, {
          interval: 5,
        })
        .toBe(true);
      await yesterday.flags.close();

      await stub.become(condition);
      const today = startSite(stub, folder);

      expect(await withoutWaiting(today.flags.variationDetail(FLAG, passerBy, false))).toEqual({
        value: true,
        variationIndex: 1,
        reason: { kind: 'FALLTHROUGH' },
        source: 'last-known-good',
      });
      expect(today.flags.status().detail).toMatch(/flags are as last received at \d{4}-\d\d-\d\dT/);

      stub.putFlag(progressiveRollout({ on: false }));
      await stub.become('up');
      await today.comesFrom('launchdarkly');
      expect(await askBetaTester(today)).toMatchObject({ value: false, reason: { kind: 'OFF' } });
    },
  );

  test('never serves what another SDK key was told', async () => {
    const folder = temporaryFolder();
    const stub = await launchDarkly();
    const ours = startSite(stub, folder);
    await ours.comesFrom('launchdarkly');
    await ours.flags.close();
    await stub.become('down');

    const theirs = startSite(stub, folder, { sdkKey: 'sdk-99999999-1111-2222-3333-444444444444' });

    expect(await askBetaTester(theirs)).toMatchObject({ source: 'local' });
    expect(theirs.launchdarkly.flagKeys()).toEqual([]);
  });
});

describe('a change at LaunchDarkly', () => {
  test('is announced with the flag that changed, and answered by', async () => {
    const stub = await launchDarkly({
      flags: [progressiveRollout(), progressiveRollout({ key: 'use-database' })],
    });
    const site = startSite(stub);
    await site.comesFrom('launchdarkly');
    await expect.poll(() => site.changes.length).toBe(2);

    stub.putFlag(progressiveRollout({ on: false }));

    await expect.poll(() => site.changes.slice(2)).toEqual([[FLAG]]);
    expect(await askBetaTester(site)).toMatchObject({ value: false, reason: { kind: 'OFF' } });
  });

  test('of a segment is announced with the flags that ask for it', async () => {
    const inSegment = progressiveRollout({
      rules: [{ clauses: [{ attribute: '', op: 'segmentMatch', values: ['beta'] }], variation: 1 }],
    });
    const stub = await launchDarkly({
      flags: [inSegment, progressiveRollout({ key: 'use-database' })],
      segments: [{ key: 'beta', version: 1, included: [] }],
    });
    const site = startSite(stub);
    await site.comesFrom('launchdarkly');
    await expect.poll(() => site.changes.length).toBe(2);

    stub.putSegment({ key: 'beta', version: 2, included: ['alice'] });

    await expect.poll(() => site.changes.slice(2)).toEqual([[FLAG]]);
    expect(await askBetaTester(site)).toMatchObject({ value: true });
  });

  test('that deletes the flag makes it unknown, which is an answer of LaunchDarkly', async () => {
    const stub = await launchDarkly();
    const site = startSite(stub);
    await site.comesFrom('launchdarkly');

    stub.deleteFlag(FLAG);
    await expect.poll(() => site.launchdarkly.flagKeys()).toEqual([]);

    expect(await withoutWaiting(site.flags.variationDetail(FLAG, betaTester, 'the default'))).toEqual({
      value: 'the default',
      variationIndex: null,
      reason: { kind: 'ERROR', errorKind: 'FLAG_NOT_FOUND' },
      source: 'launchdarkly',
    });
  });
});

describe('a message that cannot be read', () => {
  test.each([
    ['half a JSON', 'put', '{"path":"/","data":{"flags":{'],
    ['a put without data', 'put', '{"path":"/"}'],
    ['a put of the wrong type', 'put', '17'],
    ['a put whose flag is null', 'put', '{"path":"/","data":{"flags":{"a":null},"segments":{}}}'],
    ['a patch without a path', 'patch', '{"data":{"key":"a","version":2}}'],
    ['a rule that is null', 'patch', '{"path":"/flags/a","data":{"key":"a","version":2,"rules":[null]}}'],
    ['a delete without a path', 'delete', '{"version":2}'],
    ['nesting without end', 'put', `${'['.repeat(50_000)}${']'.repeat(50_000)}`],
  ])('(%s) changes nothing; a new connection tells everything again', async (_, type, data) => {
    const stub = await launchDarkly();
    const site = startSite(stub);
    await site.comesFrom('launchdarkly');

    stub.sendRaw(`event: ${type}\ndata: ${data}\n\n`);
    await site.comesFrom('last-known-good');
    expect(await askBetaTester(site)).toMatchObject({ value: true, source: 'last-known-good' });
    expect(site.flags.status().detail).toMatch(new RegExp(`it sent a ${type} `));

    await site.comesFrom('launchdarkly');
    expect(await askBetaTester(site)).toMatchObject({ value: true, source: 'launchdarkly' });
    expect(stub.requests.filter(({ path }) => path === '/all')).toHaveLength(2);
    await expect.poll(() => stub.openStreams()).toBe(1);
  });
});

describe('what is tracked', () => {
  test('goes to LaunchDarkly while it is in charge, and is flushed by close', async () => {
    const stub = await launchDarkly();
    const site = startSite(stub);
    await site.comesFrom('launchdarkly');

    site.flags.track('like', betaTester, { track: 'Clair de lune' }, 1);
    await site.flags.close();

    expect(stub.events.find(({ kind }) => kind === 'custom')).toMatchObject({
      key: 'like',
      data: { track: 'Clair de lune' },
      metricValue: 1,
      context: { key: 'alice' },
    });
  });

  test('goes to the embedded service while that is in charge', async () => {
    const stub = await launchDarkly({ condition: 'down' });
    const { launchdarkly } = startSite(stub);
    const tracked: unknown[] = [];
    const flags = createFlagChain({
      launchdarkly,
      local: { ...localClient(), track: (...event) => void tracked.push(event) },
      logger: createRecordingLogger(),
    });

    flags.track('play', passerBy, undefined, 3);

    expect(tracked).toEqual([['play', passerBy, undefined, 3]]);
  });
});

describe('the end', () => {
  test(
    'does not wait for a LaunchDarkly that takes events and never answers',
    { timeout: 5000 },
    async () => {
      const stub = await launchDarkly();
      const site = startSite(stub, temporaryFolder(), { closeWithinMs: 30 });
      await site.comesFrom('launchdarkly');
      await stub.become('hanging');
      await site.comesFrom('last-known-good');
      site.flags.track('like', betaTester);

      await site.flags.close();

      await expect.poll(() => stub.requests.map(({ path }) => path)).toContain('/bulk');
      expect(stub.events).toEqual([]);
    },
  );

  test('may come twice, and answers still come after it', async () => {
    const stub = await launchDarkly();
    const site = startSite(stub);
    await site.comesFrom('launchdarkly');
    await site.flags.close();
    await site.flags.close();
    expect(await askBetaTester(site)).toMatchObject({ source: 'local' });
  });
});

describe('without LaunchDarkly', () => {
  test('the embedded service answers', async () => {
    const flags = createFlagChain({ local: localClient(), logger: createRecordingLogger() });
    expect(await withoutWaiting(flags.variationDetail(FLAG, betaTester, true))).toMatchObject({
      source: 'local',
    });
    expect(flags.status()).toEqual({
      source: 'local',
      detail: 'There is no LaunchDarkly SDK key; flags come from the embedded flag service.',
    });
  });

  test('and without the embedded service, every flag has its default', async () => {
    const flags = createFlagChain({ logger: createRecordingLogger() });
    expect(await withoutWaiting(flags.variationDetail(FLAG, betaTester, false))).toEqual({
      value: false,
      variationIndex: null,
      reason: { kind: 'ERROR', errorKind: 'CLIENT_NOT_READY' },
      source: 'default',
    });
    expect(flags.status().source).toBe('default');
  });

  test('a source that throws costs one answer its value, never the page', async () => {
    const logger = createRecordingLogger();
    const broken = {
      ...localClient(),
      variationDetail: () => Promise.reject(new Error('the snapshot is gone')),
    };
    const flags = createFlagChain({ local: broken, logger });
    expect(await flags.variationDetail(FLAG, betaTester, false)).toEqual({
      value: false,
      variationIndex: null,
      reason: { kind: 'ERROR', errorKind: 'EXCEPTION' },
      source: 'default',
    });
    expect(logger.messages('error')).toHaveLength(1);
  });
});

test('every answer is counted, with its variation and its source', async () => {
  const stub = await launchDarkly();
  const { launchdarkly, comesFrom } = startSite(stub);
  await comesFrom('launchdarkly');
  const counted: unknown[] = [];
  const flags = createFlagChain({
    launchdarkly,
    logger: createRecordingLogger(),
    onEvaluation: (...evaluation) => void counted.push(evaluation),
  });

  await flags.variationDetail(FLAG, betaTester, false);
  await flags.variationDetail(FLAG, passerBy, false);
  await flags.variationDetail('no-such-flag', passerBy, false);

  expect(counted).toEqual([
    [FLAG, 1, 'launchdarkly'],
    [FLAG, 0, 'launchdarkly'],
    ['no-such-flag', null, 'launchdarkly'],
  ]);
});

test('the SDK key is neither logged nor written', async () => {
  const folder = temporaryFolder();
  const stub = await launchDarkly({ condition: 'unauthorized' });
  const site = startSite(stub, folder);
  await expect.poll(() => site.launchdarkly.state().connection).toBe('refused');
  await stub.become('up');
  await site.comesFrom('launchdarkly');
  await site.flags.close();

  expect(stub.requests.every(({ authorization }) => authorization === SDK_KEY)).toBe(true);
  expect(site.logger.lines.length).toBeGreaterThan(5);
  expect(JSON.stringify(site.logger.lines)).not.toContain(SDK_KEY);
  const kept = join(folder, 'last-known-good');
  const files = readdirSync(kept);
  expect(files).toHaveLength(1);
  for (const file of files) expect(readFileSync(join(kept, file), 'utf8')).not.toContain(SDK_KEY);
});
