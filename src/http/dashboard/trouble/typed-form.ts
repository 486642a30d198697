import type { Request } from 'express';
import * as z from 'zod';
import { requestOrigin } from '../../auth/request-origin.ts';

/** A form that was sent and not carried out, so that it can be sent once more. */
export interface TypedForm {
  /** Where it was sent to. */
  readonly action: string;
  readonly fields: readonly { readonly name: string; readonly value: string }[];
}

const bodySchema = z.record(z.string(), z.union([z.string(), z.array(z.string())]));

/** What a page's form need not, or must not, show again. */
const LEFT_OUT: ReadonlySet<string> = new Set(['csrf', 'token']);

/** Undefined: it is no form, or comes from elsewhere, and another site must not put words into our forms. */
export function typedForm(req: Request): TypedForm | undefined {
  if (req.method !== 'POST' || requestOrigin(req) !== 'here') return undefined;
  const body = bodySchema.safeParse(req.body);
  if (!body.success) return undefined;
  const fields = Object.entries(body.data)
    .filter(([name]) => !LEFT_OUT.has(name))
    .flatMap(([name, value]) => [value].flat().map((each) => ({ name, value: each })));
  return { action: req.originalUrl, fields };
}

export const typedFormSchema: z.ZodType<TypedForm> = z.object({
  action: z.string(),
  fields: z.array(z.object({ name: z.string(), value: z.string() })),
});
