import { isRecord, present } from '../json.ts';
import { compileClause, matchAll, type ClauseNode } from './clause.ts';
import {
  compileServe,
  serveWith,
  type Serve,
  type ServeInput,
  type ServeNode,
  type ServeReason,
} from './serve.ts';
import { BAD, NO, type Matcher } from './state.ts';

export interface RuleNode {
  readonly match: Matcher;
  readonly run: Serve;
  readonly clauses: readonly ClauseNode[];
  readonly serve: ServeNode;
  readonly reason: Extract<ServeReason, { kind: 'RULE_MATCH' }>;
}

export function compileRule(rule: unknown, ruleIndex: number, input: ServeInput): RuleNode {
  const given = isRecord(rule) ? rule : undefined;
  const reason: RuleNode['reason'] =
    typeof given?.id === 'string'
      ? { kind: 'RULE_MATCH', ruleId: given.id, ruleIndex }
      : { kind: 'RULE_MATCH', ruleIndex };
  const serve = compileServe(given, reason, input);
  const list = present(given?.clauses);
  const clauses = Array.isArray(list) ? list.map((clause) => compileClause(clause, input.workshop)) : [];
  return { match: ruleMatcher(given, list, clauses), run: serveWith(serve), clauses, serve, reason };
}

/** A rule without a list of clauses matches nobody, as in the node SDK; `lint` says so. */
function ruleMatcher(given: unknown, list: unknown, clauses: readonly ClauseNode[]): Matcher {
  if (given !== undefined && list === undefined) {
    return () => NO;
  }
  return Array.isArray(list) ? matchAll(clauses) : () => BAD;
}
