import { isRecord, present, type JsonRecord } from '../json.ts';
import { compileClauses, type ClauseList } from './clause.ts';
import { compileServe, type ServeInput, type ServeNode, type ServeReason } from './variation-or-rollout.ts';
import { BAD, NO, type Matcher } from './state.ts';
import type { CompileCache } from './compile-cache.ts';

export interface RuleNode extends ClauseList {
  readonly serve: ServeNode;
  readonly reason: Extract<ServeReason, { kind: 'RULE_MATCH' }>;
}

export function compileRule(rule: unknown, ruleIndex: number, input: ServeInput): RuleNode {
  const given = isRecord(rule) ? rule : undefined;
  const reason: RuleNode['reason'] =
    typeof given?.id === 'string'
      ? { kind: 'RULE_MATCH', ruleId: given.id, ruleIndex }
      : { kind: 'RULE_MATCH', ruleIndex };
  return { ...listOfRule(given, input.cache), serve: compileServe(given, reason, input), reason };
}

/** A rule without a list of clauses matches no context, as in the node SDK; `lint` reports it. */
function listOfRule(rule: JsonRecord | undefined, cache: CompileCache): ClauseList {
  const list = present(rule?.clauses);
  if (Array.isArray(list)) {
    return compileClauses(list, cache);
  }
  return rule !== undefined && list === undefined ? MATCHES_NONE : IS_MALFORMED;
}

const constant = (match: Matcher): ClauseList => ({ clauses: [], match, signature: undefined });

const MATCHES_NONE = constant(() => NO);
const IS_MALFORMED = constant(() => BAD);
