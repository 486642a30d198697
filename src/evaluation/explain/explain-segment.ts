import { placeOf } from '../compile/placement.ts';
import { isListed, type CompiledSegment, type SegmentRuleNode } from '../compile/segment.ts';
import { BAD, Chain, NO, YES, type SegmentChain, type Verdict } from '../compile/state.ts';
import { keyOfKind } from '../context.ts';
import { show } from '../show.ts';
import { explainClauses } from './explain-clause.ts';
import type { Trace } from './trace.ts';
import { border, bucketText, percent } from './words.ts';

/** Why a context is, or is not, in a segment. The verdict was reached by the segment's own matcher. */
export function explainSegment(
  segment: CompiledSegment,
  verdict: Verdict,
  trace: Trace,
  depth: number,
  parent: SegmentChain | undefined,
): void {
  const name = `segment ${show(segment.key)}`;
  if (verdict === BAD) {
    trace.step('segment', depth, false, `The ${name} is malformed, or leads back to itself.`, {
      segment: segment.key,
    });
    return;
  }
  const listed = segment.big === undefined ? listReason(segment, trace) : storeReason(segment.big, trace);
  const inside = `The context is ${verdict === YES ? '' : 'not '}in ${name}: `;
  trace.step('segment', depth, verdict === YES, `${inside}${listed ?? rulesReason(verdict)}.`, {
    segment: segment.key,
  });
  if (listed === undefined) {
    const way = parent ?? new Chain();
    way.enter(segment);
    explainRules(segment.rules, trace, depth + 1, way);
    way.leave(segment);
  }
}

function listReason({ included = [], excluded = [] }: CompiledSegment, trace: Trace): string | undefined {
  if (isListed(included, trace.context)) {
    return 'its key is included by name';
  }
  return isListed(excluded, trace.context) ? 'its key is excluded by name' : undefined;
}

function storeReason(big: NonNullable<CompiledSegment['big']>, trace: Trace): string | undefined {
  const key = keyOfKind(trace.context, big.contextKind);
  if (!key) {
    return `the context has no ${big.contextKind}, so the store is not asked`;
  }
  if (big.reference === undefined) {
    return 'the big segment has no generation, so its store cannot be asked';
  }
  const included = trace.state.membership(key)?.[big.reference] ?? undefined;
  return included === undefined ? undefined : `the store of big segments says so of ${show(key)}`;
}

const rulesReason = (verdict: Verdict): string =>
  verdict === YES ? 'one of its rules matches' : 'its key is not listed and none of its rules matches';

function explainRules(
  rules: readonly SegmentRuleNode[],
  trace: Trace,
  depth: number,
  chain: SegmentChain,
): void {
  for (const [index, rule] of rules.entries()) {
    const verdict = rule.match(trace.context, trace.state, chain);
    const result = verdict === YES ? 'matches' : 'does not match';
    trace.step(
      'rule',
      depth,
      verdict === YES,
      `Rule ${index} of the segment ${result}${sampleText(rule, trace)}.`,
      {
        ruleIndex: index,
      },
    );
    explainClauses(rule.clauses, trace, depth + 1, chain);
    if (verdict !== NO) {
      return;
    }
  }
}

function sampleText({ weighted }: SegmentRuleNode, trace: Trace): string {
  if (weighted === undefined) {
    return '';
  }
  const { placement, share } = weighted;
  const bucket = Math.max(placeOf(trace.context, placement), 0);
  const text = bucketText(bucket, [share]);
  return bucket < share
    ? `; it takes a sample, and bucket ${text} < ${border(share)} is in its ${percent(share)}`
    : `; it takes a sample, and bucket ${text} ≥ ${border(share)} is not in its ${percent(share)}`;
}
