import * as z from 'zod';
import type { ApiDeps } from '../api-deps.ts';
import type { EvaluationDetail } from '../../../evaluation/detail.ts';
import type { Evaluator } from '../../../evaluation/evaluator.ts';
import { tryContexts } from '../../../flags/try-contexts.ts';
import type { Context } from '../../../evaluation/model.ts';
import { environmentQuery, requireSnapshot } from '../items/environment-query.ts';
import { flagDraft } from './flag-draft.ts';
import { linted } from '../items/lint-draft.ts';
import { requireSameName } from '../items/change-item.ts';
import { type Operation, operation, reply } from '../operation.ts';
import { jsonValueSchema } from '../items/common-schemas.ts';
import { keySchema } from '../../input/key-schema.ts';
import { contextSchema } from '../evaluations/evaluation-schemas.ts';
import { flagUpdateSchema, warningSchema } from './flag-schemas.ts';

const EXAMPLES = 5;

const outcomeSchema = z
  .object({
    value: jsonValueSchema,
    variation_index: z.int().nullable(),
  })
  .nullable()
  .describe('Null: there is no such flag yet.');

const previewSchema = z
  .object({
    flag_name: keySchema,
    contexts: z
      .int()
      .min(0)
      .describe('How many recently seen contexts it was tried on, the latest first, within a second.'),
    changed: z.int().min(0).describe('How many of them would get something else.'),
    changes: z
      .array(
        z.object({
          from: outcomeSchema,
          to: outcomeSchema,
          count: z.int().min(1),
          examples: z.array(contextSchema).describe('Up to five, without the values of private attributes.'),
        }),
      )
      .describe('From what to what, most first.'),
    warnings: z.array(warningSchema),
  })
  .meta({ id: 'Preview' });

/** The blast radius of a draft: who of those seen lately would get something else. */
export function previewOperations({
  store,
  seenContexts,
  now,
}: Pick<ApiDeps, 'store' | 'seenContexts' | 'now'>): readonly Operation[] {
  return [
    operation('previewFlag', 'post', '/flags/{flag_name}/preview', {
      tag: 'Evaluation',
      summary: 'Who would change, were this written?',
      description:
        'Takes what a PUT would take, and changes nothing. Tried on a bounded sample of recently seen contexts, kept in memory only; the values of private attributes are not in it, so rules on them count as not matching.',
      role: 'viewer',
      isRead: true,
      params: z.strictObject({ flag_name: keySchema }),
      query: z.strictObject(environmentQuery),
      body: flagUpdateSchema,
      replies: { 200: { description: 'What would change', body: previewSchema } },
      handle: async ({ params: { flag_name: key }, query, body: fields }) => {
        requireSameName(key, fields.flag_name, '/flag_name');
        const snapshot = requireSnapshot(store, query);
        const draft = flagDraft(snapshot.flags.get(key)?.definition, key, fields);
        const warnings = linted(snapshot, 'flag', draft);
        const drafted = snapshot.evaluator.with({ flags: { [key]: draft } });
        const transitions = createTransitions(snapshot.evaluator, drafted, key);
        const contexts = await tryContexts(seenContexts.list(), transitions.add, now);
        const changes = transitions.list();
        return reply(200, {
          flag_name: key,
          contexts,
          changed: changes.reduce((sum, change) => sum + change.count, 0),
          changes,
          warnings,
        });
      },
    }),
  ];
}

interface Transition {
  readonly from: Outcome;
  readonly to: Outcome;
  count: number;
  readonly examples: Context[];
}

type Outcome = { readonly value: EvaluationDetail['value']; readonly variation_index: number | null } | null;

function createTransitions(
  before: Evaluator,
  after: Evaluator,
  key: string,
): { readonly add: (context: Context) => void; readonly list: () => readonly Transition[] } {
  const transitions = new Map<string, Transition>();
  const add = (context: Context): void => {
    const from = outcomeOf(before.evaluate(key, context, null));
    const to = outcomeOf(after.evaluate(key, context, null));
    // Two variations may hold the same value; who moves between them notices nothing.
    if (JSON.stringify(from?.value) === JSON.stringify(to?.value) && (from === null) === (to === null))
      return;
    const id = JSON.stringify([from, to]);
    const known = transitions.get(id) ?? { from, to, count: 0, examples: [] };
    known.count += 1;
    if (known.examples.length < EXAMPLES) known.examples.push(context);
    transitions.set(id, known);
  };
  return { add, list: () => [...transitions.values()].toSorted((a, b) => b.count - a.count) };
}

function outcomeOf({ value, variationIndex, reason }: EvaluationDetail): Outcome {
  return reason.kind === 'ERROR' && reason.errorKind === 'FLAG_NOT_FOUND'
    ? null
    : { value, variation_index: variationIndex };
}
