import { attributeGetter, type AttributeGetter, type AttributePath } from '../attribute.ts';
import type { EvaluationDetail } from '../detail.ts';
import type { JsonValue } from '../model.ts';
import { isRecord } from '../json.ts';
import { outcome } from '../make-detail.ts';
import type { ClauseList, ClauseNode } from './clause.ts';
import type { RuleTable } from './rule-table.ts';
import type { TargetGroup } from './targets.ts';

/** Longer lists of values or keys are rarely the same, and cost more to compare than to compile. */
const MAX_VALUES = 20;
const MAX_CLAUSES = 10;
const MAX_TEXT_LENGTH = 100;
/** Where definitions change all the time, what is no longer used is let go of. */
const MAX_CACHED = 20_000;

/**
 * What compiled definitions share: one getter for each attribute of each kind, one matcher for equal clauses and lists
 * of them, one table for equal rules, one list of equal targets, one outcome for equal answers. A thousand flags are
 * then a good deal smaller, and most of the time to evaluate them goes into fetching them.
 */
export class CompileCache {
  readonly #getters = new Map<string, AttributeGetter>();
  readonly #clauses = new Map<string, ClauseNode>();
  readonly #lists = new Map<string, ClauseList>();
  readonly #tables = new Map<string, RuleTable>();
  readonly #targets = new Map<string, readonly TargetGroup[]>();
  readonly #outcomes = new Map<string, EvaluationDetail>();

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

  ruleTable(lists: readonly ClauseList[], make: () => RuleTable): RuleTable {
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

  readonly outcome: typeof outcome = (value, variationIndex, reason) => {
    const signature = isPlain(value) ? JSON.stringify([value, variationIndex, reason]) : undefined;
    return shared(this.#outcomes, signature, () => outcome(value, variationIndex, reason));
  };
}

/** Without a signature the part is made for one alone. */
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

/** Equal for clauses that compile to the same; `undefined` for those that are not worth, or not safe, to write down. */
function signatureOf(clause: unknown): string | undefined {
  if (!isRecord(clause) || !Array.isArray(clause.values) || clause.values.length > MAX_VALUES) {
    return undefined;
  }
  const { contextKind, attribute, op, negate, values } = clause;
  return written([contextKind ?? null, attribute ?? null, op ?? null, negate ?? null, ...values]);
}

/** With the value that is served: equal targets of other variations are others. */
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

/** Whose JSON says all about it: -0, for one, becomes 0. */
function isPlain(value: unknown): boolean {
  return (
    typeof value === 'boolean' ||
    (typeof value === 'string' && value.length <= MAX_TEXT_LENGTH) ||
    (Number.isSafeInteger(value) && !Object.is(value, -0))
  );
}
