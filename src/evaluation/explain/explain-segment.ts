import {
  isListed,
  type BigSegment,
  type CompiledSegment,
  type KeyList,
  type SegmentRuleNode,
} from '../compile/segment.ts';
import { BAD, Chain, NO, YES, type SegmentChain, type Verdict } from '../compile/state.ts';
import { keyOfKind } from '../context.ts';
import type { BigSegmentsStatus } from '../detail.ts';
import type { ExplanationStep } from '../evaluator.ts';
import { show } from '../show.ts';
import { explainClauses } from './explain-clause.ts';
import { explainWeight } from './explain-weight.ts';
import type { Trace } from './trace.ts';
import { ruleTitle } from '../rule-name.ts';

/** What the lists, or the big segment store, decided before any rule: as text and as data. */
interface Decision {
  readonly text: string;
  readonly data: ExplanationStep['data'];
  /** The rules decide. */
  readonly isOpen: boolean;
}

/** Why a context is, or is not, in a segment. The verdict comes from the segment's own matcher. */
export function explainSegment(
  segment: CompiledSegment,
  verdict: Verdict,
  trace: Trace,
  depth: number,
  parent: SegmentChain | undefined,
): void {
  const decision = segment.big === undefined ? byLists(segment, trace) : byStore(segment.big, trace);
  const name = `segment ${show(segment.key)}`;
  const data = { segment: segment.key, ...decision.data };
  if (verdict === BAD) {
    trace.step('segment', depth, false, `The ${name} is malformed: ${problemOf(segment, decision)}.`, data);
  } else {
    const rules = verdict === YES ? 'one of its rules matches' : 'none of its rules matches';
    const reasons = decision.isOpen ? `${decision.text} and ${rules}` : decision.text;
    const inside = `The context is ${verdict === YES ? '' : 'not '}in ${name}`;
    trace.step('segment', depth, verdict === YES, `${inside}: ${reasons}.`, data);
  }
  if (decision.isOpen) {
    const way = parent ?? new Chain();
    way.enter(segment);
    trace.segments.push(segment.key);
    explainRules(segment.rules, trace, depth + 1, way);
    trace.segments.pop();
    way.leave(segment);
  }
}

function byLists({ included, excluded }: CompiledSegment, trace: Trace): Decision {
  if (included === undefined || excluded === undefined) {
    return { text: '', data: {}, isOpen: false };
  }
  return (
    listed('included', included, trace) ??
    listed('excluded', excluded, trace) ?? { text: 'its key is not listed', data: {}, isOpen: true }
  );
}

function listed(
  name: 'included' | 'excluded',
  lists: readonly KeyList[],
  trace: Trace,
): Decision | undefined {
  const list = lists.find((one) => isListed([one], trace.context));
  if (list === undefined) {
    return undefined;
  }
  const { contextKind } = list;
  const key = keyOfKind(trace.context, contextKind);
  return {
    text: `${contextKind} ${show(key)} is in the list of ${name} keys`,
    data: { list: name, contextKind, key },
    isOpen: false,
  };
}

function byStore({ contextKind, reference }: BigSegment, trace: Trace): Decision {
  const key = keyOfKind(trace.context, contextKind);
  if (!key) {
    const text = `the context has no ${contextKind}, so the big segment store is not asked`;
    return { text, data: { contextKind }, isOpen: false };
  }
  if (reference === undefined) {
    const text = 'the big segment has no generation, so its store cannot be asked';
    return { text, data: { contextKind, key }, isOpen: false };
  }
  const included = trace.state.membership(key)?.[reference] ?? undefined;
  const { status } = trace.state;
  const data = { contextKind, key, reference, included, bigSegmentsStatus: status };
  if (included !== undefined) {
    const stale = status === 'STALE' ? ', though it is not up to date' : '';
    return { text: `the big segment store says so for ${show(key)}${stale}`, data, isOpen: false };
  }
  return { text: storeStatus(status), data, isOpen: true };
}

/** Why the big segment store did not decide. */
function storeStatus(status: BigSegmentsStatus | undefined): string {
  if (status === 'NOT_CONFIGURED') {
    return 'no big segment store is configured';
  }
  if (status === 'STORE_ERROR') {
    return 'the big segment store failed';
  }
  return `the big segment store${status === 'STALE' ? ', which is not up to date,' : ''} does not list its key`;
}

/** Why a segment is malformed for this context. */
function problemOf({ included, rules }: CompiledSegment, { isOpen }: Decision): string {
  if (!isOpen) {
    return `it is not an object, or its ${included === undefined ? 'included' : 'excluded'} keys are not lists`;
  }
  return rules.length === 0 ? 'its rules are not a list' : 'one of its rules is';
}

function explainRules(
  rules: readonly SegmentRuleNode[],
  trace: Trace,
  depth: number,
  chain: SegmentChain,
): void {
  for (const [index, rule] of rules.entries()) {
    const verdict = rule.match(trace.context, trace.state, chain);
    const sample = explainWeight(rule, trace);
    const result = verdict === BAD ? malformation(rule, trace, chain) : RESULTS[verdict];
    const text = `${ruleTitle(index)} of the segment ${result}${sample?.text ?? ''}.`;
    trace.step('rule', depth, verdict === YES, text, { ruleIndex: index, ...sample?.data });
    explainClauses(rule.clauses, trace, depth + 1, chain);
    if (verdict !== NO) {
      return;
    }
  }
}

const RESULTS = { [NO]: 'does not match', [YES]: 'matches' } as const;

/** Why a rule is malformed. A malformed clause has a step of its own. */
function malformation({ clauses }: SegmentRuleNode, trace: Trace, chain: SegmentChain): string {
  if (clauses.some((clause) => clause.match(trace.context, trace.state, chain) === BAD)) {
    return 'is malformed';
  }
  const sample = 'its bucketBy is not a valid attribute';
  return `is malformed: ${clauses.length === 0 ? `it has no list of clauses, or ${sample}` : sample}`;
}
