import { itemsOf, primitiveText, type JsonRecord } from '../json.ts';
import { lintKeys, lintKind, recordsIn } from './fields.ts';
import type { Place } from './finding.ts';
import { show } from '../show.ts';
import { lintVariation } from './serve.ts';

export const MAX_TARGETS = 10_000;

const isOfUsers = ({ contextKind }: JsonRecord): boolean => !contextKind || contextKind === 'user';

/** Keys that are served a variation by name. */
export function lintTargets(flag: JsonRecord, variations: number, place: Place): void {
  const targets = recordsIn(flag.targets, place.at('targets'));
  const contextTargets = recordsIn(flag.contextTargets, place.at('contextTargets'));
  const seen = new Map<string, Set<string>>();
  let count = 0;
  for (const [{ contextKind }, where] of targets.filter(([target]) => !isOfUsers(target))) {
    where
      .at('contextKind')
      .error(
        'kind_in_targets',
        `targets are users to some SDKs and ${show(contextKind)} to others: list other kinds in contextTargets`,
      );
  }
  for (const [target, where] of [...targets, ...contextTargets]) {
    lintKind(target.contextKind, where.at('contextKind'));
    lintVariation(target.variation, variations, where.at('variation'));
    const keys = lintKeys(target.values, where.at('values'));
    count += keys.length;
    const kind = isOfUsers(target) ? 'user' : (primitiveText(target.contextKind) ?? '');
    lintRepeated(kind, keys, seen, where.at('values'));
  }
  if (count > MAX_TARGETS) {
    place.at('targets').error('limit_exceeded', `expected at most ${MAX_TARGETS} targets, got ${count}`);
  }
  if (contextTargets.length > 0) {
    lintPointers(targets, contextTargets);
  }
}

function lintRepeated(
  kind: string,
  keys: readonly string[],
  seen: Map<string, Set<string>>,
  place: Place,
): void {
  const known = seen.get(kind) ?? new Set<string>();
  seen.set(kind, known);
  const repeated = keys.filter((key) => known.has(key));
  keys.forEach((key) => known.add(key));
  if (repeated.length > 0) {
    place.warning(
      'duplicate_target',
      `the first target that lists a key wins; ${repeated.length} were listed before`,
    );
  }
}

type Placed = readonly (readonly [JsonRecord, Place])[];

/** Where there are context targets, those of users only point to the `targets` entry of their variation. */
function lintPointers(targets: Placed, contextTargets: Placed): void {
  const pointers = contextTargets.filter(([target]) => isOfUsers(target));
  for (const [target, where] of pointers) {
    if (itemsOf(target.values).length > 0) {
      where
        .at('values')
        .error(
          'user_values_in_context_targets',
          'Go uses these keys and the others do not: list users in targets',
        );
    }
  }
  const pointed = new Set(pointers.map(([pointer]) => pointer.variation));
  const taken = new Set<unknown>();
  for (const [target, where] of targets) {
    if (taken.has(target.variation)) {
      where.warning(
        'unused_targets',
        'beside context targets only the first targets of a variation are used, so these keys never are',
      );
    }
    taken.add(target.variation);
    if (!pointed.has(target.variation)) {
      where.warning(
        'unused_targets',
        'no context target of users points to this variation, so these keys are never used',
      );
    }
  }
}
