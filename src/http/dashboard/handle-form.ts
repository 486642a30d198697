import type * as z from 'zod';
import { formError } from './forms.ts';
import type { Visit } from './dashboard-scope.ts';
import { tryWrite } from './show-page.ts';

/** What came of a form. */
export type FormOutcome =
  | { readonly outcome: 'done'; readonly href: string }
  | { readonly outcome: 'refused'; readonly text: string; readonly status?: number }
  /** The page was sent already, with something that is shown only once. */
  | { readonly outcome: 'answered' };

/** What a form does, and the page that says why it did not. */
export interface FormHandler<Fields> {
  readonly act: (fields: Fields) => Promise<FormOutcome>;
  readonly refuse: (status: number, text: string) => Promise<void>;
}

/** Checks a form, carries it out, and leads on to the next page. A database that is away is said on the form's page. */
export async function handleForm<Schema extends z.ZodType>(
  { req, res }: Pick<Visit, 'req' | 'res'>,
  schema: Schema,
  { act, refuse }: FormHandler<z.output<Schema>>,
): Promise<void> {
  const parsed = schema.safeParse(req.body);
  if (!parsed.success) {
    await refuse(422, formError(parsed.error, req.body).text);
    return;
  }
  const done = await tryWrite(() => act(parsed.data));
  if ('unavailable' in done) {
    await refuse(503, done.unavailable);
    return;
  }
  const { value } = done;
  switch (value.outcome) {
    case 'done':
      res.redirect(303, value.href);
      return;
    case 'refused':
      await refuse(value.status ?? 409, value.text);
      return;
    case 'answered':
      return;
    default:
      value satisfies never;
  }
}
