import * as z from 'zod';
import { formField, formText } from '../input/form-field.ts';
import { keySchema } from '../input/key-schema.ts';

const MAX_USER_CHARACTERS = 256;

/** `12.5`, also with a decimal comma, as it is written in many environments. */
export const percentage = z
  .string('expected a percentage')
  .transform((text) => text.trim().replace(',', '.'))
  .pipe(
    z
      .string()
      .regex(/^\d{1,3}(\.\d{1,3})?$/, 'expected a percentage from 0 to 100, with at most three decimals')
      .transform(Number)
      .refine((value) => value <= 100, 'expected a percentage from 0 to 100'),
  );

/** Anything printable: keys may be mail addresses, numbers, or names in any script. */
const user = z
  .string('expected a user’s key')
  .transform((text) => text.trim())
  .pipe(
    z
      .string()
      .min(1, 'expected a user’s key')
      .max(MAX_USER_CHARACTERS, `expected a user’s key of at most ${MAX_USER_CHARACTERS} characters`)
      .regex(/^[^\p{C}\p{Zl}\p{Zp}]+$/u, 'expected a user’s key without control characters'),
  );

const wholeNumber = z
  .string('expected a whole number')
  .regex(/^\d{1,15}$/, 'expected a whole number')
  .transform(Number);

const back = z.enum(['flags', 'flag']).default('flags');
const version = wholeNumber;

/** What a control of a flag card sends. `version`: of the flag as the page showed it. */
export const changeForm = z.discriminatedUnion(
  'change',
  [
    z.object({ change: z.enum(['on', 'off', 'kill']), version, back }),
    z.object({ change: z.literal('share'), percentage, version, back }),
    z.object({ change: z.literal('add-target'), user, variation: wholeNumber, version, back }),
    z.object({
      change: z.literal('client-side'),
      visible: z.enum(['true', 'false'], 'expected true or false').transform((text) => text === 'true'),
      version,
      back,
    }),
    // Any text: a key that another interface accepted must be removable here.
    z.object({ change: z.literal('remove-target'), user: z.string(), version, back }),
  ],
  { error: 'expected one of the controls of a flag card' },
);
export type ChangeForm = z.output<typeof changeForm>;

export const undoForm = z.object({
  entry: wholeNumber,
  version: z.union([z.literal('absent'), version]),
  back: z.string().default('/dashboard'),
});

export const newFlagForm = z.object({
  key: z
    .string('expected a name')
    .transform((text) => text.trim())
    .pipe(keySchema),
  description: z
    .string()
    .transform((text) => text.trim().replaceAll('\r\n', '\n'))
    .pipe(
      z
        .string()
        .max(2_000, 'expected at most 2,000 characters')
        .regex(/^[^\0]*$/, 'expected text'),
    )
    .default(''),
});

export const pinForm = z.object({ key: keySchema, pin: z.enum(['on', 'off']), back: z.string().optional() });

const MAX_SELECTED = 200;

/** `key`: once for each selected flag. */
export const bulkForm = z
  .object({
    action: z.enum(['tag', 'untag', 'archive', 'restore'], 'expected one of the actions'),
    tag: z
      .string()
      .trim()
      .max(64, 'expected a tag of at most 64 characters')
      .regex(/^[^\0]*$/, 'expected text')
      .default(''),
    key: z
      .union(
        [z.string().transform((key) => [key]), z.array(z.string())],
        'expected at least one selected flag',
      )
      .refine((keys) => keys.length <= MAX_SELECTED, `expected at most ${MAX_SELECTED} flags`),
  })
  .refine(({ action, tag }) => tag !== '' || !['tag', 'untag'].includes(action), {
    path: ['tag'],
    error: 'expected a tag',
  })
  .transform(({ action, tag, key }) => ({ action, tag, keys: key }));
export type BulkForm = z.output<typeof bulkForm>;

export const deleteForm = z.object({ version });

const MAX_COMMENT = 500;

/** What the editor of a draft wrote for the audit log. */
export const commentIn = (body: unknown): string => (formText(body, 'comment') ?? '').slice(0, MAX_COMMENT);

/** The first issue of a form, in one sentence with the value that came. */
export function formError(
  error: z.ZodError,
  body: unknown,
): { readonly field: string; readonly text: string } {
  const [issue] = error.issues;
  const field = String(issue?.path[0] ?? 'form');
  return { field, text: `${issue?.message ?? 'not valid'}; got ${quote(formField(body, field))}.` };
}

function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length <= 60 ? text : `${text.slice(0, 59).toWellFormed()}…`;
}
