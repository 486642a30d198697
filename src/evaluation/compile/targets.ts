import { keyOfKind, type CheckedContext } from '../context.ts';
import type { EvaluationDetail } from '../detail.ts';
import { isRecord, present, primitiveText, type JsonRecord } from '../json.ts';
import type { JsonValue } from '../model.ts';
import { MALFORMED, serveVariation } from '../make-detail.ts';
import type { CompileCache } from './compile-cache.ts';

/** Adjacent targets of one kind: each key with its detail. */
export interface TargetGroup {
  readonly contextKind: string;
  /** `undefined`: a malformed target; an evaluation that reaches it is malformed. */
  readonly details: ReadonlyMap<unknown, EvaluationDetail> | undefined;
}

/** In order; the first target that lists a key wins. `undefined` when something else than a list is there. */
export function compileTargets(
  flag: JsonRecord,
  variations: readonly JsonValue[],
  cache: CompileCache,
): readonly TargetGroup[] | undefined {
  const targets = present(flag.targets) ?? [];
  const contextTargets = present(flag.contextTargets) ?? [];
  if (!Array.isArray(targets) || !Array.isArray(contextTargets)) {
    return undefined;
  }
  const inOrder: readonly unknown[] =
    contextTargets.length === 0
      ? targets
      : contextTargets.flatMap((target: unknown) => resolve(target, targets));
  return cache.targets(inOrder, variations, () => group(inOrder, variations, cache));
}

/** A context target of users is only a pointer: the `targets` entry of the same variation holds the keys. */
function resolve(target: unknown, targets: readonly unknown[]): readonly unknown[] {
  if (!isRecord(target) || (target.contextKind && target.contextKind !== 'user')) {
    return [target];
  }
  return targets.filter((other) => isRecord(other) && other.variation === target.variation).slice(0, 1);
}

function group(
  targets: readonly unknown[],
  variations: readonly JsonValue[],
  cache: CompileCache,
): readonly TargetGroup[] {
  const groups: { contextKind: string; details: Map<unknown, EvaluationDetail> | undefined }[] = [];
  for (const target of targets) {
    if (!isRecord(target)) {
      groups.push({ contextKind: 'user', details: undefined });
      continue;
    }
    const contextKind = primitiveText(present(target.contextKind) ?? 'user') ?? '';
    if (!Array.isArray(target.values)) {
      groups.push({ contextKind, details: undefined });
      continue;
    }
    const last = groups.at(-1);
    const details =
      last?.contextKind === contextKind && last.details !== undefined ? last.details : new Map();
    if (details !== last?.details) {
      groups.push({ contextKind, details });
    }
    const detail = serveVariation(
      variations,
      present(target.variation),
      { kind: 'TARGET_MATCH' },
      cache.detail,
    );
    for (const key of target.values) {
      if (typeof key === 'string' && !details.has(key)) {
        details.set(key, detail);
      }
    }
  }
  return groups;
}

/** The detail for the context's key; `undefined` when it is not listed. */
export function findTarget(
  groups: readonly TargetGroup[],
  context: CheckedContext,
): EvaluationDetail | undefined {
  for (const { contextKind, details } of groups) {
    const key = keyOfKind(context, contextKind);
    if (key === undefined) {
      continue;
    }
    const detail = details === undefined ? MALFORMED : details.get(key);
    if (detail !== undefined) {
      return detail;
    }
  }
  return undefined;
}
