import { launchDarkly } from '../bucketing/launchdarkly.ts';
import { keyOfKind, type CheckedContext } from '../context.ts';
import { isRecord, listOf, present, primitiveText, type JsonRecord } from '../json.ts';
import { compileClauses, type ClauseNode } from './clause.ts';
import { compileBucketing, bucketOf, shareOf, type BucketingNode } from './bucketing.ts';
import { BAD, Chain, NO, YES, type Matcher, type Verdict } from './state.ts';
import type { CompileCache } from './compile-cache.ts';

/** Keys of one kind that a segment lists. */
export interface KeyList {
  readonly contextKind: string;
  readonly keys: ReadonlySet<unknown>;
}

export interface SegmentRuleNode {
  readonly match: Matcher;
  readonly clauses: readonly ClauseNode[];
  /** Absent: every context that matches the clauses is in. */
  readonly weighted: { readonly bucketing: BucketingNode; readonly share: number } | undefined;
}

export interface BigSegment {
  readonly contextKind: string;
  /** `<key>.g<generation>`; absent without a generation, and then no context is in. */
  readonly reference: string | undefined;
}

export interface CompiledSegment {
  readonly key: string;
  /** Its rules refer to other segments. */
  readonly nests: boolean;
  readonly match: Matcher;
  readonly big: BigSegment | undefined;
  readonly included: readonly KeyList[] | undefined;
  readonly excluded: readonly KeyList[] | undefined;
  /** None where they are malformed. */
  readonly rules: readonly SegmentRuleNode[];
}

const alwaysBad: Matcher = () => BAD;

export function compileSegment(mapKey: string, segment: unknown, cache: CompileCache): CompiledSegment {
  if (!isRecord(segment)) {
    return {
      key: mapKey,
      nests: false,
      match: alwaysBad,
      big: undefined,
      included: undefined,
      excluded: undefined,
      rules: [],
    };
  }
  const key = typeof segment.key === 'string' ? segment.key : mapKey;
  const big = segment.unbounded ? compileBig(segment, key) : undefined;
  const included = keyLists(segment.included, segment.includedContexts);
  const excluded = keyLists(segment.excluded, segment.excludedContexts);
  const rules = listOf(segment.rules)?.map((rule) => compileRule(rule, segment, key, cache));
  const nests = rules?.some((rule) => rule.clauses.some((clause) => clause.kind === 'segments')) ?? false;
  const matchRules = rulesMatcher(rules);
  const ask = big === undefined ? listMatcher(included, excluded, matchRules) : storeMatcher(big, matchRules);
  const compiled: CompiledSegment = {
    key,
    nests,
    match: nests
      ? (context, state, chain = new Chain()) => {
          chain.enter(compiled);
          const verdict = ask(context, state, chain);
          chain.leave(compiled);
          return verdict;
        }
      : ask,
    big,
    included,
    excluded,
    rules: rules ?? [],
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

function compileRule(rule: unknown, segment: JsonRecord, key: string, cache: CompileCache): SegmentRuleNode {
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
  const { clauses, match: all } = compileClauses(list, cache);
  if (present(rule.weight) === undefined) {
    return { match: all, clauses, weighted: undefined };
  }
  const bucketing = compileBucketing(
    { key, salt: segment.salt, contextKind: rule.rolloutContextKind, bucketBy: rule.bucketBy },
    launchDarkly,
    cache,
  );
  if (bucketing === undefined) {
    return { match: matchThenBad(all), clauses, weighted: undefined };
  }
  const share = shareOf(rule);
  return { match: matchThenWeigh(all, bucketing, share), clauses, weighted: { bucketing, share } };
}

function matchThenBad(all: Matcher): Matcher {
  return (context, state, chain) => (all(context, state, chain) === NO ? NO : BAD);
}

function matchThenWeigh(all: Matcher, { get, buckets, contextKind }: BucketingNode, share: number): Matcher {
  return (context, state, chain) => {
    const verdict = all(context, state, chain);
    // Without a context of the kind the bucket is 0, as in the node and Python SDKs; `lint` reports it.
    return verdict === YES && !(Math.max(bucketOf(context, get, buckets, contextKind), 0) < share)
      ? NO
      : verdict;
  };
}

/** Included keys are in, excluded ones out, and the rules decide about the others. */
function listMatcher(
  included: readonly KeyList[] | undefined,
  excluded: readonly KeyList[] | undefined,
  matchRules: Matcher,
): Matcher {
  if (included === undefined || excluded === undefined) {
    return alwaysBad;
  }
  const decided = listsMatcher(excluded, NO, matchRules);
  return listsMatcher(included, YES, decided);
}

/** Listed contexts get the verdict; the others go on. */
function listsMatcher(lists: readonly KeyList[], verdict: Verdict, goOn: Matcher): Matcher {
  const [only] = lists;
  if (only === undefined) {
    return goOn;
  }
  if (lists.length === 1) {
    return (context, state, chain) => (isIn(only, context) ? verdict : goOn(context, state, chain));
  }
  return (context, state, chain) => (isListed(lists, context) ? verdict : goOn(context, state, chain));
}

export function isListed(lists: readonly KeyList[], context: CheckedContext): boolean {
  return lists.some((list) => isIn(list, context));
}

/** A key that is empty, as a legacy user's may be, is in no list. */
function isIn({ contextKind, keys }: KeyList, context: CheckedContext): boolean {
  const key = keyOfKind(context, contextKind);
  return key !== undefined && key !== '' && keys.has(key);
}

/** The big segment store decides, and where it does not list the context, the rules. */
function storeMatcher(big: BigSegment, matchRules: Matcher): Matcher {
  return (context, state, chain) => {
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
      return matchRules(context, state, chain);
    }
    return included ? YES : NO;
  };
}

/** The first rule that matches, or is malformed, decides. */
function rulesMatcher(rules: readonly SegmentRuleNode[] | undefined): Matcher {
  if (rules === undefined) {
    return alwaysBad;
  }
  const matchers = rules.map((rule) => rule.match);
  const [first] = matchers;
  if (first !== undefined && matchers.length === 1) {
    return first;
  }
  return (context, state, chain) => {
    for (const match of matchers) {
      const verdict = match(context, state, chain);
      if (verdict !== NO) {
        return verdict;
      }
    }
    return NO;
  };
}
