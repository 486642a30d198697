import * as z from 'zod';
import type { SingleContext } from '../../../evaluation/model.ts';
import { listenerContext } from '../../../flags/listener-context.ts';
import { environmentQuery } from '../items/environment-query.ts';
import { textSchema } from '../items/common-schemas.ts';

/** Any key that a listener may have; it is data here, never a path. */
export const userIdSchema = textSchema(1_024).min(1).describe("The user's key.");

const attributeText = textSchema(1_024);

/** Attributes of a user by query: those that the site knows, and any other as text. */
export const userAttributesQuery = z
  .object({
    ...environmentQuery,
    groups: attributeText.exactOptional().describe('Separated by commas: `beta_testers,staff`.'),
    country: attributeText.exactOptional(),
    plan: attributeText.exactOptional(),
  })
  .catchall(attributeText)
  .refine((query) => !['kind', 'key', '_meta', 'anonymous'].some((name) => Object.hasOwn(query, name)), {
    error: 'kind, key, anonymous and _meta are not attributes',
  });

/**
 * The context that the site makes of the same attributes, so that both evaluate alike.
 * Every value is text: `POST /flags/{flag_name}/explain` takes a context with numbers and booleans.
 */
export function userContext(userId: string, query: z.output<typeof userAttributesQuery>): SingleContext {
  const { project: _project, environment: _environment, groups, country, plan, ...others } = query;
  const known = listenerContext({ key: userId, groups: groupsOf(groups), country, plan });
  return { ...others, ...known };
}

const groupsOf = (text: string | undefined): readonly string[] =>
  (text ?? '')
    .split(',')
    .map((group) => group.trim())
    .filter((group) => group !== '');
