import { findTarget, type TargetGroup } from '../compile/targets.ts';
import { keyOfKind, kindsOf } from '../context.ts';
import type { EvaluationDetail } from '../detail.ts';
import { isRecord, itemsOf, present, type JsonRecord } from '../json.ts';
import { show } from '../show.ts';
import { noVariation } from './explain-variation-or-rollout.ts';
import type { Trace } from './trace.ts';

/** The target that lists a key of the context, and its detail; `undefined` when none does. */
export function explainTargets(
  groups: readonly TargetGroup[],
  definition: JsonRecord,
  trace: Trace,
  depth: number,
): EvaluationDetail | undefined {
  for (const group of groups) {
    const detail = findTarget([group], trace.context);
    if (detail !== undefined) {
      explainGroup(group, detail, definition, trace, depth);
      return detail;
    }
  }
  if (groups.length > 0) {
    const keys = kindsOf(trace.context).map((contextKind) => ({
      contextKind,
      key: keyOfKind(trace.context, contextKind),
    }));
    const text = keys.map(({ contextKind, key }) => `${contextKind} ${show(key)}`).join(', ');
    trace.step('target', depth, false, `No target lists ${text}.`, { keys });
  }
  return undefined;
}

function explainGroup(
  { contextKind, details }: TargetGroup,
  detail: EvaluationDetail,
  definition: JsonRecord,
  trace: Trace,
  depth: number,
): void {
  const key = keyOfKind(trace.context, contextKind);
  if (details === undefined) {
    const text = `A target of ${contextKind} keys is malformed: it has no list of keys.`;
    trace.step('target', depth, false, text, { contextKind, key });
    return;
  }
  const who = `${contextKind} ${show(key)} is listed`;
  if (detail.reason.kind === 'ERROR') {
    const { length } = itemsOf(definition.variations);
    const variation = missingVariation(definition, contextKind, key, length);
    const text = `${who}, but the target is malformed: ${noVariation(variation, length)}.`;
    trace.step('target', depth, false, text, { contextKind, key, variation });
  } else {
    const { variationIndex: variation } = detail;
    trace.step('target', depth, true, `${who} for variation ${show(variation)}.`, {
      contextKind,
      key,
      variation,
    });
  }
}

/** The index as it was written: compiled targets only keep that it is no variation. */
function missingVariation(definition: JsonRecord, contextKind: string, key: unknown, count: number): unknown {
  const target = [...itemsOf(definition.targets), ...itemsOf(definition.contextTargets)]
    .filter(isRecord)
    .filter(
      (one) => (present(one.contextKind) ?? 'user') === contextKind && itemsOf(one.values).includes(key),
    )
    .find(
      ({ variation }) =>
        !(Number.isInteger(variation) && Number(variation) >= 0 && Number(variation) < count),
    );
  return target?.variation;
}
