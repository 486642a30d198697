/** `dj-toggle/evaluation`: LaunchDarkly's flag model, compiled, evaluated and explained, without I/O, clock or randomness. */
export * from '../../evaluation/detail.ts';
export * from '../../evaluation/evaluator.ts';
export * from '../../evaluation/model.ts';
export { createEvaluator } from '../../evaluation/create-evaluator.ts';
export { canonicalKey } from '../../evaluation/canonical-key.ts';
export { checkContext, type ContextCheck } from '../../evaluation/check-context.ts';
export { attributeOf } from '../../evaluation/attribute.ts';
export { readContext, type CheckedContext } from '../../evaluation/context.ts';
export { launchDarklyBucket } from '../../evaluation/bucketing/launchdarkly.ts';
export { pyrolloutPercentile } from '../../evaluation/bucketing/pyrollout.ts';
export { sha256Percent } from '../../evaluation/bucketing/sha256-percent.ts';
export { slowrollPosition } from '../../evaluation/bucketing/slowroll.ts';
export { compileLinearPattern, type LinearPattern } from '../../evaluation/regex/linear-pattern.ts';
export { flagPayload, segmentPayload, type PayloadItem } from '../../launchdarkly/payload.ts';
export { lintFlag, type LintSurroundings } from '../../evaluation/lint/lint-flag.ts';
export { lintSegment } from '../../evaluation/lint/lint-segment.ts';
export type { Finding, FindingCode } from '../../evaluation/lint/finding.ts';
