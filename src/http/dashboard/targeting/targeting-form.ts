import * as z from 'zod';
import { formText } from '../../input/form-field.ts';
import { clausesIn, lengthOf, MAX_CLAUSES, NEW_CLAUSE } from './clause-form.ts';
import type { RuleDraft, ServeDraft, TargetingDraft } from './targeting-draft.ts';

export const MAX_RULES = 100;
const MAX_DESCRIPTION = 500;

const index = z
  .string()
  .regex(/^\d{1,4}$/)
  .transform(Number);

/** Reads the draft that a form carries. Fields are named by their path: `rule.0.clause.1.op`. */
export function draftIn(body: unknown, variations: number): TargetingDraft {
  const text = (name: string): string => (formText(body, name) ?? '').replaceAll('\r\n', '\n');
  const serveAt = (path: string): ServeDraft => {
    const serve = text(`${path}.serve`);
    const isVariation = index.safeParse(serve).data;
    return {
      serve: serve === 'rollout' || (isVariation !== undefined && isVariation < variations) ? serve : '0',
      weights: Array.from({ length: variations }, (_, at) => text(`${path}.weight.${at}`)),
      bucketBy: text(`${path}.bucketBy`).trim(),
    };
  };
  const ruleAt = (at: number): RuleDraft => ({
    from: index.safeParse(text(`rule.${at}`)).data,
    description: text(`rule.${at}.description`).slice(0, MAX_DESCRIPTION),
    clauses: clausesIn(body, `rule.${at}.clause`),
    ...serveAt(`rule.${at}`),
  });
  const off = index.safeParse(text('off')).data;
  return {
    rules: Array.from({ length: lengthOf(body, 'rule', MAX_RULES) }, (_, at) => ruleAt(at)),
    fallthrough: serveAt('default'),
    off: off !== undefined && off < variations ? String(off) : '',
  };
}

/** The draft after one step of editing; the same draft when the step means nothing. */
export function editDraft(draft: TargetingDraft, action: string, variations: number): TargetingDraft {
  const { rules } = draft;
  const [step = '', ...positions] = action.split(':');
  const [at = -1, clause = -1] = positions.map(Number);
  const withRule = (edit: (rule: RuleDraft) => RuleDraft): TargetingDraft => ({
    ...draft,
    rules: rules.map((rule, other) => (other === at ? edit(rule) : rule)),
  });
  const moved = (to: number): TargetingDraft => {
    const rule = rules[at];
    if (rule === undefined || to < 0 || to >= rules.length) return draft;
    return { ...draft, rules: rules.toSpliced(at, 1).toSpliced(to, 0, rule) };
  };
  switch (step) {
    case 'add-rule': {
      const weights = Array.from({ length: variations }, () => '0');
      const rule = {
        from: undefined,
        description: '',
        clauses: [NEW_CLAUSE],
        serve: '0',
        weights,
        bucketBy: '',
      };
      return rules.length >= MAX_RULES ? draft : { ...draft, rules: [...rules, rule] };
    }
    case 'remove-rule':
      return { ...draft, rules: rules.filter((_, other) => other !== at) };
    case 'up':
      return moved(at - 1);
    case 'down':
      return moved(at + 1);
    case 'move':
      return moved(clause);
    case 'add-clause':
      return withRule((rule) => ({ ...rule, clauses: [...rule.clauses, NEW_CLAUSE].slice(0, MAX_CLAUSES) }));
    case 'remove-clause':
      return withRule((rule) => ({ ...rule, clauses: rule.clauses.filter((_, other) => other !== clause) }));
    default:
      return draft;
  }
}
