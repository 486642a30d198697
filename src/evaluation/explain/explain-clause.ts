import type { ClauseNode } from '../compile/clause.ts';
import { matchSegment } from '../compile/segment-matcher.ts';
import { BAD, NO, YES, type SegmentChain, type Verdict } from '../compile/state.ts';
import { OPERATOR_PHRASES } from '../operator-phrases.ts';
import { show } from '../show.ts';
import { explainSegment } from './explain-segment.ts';
import { notesOn } from './notes.ts';
import { cycleTo, type Trace } from './trace.ts';
import { enumerate, pathText, showValue } from './text.ts';

const PHRASES: ReadonlyMap<string, readonly [string, string]> = new Map(Object.entries(OPERATOR_PHRASES));

const UNKNOWN = ['passes the unknown operator with', 'does not pass the unknown operator with'] as const;

/** Clauses in order, up to the first that does not match. */
export function explainClauses(
  clauses: readonly ClauseNode[],
  trace: Trace,
  depth: number,
  chain: SegmentChain | undefined,
): void {
  for (const clause of clauses) {
    if (explainClause(clause, trace, depth, chain) !== YES) {
      return;
    }
  }
}

function explainClause(
  clause: ClauseNode,
  trace: Trace,
  depth: number,
  chain: SegmentChain | undefined,
): Verdict {
  const verdict = clause.match(trace.context, trace.state, chain);
  switch (clause.kind) {
    case 'malformed':
      trace.step('clause', depth, false, `The clause is malformed: ${clause.problem}.`, {
        problem: clause.problem,
      });
      break;
    case 'attribute': {
      const { contextKind, attribute, op, values, negate } = clause;
      const value = clause.get(trace.context);
      const text = attributeText(clause, value, verdict);
      const notes = notesOf(clause, value, verdict);
      const data = { contextKind, attribute, value, op, values, negate };
      trace.step(
        'clause',
        depth,
        verdict === YES,
        [text, ...notes].join(' '),
        notes.length === 0 ? data : { ...data, notes },
      );
      break;
    }
    case 'segments': {
      const { segments, negate } = clause;
      trace.step('clause', depth, verdict === YES, segmentsText(clause, verdict), { segments, negate });
      explainSegments(segments, trace, depth + 1, chain);
      break;
    }
  }
  return verdict;
}

/** Why the clause does not match, where the compared values alone do not show it. */
function notesOf(
  { op, values, negate }: Extract<ClauseNode, { kind: 'attribute' }>,
  value: unknown,
  verdict: Verdict,
): readonly string[] {
  const held = (verdict === YES) !== negate;
  return held || verdict === BAD || value === undefined ? [] : notesOn(op, value, values);
}

function attributeText(
  clause: Extract<ClauseNode, { kind: 'attribute' }>,
  value: unknown,
  verdict: Verdict,
): string {
  const { contextKind, attribute, op, values, negate } = clause;
  const subject = attribute === 'kind' ? 'kind' : `${contextKind} ${attribute}`;
  if (value === undefined) {
    return `There is no ${subject}, so the clause does not match${negate ? ', negated or not' : ''}.`;
  }
  if (verdict === BAD) {
    return 'The clause is malformed: it has no list of values.';
  }
  const held = (verdict === YES) !== negate;
  const phrase = (PHRASES.get(op) ?? UNKNOWN)[held ? 0 : 1];
  const many = values.length === 1 ? '' : ` ${held ? 'one' : 'any'} of`;
  const what = values.length === 0 ? ' no value at all' : `${many} ${enumerate(values)}`;
  return `${subject} ${showValue(value)} ${phrase}${what}${ending(verdict, negate)}`;
}

function segmentsText(clause: Extract<ClauseNode, { kind: 'segments' }>, verdict: Verdict): string {
  if (verdict === BAD) {
    return 'A segment is malformed, or refers back to itself, so the whole flag is malformed.';
  }
  const held = (verdict === YES) !== clause.negate;
  const which = `${clause.segments.length === 1 ? 'segment' : 'any of the segments'} ${enumerate(clause.segments)}`;
  return `The context is ${held ? '' : 'not '}in ${which}${ending(verdict, clause.negate)}`;
}

function ending(verdict: Verdict, negate: boolean): string {
  const result = verdict === YES ? 'matches' : 'does not match';
  return negate ? `, and the clause is negated, so it ${result}.` : `, so the clause ${result}.`;
}

function explainSegments(
  keys: readonly string[],
  trace: Trace,
  depth: number,
  chain: SegmentChain | undefined,
): void {
  for (const key of keys) {
    const segment = trace.state.definitions.segments.get(key);
    const verdict = matchSegment(key, trace.context, trace.state, chain);
    if (segment === undefined) {
      trace.step('segment', depth, false, `There is no segment ${show(key)}, so no context is in it.`, {
        segment: key,
      });
    } else if (chain?.includes(segment)) {
      const cycle = cycleTo(trace.segments, segment.key);
      const text = `Segment ${show(key)} refers back to itself (${pathText(cycle)}), so the whole flag is malformed.`;
      trace.step('segment', depth, false, text, { segment: key, cycle });
    } else if (trace.isFirstVisit(segment, depth)) {
      explainSegment(segment, verdict, trace, depth, chain);
    } else {
      const text =
        verdict === BAD
          ? `The segment ${show(key)} is malformed.`
          : `The context is ${verdict === YES ? '' : 'not '}in segment ${show(key)}.`;
      trace.step('segment', depth, verdict === YES, text, { segment: key });
    }
    if (verdict !== NO) {
      return;
    }
  }
}
