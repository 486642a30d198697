import { bucketingNamed } from '../bucketing/bucketings.ts';
import { launchDarkly } from '../bucketing/launchdarkly.ts';
import type { EvaluationDetail, EvaluationReason } from '../detail.ts';
import { listOf, present, type JsonRecord } from '../json.ts';
import { serveOff } from '../make-detail.ts';
import type { JsonValue } from '../model.ts';
import type { CompileCache } from './compile-cache.ts';
import { compilePrerequisites, type PrerequisiteNode } from './prerequisites.ts';
import { compileRule, type RuleNode } from './rule.ts';
import { compileTargets, type TargetGroup } from './targets.ts';
import { compileServe, type ServeInput, type ServeNode } from './variation-or-rollout.ts';

/** A flag's parts, in the order in which they are evaluated. `undefined` stands for a malformed part. */
export interface FlagPlan {
  readonly on: boolean;
  readonly off: EvaluationDetail;
  readonly prerequisites: readonly PrerequisiteNode[] | undefined;
  readonly targets: readonly TargetGroup[] | undefined;
  readonly rules: readonly RuleNode[] | undefined;
  readonly fallthrough: ServeNode;
}

export function compilePlan(key: string, flag: JsonRecord, cache: CompileCache): FlagPlan {
  const variations = isValueList(flag.variations) ? flag.variations : [];
  const bucketingName = present(flag.bucketing);
  const input: ServeInput = {
    key: typeof flag.key === 'string' ? flag.key : key,
    salt: flag.salt,
    variations,
    bucketing: bucketingName === undefined ? launchDarkly : bucketingNamed(bucketingName),
    exact: bucketingName !== undefined,
    cache,
  };
  const off = (reason: EvaluationReason): EvaluationDetail =>
    serveOff(variations, present(flag.offVariation), reason, cache.detail);
  return {
    on: Boolean(flag.on),
    off: off({ kind: 'OFF' }),
    prerequisites: compilePrerequisites(flag.prerequisites, off),
    targets: compileTargets(flag, variations, cache),
    rules: listOf(flag.rules)?.map((rule, index) => compileRule(rule, index, input)),
    fallthrough: compileServe(flag.fallthrough, { kind: 'FALLTHROUGH' }, input),
  };
}

function isValueList(value: unknown): value is readonly JsonValue[] {
  return Array.isArray(value);
}
