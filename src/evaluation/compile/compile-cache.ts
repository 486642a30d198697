import { attributeGetter, type AttributeGetter, type AttributePath } from '../attribute.ts';
import type { EvaluationDetail } from '../detail.ts';
import type { JsonValue } from '../model.ts';
import { isRecord } from '../json.ts';
import { makeDetail } from '../make-detail.ts';
import type { ClauseList, ClauseNode } from './clause.ts';
import type { Column } from './rule-table.ts';
import type { TargetGroup } from './targets.ts';

/** Longer lists of values or keys are rarely equal, and cost more to compare than to compile. */
const MAX_VALUES = 20;
const MAX_CLAUSES = 10;
const MAX_TEXT_LENGTH = 100;
/** Each map starts anew at this size. What many flags share is soon there again; the rest would only take memory. */
const MAX_CACHED = 1_000;

/**
 * What compiled definitions share: one getter for each attribute of each kind, one matcher for equal clauses and lists
 * of clauses, one table for equal rules, one list of equal targets, one object for equal details. With thousands of
 * flags most of an evaluation's time goes into fetching them from memory, so the fewer there are the better.
 */
export class CompileCache {
  readonly #getters = new Map<string, AttributeGetter>();
  readonly #clauses = new Map<string, ClauseNode>();
  readonly #lists = new Map<string, ClauseList>();
  readonly #tables = new Map<string, Column | undefined>();
  readonly #targets = new Map<string, readonly TargetGroup[]>();
  readonly #details = new Map<string, EvaluationDetail>();

  getter(kind: string, path: AttributePath): AttributeGetter {
    return shared(this.#getters, JSON.stringify([kind, ...path]), () => attributeGetter(kind, path));
  }

  clause(definition: unknown, make: () => ClauseNode): ClauseNode {
    return shared(this.#clauses, signatureOf(definition), make);
  }

  clauses(definitions: readonly unknown[], make: (signature: string | undefined) => ClauseList): ClauseList {
    const signatures = definitions.length > MAX_CLAUSES ? [undefined] : definitions.map(signatureOf);
    const signature = joined(signatures);
    return shared(this.#lists, signature, () => make(signature));
  }

  ruleTable(lists: readonly ClauseList[], make: () => Column | undefined): Column | undefined {
    return shared(this.#tables, joined(lists.map(({ signature }) => signature)), make);
  }

  targets(
    definitions: readonly unknown[],
    variations: readonly JsonValue[],
    make: () => readonly TargetGroup[],
  ): readonly TargetGroup[] {
    const signature = joined(definitions.map((target) => signatureOfTarget(target, variations)));
    return shared(this.#targets, signature, make);
  }

  readonly detail: typeof makeDetail = (value, variationIndex, reason) => {
    const signature = isPlain(value) ? JSON.stringify([value, variationIndex, reason]) : undefined;
    return shared(this.#details, signature, () => makeDetail(value, variationIndex, reason));
  };
}

/** A part without a signature is not shared. */
function shared<Part>(parts: Map<string, Part>, signature: string | undefined, make: () => Part): Part {
  if (signature === undefined) {
    return make();
  }
  const known = parts.get(signature);
  if (known !== undefined) {
    return known;
  }
  if (parts.size >= MAX_CACHED) {
    parts.clear();
  }
  const made = make();
  parts.set(signature, made);
  return made;
}

/** `undefined` where one of them is. */
function joined(signatures: readonly (string | undefined)[]): string | undefined {
  return signatures.includes(undefined) ? undefined : JSON.stringify(signatures);
}

/** Equal for clauses that compile to the same; `undefined` where comparing costs too much, or JSON loses something. */
function signatureOf(clause: unknown): string | undefined {
  if (!isRecord(clause) || !Array.isArray(clause.values) || clause.values.length > MAX_VALUES) {
    return undefined;
  }
  const { contextKind, attribute, op, negate, values } = clause;
  return written([contextKind ?? null, attribute ?? null, op ?? null, negate ?? null, ...values]);
}

/** The signature includes the variation and its value: the same keys may be targeted for different variations. */
function signatureOfTarget(target: unknown, variations: readonly JsonValue[]): string | undefined {
  if (!isRecord(target) || !Array.isArray(target.values) || target.values.length > MAX_VALUES) {
    return undefined;
  }
  const { variation } = target;
  const value = typeof variation === 'number' ? variations[variation] : undefined;
  return value === undefined || !isPlain(value)
    ? undefined
    : written([target.contextKind ?? null, variation, value, ...target.values]);
}

/** `undefined` where JSON would not tell one part from another. */
function written(parts: readonly unknown[]): string | undefined {
  return parts.every(isWritable) ? JSON.stringify(parts) : undefined;
}

function isWritable(part: unknown): boolean {
  return part === null || typeof part === 'string' || typeof part === 'boolean' || Number.isFinite(part);
}

/** Values whose JSON loses nothing; of -0, for one, it would lose the sign. */
function isPlain(value: unknown): boolean {
  return (
    typeof value === 'boolean' ||
    (typeof value === 'string' && value.length <= MAX_TEXT_LENGTH) ||
    (Number.isSafeInteger(value) && !Object.is(value, -0))
  );
}
