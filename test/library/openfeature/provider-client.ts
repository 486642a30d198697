import { OpenFeature, type Client } from '@openfeature/server-sdk';
import { onTestFinished } from 'vitest';
import type { Flag, JsonValue } from '../../../src/evaluation/model.ts';
import {
  LocalProvider,
  type EvaluatorSource,
  type OpenFeatureOptions,
} from '../../../src/library/openfeature/index.ts';

const flag = (key: string, variations: readonly JsonValue[], rest: Partial<Flag> = {}): Flag => ({
  key,
  version: 1,
  on: true,
  variations,
  offVariation: variations.length - 1,
  fallthrough: { variation: 0 },
  ...rest,
});

const clause = { contextKind: 'user', attribute: 'groups', op: 'in', values: ['beta_testers'] } as const;

export const flags = {
  boolean: flag('boolean', [true, false]),
  text: flag('text', ['hello', 'bye']),
  number: flag('number', [1.5, 0]),
  object: flag('object', [{ a: [1] }, {}]),
  list: flag('list', [[1, 2], []]),
  off: flag('off', [true, false], { on: false }),
  nothing: flag('nothing', [true], { on: false, offVariation: undefined as never }),
  targeted: flag('targeted', [true, false], { targets: [{ variation: 1, values: ['alice'] }] }),
  ruled: flag('ruled', [true, false], { rules: [{ clauses: [clause], variation: 1 }] }),
  gated: flag('gated', [true, false], { prerequisites: [{ key: 'off', variation: 0 }] }),
  percentage: flag('percentage', [true, false], {
    fallthrough: { rollout: { variations: [{ variation: 0, weight: 100_000 }] } },
  }),
  // A definition that LaunchDarkly never gives: the caller's default is meant.
  null: flag('null', [null, false]),
  big: flag('big', ['x'.repeat(100_000)]),
  split: flag('split', [true, false], {
    fallthrough: { rollout: { kind: 'experiment', variations: [{ variation: 0, weight: 100_000 }] } },
  }),
  broken: flag('broken', [true], { fallthrough: { variation: 7 } }),
  organisations: flag('organisations', [true, false], {
    rules: [
      { clauses: [{ contextKind: 'org', attribute: 'plan', op: 'in', values: ['premium'] }], variation: 1 },
    ],
  }),
} satisfies Record<string, Flag>;

let serial = 0;

export async function clientOf(source: EvaluatorSource, options?: OpenFeatureOptions): Promise<Client> {
  const domain = `domain-${(serial += 1)}`;
  onTestFinished(() => OpenFeature.clearProviders());
  await OpenFeature.setProviderAndWait(domain, new LocalProvider(source, options));
  return OpenFeature.getClient(domain);
}
