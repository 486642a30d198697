import { itemsOf, primitiveText, type JsonRecord } from '../json.ts';
import { lintKeys, lintKind, recordsIn } from './fields.ts';
import type { FindingReporter } from './finding.ts';
import { show } from '../show.ts';
import { lintVariation } from './variation-or-rollout.ts';

export const MAX_TARGETS = 10_000;

const isOfUsers = ({ contextKind }: JsonRecord): boolean => !contextKind || contextKind === 'user';

/** Targets: keys with the variation that they get. */
export function lintTargets(flag: JsonRecord, variations: number, reporter: FindingReporter): void {
  const targets = recordsIn(flag.targets, reporter.at('targets'));
  const contextTargets = recordsIn(flag.contextTargets, reporter.at('contextTargets'));
  const seen = new Map<string, Set<string>>();
  let count = 0;
  for (const [{ contextKind }, itemReporter] of targets.filter(([target]) => !isOfUsers(target))) {
    itemReporter
      .at('contextKind')
      .error(
        'kind_in_targets',
        `targets are users to some SDKs and ${show(contextKind)} to others: list other kinds in contextTargets`,
      );
  }
  for (const [target, itemReporter] of [...targets, ...contextTargets]) {
    lintKind(target.contextKind, itemReporter.at('contextKind'));
    lintVariation(target.variation, variations, itemReporter.at('variation'));
    const keys = lintKeys(target.values, itemReporter.at('values'));
    count += keys.length;
    const kind = isOfUsers(target) ? 'user' : (primitiveText(target.contextKind) ?? '');
    lintRepeated(kind, keys, seen, itemReporter.at('values'));
  }
  if (count > MAX_TARGETS) {
    reporter.at('targets').error('limit_exceeded', `expected at most ${MAX_TARGETS} targets, got ${count}`);
  }
  if (contextTargets.length > 0) {
    lintPointers(targets, contextTargets);
  }
}

function lintRepeated(
  kind: string,
  keys: readonly string[],
  seen: Map<string, Set<string>>,
  reporter: FindingReporter,
): void {
  const known = seen.get(kind) ?? new Set<string>();
  seen.set(kind, known);
  const repeated = keys.filter((key) => known.has(key));
  keys.forEach((key) => known.add(key));
  if (repeated.length > 0) {
    reporter.warning(
      'duplicate_target',
      `the first target that lists a key wins; ${repeated.length} were listed before`,
    );
  }
}

type ReportedTargets = readonly (readonly [JsonRecord, FindingReporter])[];

/** Context targets of users only point to the `targets` entry of their variation. */
function lintPointers(targets: ReportedTargets, contextTargets: ReportedTargets): void {
  const pointers = contextTargets.filter(([target]) => isOfUsers(target));
  for (const [target, itemReporter] of pointers) {
    if (itemsOf(target.values).length > 0) {
      itemReporter
        .at('values')
        .error('user_values_in_context_targets', 'only the Go SDK reads these keys: list users in targets');
    }
  }
  const pointed = new Set(pointers.map(([pointer]) => pointer.variation));
  const taken = new Set<unknown>();
  for (const [target, itemReporter] of targets) {
    if (taken.has(target.variation)) {
      itemReporter.warning(
        'unused_targets',
        'beside context targets only the first targets of a variation are used, so these keys never are',
      );
    }
    taken.add(target.variation);
    if (!pointed.has(target.variation)) {
      itemReporter.warning(
        'unused_targets',
        'no context target of users points to this variation, so these keys are never used',
      );
    }
  }
}
