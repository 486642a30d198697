import { expect, test } from 'vitest';
import { observeRule } from '../../../src/release/run/observe.ts';
import { DEFAULT_ENVIRONMENT } from '../../../src/store/store.ts';
import { PRESENTER, releaseBench } from './release-bench.ts';

async function running() {
  const bench = await releaseBench();
  const id = await bench.create();
  await bench.watch(1_000);
  const { release } = (await bench.engine.read(id))!;
  return { ...bench, release, snapshot: () => bench.store.snapshot(DEFAULT_ENVIRONMENT) };
}

test('what the rule serves is seen, with the version that serves it', async () => {
  const { release, snapshot, flag } = await running();
  expect(observeRule(snapshot(), release)).toMatchObject({
    kind: 'split',
    share: 10_000,
    flagOn: true,
    flagVersion: flag()?.version,
  });
});

test('where news of the last change has not come, the release is believed, and not the older flag', async () => {
  const { release, snapshot } = await running();
  const { state } = release;
  const ahead = { ...state, share: 50_000, servedVersion: state.servedVersion + 1 };
  expect(observeRule(snapshot(), { ...release, state: ahead })).toMatchObject({ share: 50_000 });
});

test('a flag or a rule that is gone is seen to be gone', async () => {
  const { release, store, snapshot, flag } = await running();
  const plan = { ...release.plan, rule: 'beta' };
  expect(observeRule(snapshot(), { ...release, plan })).toMatchObject({
    kind: 'other',
    detail: 'the rule "beta" is not there any more',
  });
  await store.change(PRESENTER, {
    type: 'delete-flag',
    environment: DEFAULT_ENVIRONMENT,
    key: flag()!.key,
  });
  expect(observeRule(snapshot(), release)).toMatchObject({ kind: 'other' });
});
