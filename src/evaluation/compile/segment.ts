import { launchDarkly } from '../bucketing/launchdarkly.ts';
import { keyOfKind, type CheckedContext } from '../context.ts';
import { isRecord, listOf, present, primitiveText, type JsonRecord } from '../json.ts';
import { compileClause, matchAll, type ClauseNode } from './clause.ts';
import { compilePlacement, shareOf, type Placement } from './placement.ts';
import {
  BAD,
  below,
  NO,
  YES,
  type EvaluationState,
  type Matcher,
  type SegmentChain,
  type Verdict,
} from './state.ts';
import type { Workshop } from './workshop.ts';

/** Keys of one kind that a segment lists. */
export interface KeyList {
  readonly contextKind: string;
  readonly keys: ReadonlySet<unknown>;
}

export interface SegmentRuleNode {
  readonly match: Matcher;
  readonly clauses: readonly ClauseNode[];
  /** Absent: whoever matches the clauses is in. */
  readonly weighted: { readonly placement: Placement; readonly share: number } | undefined;
}

export interface BigSegment {
  readonly contextKind: string;
  /** `<key>.g<generation>`; absent without a generation, and then nobody is in. */
  readonly reference: string | undefined;
}

export interface CompiledSegment {
  readonly key: string;
  /** Its rules ask other segments. */
  readonly nests: boolean;
  readonly match: Matcher;
  readonly big: BigSegment | undefined;
  readonly included: readonly KeyList[] | undefined;
  readonly excluded: readonly KeyList[] | undefined;
  readonly rules: readonly SegmentRuleNode[] | undefined;
}

const alwaysBad: Matcher = () => BAD;

export function compileSegment(mapKey: string, segment: unknown, workshop: Workshop): CompiledSegment {
  if (!isRecord(segment)) {
    return {
      key: mapKey,
      nests: false,
      match: alwaysBad,
      big: undefined,
      included: undefined,
      excluded: undefined,
      rules: undefined,
    };
  }
  const key = typeof segment.key === 'string' ? segment.key : mapKey;
  const big = segment.unbounded ? compileBig(segment, key) : undefined;
  const included = keyLists(segment.included, segment.includedContexts);
  const excluded = keyLists(segment.excluded, segment.excludedContexts);
  const rules = listOf(segment.rules)?.map((rule) => compileRule(rule, segment, key, workshop));
  const nests = rules?.some((rule) => rule.clauses.some((clause) => clause.kind === 'segments')) ?? false;
  const compiled: CompiledSegment = {
    key,
    nests,
    match: (context, state, chain) =>
      askSegment(compiled, context, state, nests ? below(chain, compiled) : undefined),
    big,
    included,
    excluded,
    rules,
  };
  return compiled;
}

function compileBig(segment: JsonRecord, key: string): BigSegment {
  return {
    contextKind: primitiveText(segment.unboundedContextKind || 'user') ?? '',
    reference: segment.generation ? `${key}.g${primitiveText(segment.generation) ?? ''}` : undefined,
  };
}

function keyLists(userKeys: unknown, contextTargets: unknown): readonly KeyList[] | undefined {
  const users = listOf(userKeys);
  const targets = listOf(contextTargets);
  if (users === undefined || targets === undefined) {
    return undefined;
  }
  const byKind = new Map<string, Set<unknown>>();
  const add = (kind: string, keys: readonly unknown[]): void => {
    const set = byKind.get(kind) ?? new Set();
    keys.forEach((key) => set.add(key));
    byKind.set(kind, set);
  };
  if (users.length > 0) {
    add('user', users);
  }
  for (const target of targets) {
    if (!isRecord(target) || !Array.isArray(target.values)) {
      return undefined;
    }
    add(primitiveText(present(target.contextKind) ?? 'user') ?? '', target.values);
  }
  return [...byKind].map(([contextKind, keys]) => ({ contextKind, keys }));
}

function compileRule(rule: unknown, segment: JsonRecord, key: string, workshop: Workshop): SegmentRuleNode {
  if (!isRecord(rule)) {
    return { match: alwaysBad, clauses: [], weighted: undefined };
  }
  const list = present(rule.clauses);
  if (list === undefined) {
    return { match: () => NO, clauses: [], weighted: undefined };
  }
  if (!Array.isArray(list)) {
    return { match: alwaysBad, clauses: [], weighted: undefined };
  }
  const clauses = list.map((clause) => compileClause(clause, workshop));
  const all = matchAll(clauses);
  if (present(rule.weight) === undefined) {
    return { match: all, clauses, weighted: undefined };
  }
  const placement = compilePlacement(
    { key, salt: segment.salt, contextKind: rule.rolloutContextKind, bucketBy: rule.bucketBy },
    launchDarkly,
    workshop,
  );
  if (placement === undefined) {
    return { match: matchThenBad(all), clauses, weighted: undefined };
  }
  const share = shareOf(rule);
  return { match: matchThenWeigh(all, placement, share), clauses, weighted: { placement, share } };
}

function matchThenBad(all: Matcher): Matcher {
  return (context, state, chain) => (all(context, state, chain) === NO ? NO : BAD);
}

function matchThenWeigh(all: Matcher, placement: Placement, share: number): Matcher {
  return (context, state, chain) => {
    const verdict = all(context, state, chain);
    // Without a context of the kind the bucket is 0, as in the node and Python SDKs; `lint` says so.
    return verdict === YES && !(Math.max(placement.place(context), 0) < share) ? NO : verdict;
  };
}

function askSegment(
  segment: CompiledSegment,
  context: CheckedContext,
  state: EvaluationState,
  chain: SegmentChain | undefined,
): Verdict {
  const listed =
    segment.big === undefined ? askLists(segment, context) : askStore(segment.big, context, state);
  return listed ?? askRules(segment, context, state, chain);
}

function askLists(segment: CompiledSegment, context: CheckedContext): Verdict | undefined {
  if (segment.included === undefined || segment.excluded === undefined) {
    return BAD;
  }
  if (isListed(segment.included, context)) {
    return YES;
  }
  return isListed(segment.excluded, context) ? NO : undefined;
}

export function isListed(lists: readonly KeyList[], context: CheckedContext): boolean {
  for (const list of lists) {
    const key = keyOfKind(context, list.contextKind);
    if (key && list.keys.has(key)) {
      return true;
    }
  }
  return false;
}

/** `undefined`: the store does not say, so the rules decide. */
function askStore(big: BigSegment, context: CheckedContext, state: EvaluationState): Verdict | undefined {
  const key = keyOfKind(context, big.contextKind);
  if (!key) {
    return NO;
  }
  if (big.reference === undefined) {
    state.note('NOT_CONFIGURED');
    return NO;
  }
  const included = state.membership(key)?.[big.reference] ?? undefined;
  if (included === undefined) {
    return undefined;
  }
  return included ? YES : NO;
}

function askRules(
  segment: CompiledSegment,
  context: CheckedContext,
  state: EvaluationState,
  chain: SegmentChain | undefined,
): Verdict {
  if (segment.rules === undefined) {
    return BAD;
  }
  for (const rule of segment.rules) {
    const verdict = rule.match(context, state, chain);
    if (verdict !== NO) {
      return verdict;
    }
  }
  return NO;
}
