import * as z from 'zod';
import { OPERATORS } from '../../../evaluation/model.ts';
import { formText } from '../../input/form-field.ts';
import type { ClauseDraft } from './clause-draft.ts';

export const MAX_CLAUSES = 20;
export const NEW_CLAUSE: ClauseDraft = { kind: 'user', attribute: '', op: 'in', negate: false, values: '' };

const operator = z.enum(OPERATORS);

/** Reads the conditions that a form carries below a path: `rule.0.clause` finds `rule.0.clause.1.op`. */
export function clausesIn(body: unknown, path: string): readonly ClauseDraft[] {
  const text = (name: string): string => (formText(body, name) ?? '').replaceAll('\r\n', '\n');
  return Array.from({ length: lengthOf(body, path, MAX_CLAUSES) }, (_, at) => ({
    kind: text(`${path}.${at}.kind`).trim() || 'user',
    attribute: text(`${path}.${at}.attribute`).trim(),
    op: operator.catch('in').parse(text(`${path}.${at}.op`)),
    negate: text(`${path}.${at}.negate`) === 'on',
    values: text(`${path}.${at}.values`),
  }));
}

/** How many of `path.0`, `path.1` … a form carries. */
export function lengthOf(body: unknown, path: string, max: number): number {
  let length = 0;
  while (length < max && formText(body, `${path}.${length}`) !== undefined) length += 1;
  return length;
}
