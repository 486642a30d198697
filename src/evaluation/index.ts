/** The evaluator's door: LaunchDarkly's flag model, compiled, evaluated and explained. Pure: no I/O, no clock, no chance. */
export * from './detail.ts';
export * from './evaluator.ts';
export * from './model.ts';
export { createEvaluator } from './create-evaluator.ts';
export { canonicalKey } from './canonical-key.ts';
export { checkContext, type ContextCheck } from './check-context.ts';
export { attributeOf } from './attribute.ts';
export { readContext, type CheckedContext } from './context.ts';
export { crc32 } from './crc32.ts';
export { launchDarklyBucket } from './bucketing/launchdarkly.ts';
export { pyrolloutPercentile } from './bucketing/pyrollout.ts';
export { sha256Percent } from './bucketing/sha256-percent.ts';
export { slowrollPosition } from './bucketing/slowroll.ts';
export { compileLinearPattern, type LinearPattern } from './pattern.ts';
export { wireFlag, wireSegment, type WireItem } from './wire.ts';
