import { BUCKETINGS } from '../model.ts';
import { isRecord, itemsOf, present, type JsonRecord } from '../json.ts';
import { show } from '../show.ts';
import { lintAttribute } from './attribute.ts';
import { lintBooleans, lintKind, MAX_INT32, recordsIn } from './fields.ts';
import type { FindingReporter } from './finding.ts';

export const MAX_VARIATIONS = 64;
const WHOLE = 100_000;

/** What rollouts need to know of their flag. */
export interface ServeSetting {
  readonly variations: number;
  readonly bucketing: unknown;
}

export function lintVariation(value: unknown, variations: number, reporter: FindingReporter): void {
  if (!Number.isInteger(value) || Number(value) < 0 || Number(value) >= variations) {
    reporter.error(
      'invalid_variation',
      variations === 0
        ? `there is no variation to serve, got ${show(value)}`
        : `expected the index of a variation, 0 to ${variations - 1}, got ${show(value)}`,
    );
  }
}

/** What a rule or the fallthrough serves. */
export function lintServe(item: JsonRecord, setting: ServeSetting, reporter: FindingReporter): void {
  const variation = present(item.variation);
  const rollout = present(item.rollout);
  if (variation !== undefined) {
    lintVariation(variation, setting.variations, reporter.at('variation'));
    if (rollout !== undefined) {
      reporter.warning('both_variation_and_rollout', 'the variation wins, so the rollout is never used');
    }
  } else if (rollout === undefined) {
    reporter.error('nothing_to_serve', 'expected a variation or a rollout, got neither');
  }
  if (isRecord(rollout)) {
    lintRollout(rollout, setting, reporter.at('rollout'));
  } else if (rollout !== undefined) {
    reporter.at('rollout').error('invalid_rollout', `expected an object, got ${show(rollout)}`);
  }
}

function lintRollout(rollout: JsonRecord, setting: ServeSetting, reporter: FindingReporter): void {
  const kind = present(rollout.kind) ?? 'rollout';
  if (kind !== 'rollout' && kind !== 'experiment') {
    reporter.at('kind').error('invalid_rollout', `expected "rollout" or "experiment", got ${show(kind)}`);
  }
  lintKind(rollout.contextKind, reporter.at('contextKind'));
  const bucketBy = present(rollout.bucketBy);
  if (kind === 'experiment' && bucketBy !== undefined) {
    reporter.at('bucketBy').warning('ignored_field', 'an experiment always places contexts by their key');
  } else if (bucketBy !== undefined && bucketBy !== '') {
    lintAttribute(bucketBy, Boolean(rollout.contextKind), reporter.at('bucketBy'));
  }
  lintSeed(present(rollout.seed), reporter.at('seed'));
  lintSlices(rollout.variations, setting, reporter.at('variations'));
}

function lintSeed(seed: unknown, reporter: FindingReporter): void {
  if (seed === 0) {
    reporter.error('seed_zero', 'the node SDK reads a seed of 0 as none, and the others as a seed');
  } else if (seed !== undefined && !(Number.isSafeInteger(seed) && Math.abs(Number(seed)) <= MAX_INT32)) {
    reporter.error(
      'invalid_rollout',
      `expected a whole number from -${MAX_INT32} to ${MAX_INT32}, got ${show(seed)}`,
    );
  }
}

function lintSlices(value: unknown, setting: ServeSetting, reporter: FindingReporter): void {
  const count = itemsOf(value).length;
  if (count === 0 || count > MAX_VARIATIONS) {
    reporter.error('invalid_rollout', `expected 1 to ${MAX_VARIATIONS} weighted variations, got ${count}`);
  }
  if (count === 0) {
    return;
  }
  let sum = 0;
  for (const [slice, itemReporter] of recordsIn(value, reporter)) {
    lintVariation(slice.variation, setting.variations, itemReporter.at('variation'));
    lintBooleans(slice, ['untracked'], itemReporter);
    lintWeight(slice.weight, setting.bucketing, itemReporter.at('weight'));
    sum += Number.isInteger(slice.weight) ? Number(slice.weight) : 0;
  }
  if (sum !== WHOLE) {
    reporter.error('invalid_rollout', `expected weights that sum to ${WHOLE} (100 %), got ${sum}`);
  }
}

/** A share in thousandths of a percent. */
export function lintWeight(weight: unknown, bucketing: unknown, reporter: FindingReporter): void {
  if (!Number.isInteger(weight) || Number(weight) < 0 || Number(weight) > WHOLE) {
    reporter.error(
      'invalid_rollout',
      `expected a whole number from 0 to ${WHOLE} (100 %), got ${show(weight)}`,
    );
  } else if ((bucketing === 'sha256-percent' || bucketing === 'pyrollout') && Number(weight) % 1_000 !== 0) {
    reporter.warning('coarse_bucketing', `${bucketing} has whole percents only, so the rest is rounded up`);
  }
}

export function lintBucketing(value: unknown, reporter: FindingReporter): void {
  if (present(value) === undefined) {
    return;
  }
  if (BUCKETINGS.some((name) => name === value)) {
    reporter.warning('not_for_sdks', 'no SDK knows this bucketing, so only this service evaluates the flag');
  } else {
    reporter.error('unknown_bucketing', `expected one of ${BUCKETINGS.join(', ')}, got ${show(value)}`);
  }
}
