import * as z from 'zod';
import type { KeyScope } from '../../../access/key-record.ts';
import type { EnvironmentRef } from '../../../store/store.ts';

const DAY_MS = 86_400_000;

/** `kind`: a role for an administrator's token, or the kind of a program's key. `days`: how long it lasts; empty: for ever. */
export const newKeyForm = z.object({
  name: z
    .string('expected a name')
    .trim()
    .min(1, 'expected a name')
    .max(256, 'expected a name of at most 256 characters')
    .regex(/^[^\p{C}]+$/u, 'expected a name without control characters'),
  kind: z.enum(
    ['viewer', 'operator', 'admin', 'sdk', 'mobile', 'client-side-id'],
    'expected one of the kinds of keys',
  ),
  days: z
    .union([z.literal(''), z.string().regex(/^[1-9]\d{0,3}$/, 'expected a number of days from 1 to 9999')])
    .default(''),
});
export type NewKeyForm = z.output<typeof newKeyForm>;

export const rotateKeyForm = z.object({
  grace: z.enum(['0', '3600', '86400', '604800'], 'expected one of the offered times').transform(Number),
});

export function scopeOfForm({ kind }: NewKeyForm, environment: EnvironmentRef): KeyScope {
  switch (kind) {
    case 'viewer':
    case 'operator':
    case 'admin':
      return { kind: 'admin', role: kind };
    case 'sdk':
    case 'mobile':
    case 'client-side-id':
      return { kind, environment };
    default:
      return kind satisfies never;
  }
}

/** Epoch milliseconds; undefined: it does not expire. */
export const expiryOfForm = ({ days }: NewKeyForm, now: number): number | undefined =>
  days === '' ? undefined : now + Number(days) * DAY_MS;
