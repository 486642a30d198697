import * as z from 'zod';

/** RFC 9457, with a stable `code`, and `message` for clients that look for LaunchDarkly's `{code, message}`. */
export const problemSchema = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string().describe('What was expected, what came, and what to do.'),
    instance: z.string().exactOptional(),
    code: z.string().describe('Stable, for programs.'),
    message: z.string().describe('The same as `detail`.'),
    errors: z
      .array(
        z.looseObject({
          pointer: z.string().describe('RFC 6901, into the body.'),
          code: z.string(),
          detail: z.string(),
        }),
      )
      .exactOptional(),
  })
  .meta({ id: 'Problem' });
