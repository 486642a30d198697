import { attributeGetter, type AttributeGetter, type AttributePath } from '../attribute.ts';
import { isRecord } from '../json.ts';
import type { ClauseNode } from './clause.ts';

/** Longer lists of values are rarely the same, and cost more to compare than to compile. */
const MOST_VALUES = 20;
/** Where definitions change all the time, what is no longer used is let go of. */
const MOST_KEPT = 20_000;

/**
 * What compiled definitions share: one getter for each attribute of each kind, and one matcher for equal clauses. A
 * thousand flags are then a good deal smaller, and half of the time to evaluate them goes into fetching them.
 */
export class Workshop {
  readonly #getters = new Map<string, AttributeGetter>();
  readonly #clauses = new Map<string, ClauseNode>();

  getter(kind: string, path: AttributePath): AttributeGetter {
    return shared(this.#getters, JSON.stringify([kind, ...path]), () => attributeGetter(kind, path));
  }

  clause(definition: unknown, make: () => ClauseNode): ClauseNode {
    const signature = signatureOf(definition);
    return signature === undefined ? make() : shared(this.#clauses, signature, make);
  }
}

function shared<Part>(parts: Map<string, Part>, signature: string, make: () => Part): Part {
  const known = parts.get(signature);
  if (known !== undefined) {
    return known;
  }
  if (parts.size >= MOST_KEPT) {
    parts.clear();
  }
  const made = make();
  parts.set(signature, made);
  return made;
}

/** Equal for clauses that compile to the same; `undefined` for those that are not worth, or not safe, to write down. */
function signatureOf(clause: unknown): string | undefined {
  if (!isRecord(clause) || !Array.isArray(clause.values) || clause.values.length > MOST_VALUES) {
    return undefined;
  }
  const parts: readonly unknown[] = [
    clause.contextKind,
    clause.attribute,
    clause.op,
    clause.negate,
    ...clause.values,
  ];
  const plain = parts.every((part) => typeof part !== 'object' || part === null);
  return plain ? JSON.stringify(parts.map((part) => part ?? null)) : undefined;
}
