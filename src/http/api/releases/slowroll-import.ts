import * as z from 'zod';
import type { PlanProblem } from '../../../release/plan/check-plan.ts';
import { guardSchema } from '../../../release/plan/plan-document.ts';
import type { ReleaseServices } from '../../../release/run/release-services.ts';
import { importSlowroll } from '../../../release/slowroll/import-slowroll.ts';
import type { Store } from '../../../store/store.ts';
import { environmentQuery, requireSnapshot } from '../items/environment-query.ts';
import { type Operation, operation, reply } from '../operation.ts';
import { badPlan } from './plan-problems.ts';

const inputSchema = z
  .strictObject({
    document: z
      .record(z.string(), z.unknown())
      .describe(
        '`{section: {key: {stable, new, end_time, duration, early_adopters?, start_pct?, end_pct?, rollback?}}}`',
      ),
    guards: z.array(guardSchema).max(10).exactOptional().describe('Of every release. Default: none.'),
  })
  .meta({
    id: 'SlowrollImport',
    examples: [
      {
        document: {
          search: {
            ranking: {
              stable: 'old',
              new: 'learned',
              end_time: '2100-01-15 12:00Z',
              duration: '14d',
              early_adopters: ['ana'],
            },
          },
        },
      },
    ],
  });

const importedSchema = z
  .object({
    flags: z.array(
      z.object({
        flag_name: z.string(),
        release: z.string().nullable().describe('Its id; null where the time is over.'),
      }),
    ),
    skipped: z.array(z.string()).describe('Entries without `new`, of which there is nothing to release.'),
  })
  .meta({ id: 'SlowrollImported' });

export interface SlowrollImportDeps {
  readonly releases: ReleaseServices;
  readonly store: Pick<Store, 'snapshot' | 'change'>;
  readonly now: () => number;
}

export function slowrollImportOperations({
  releases: services,
  store,
  now,
}: SlowrollImportDeps): readonly Operation[] {
  return [
    operation('importSlowroll', 'post', '/releases/slowroll', {
      tag: 'Releases',
      summary: 'Import a slowroll document as flags and releases',
      description:
        'Each entry becomes a flag named `section.key`, whose share rises or falls in a line to `end_time`; early adopters become targets. A rollout that is under way goes on with the share that it has. All of it is checked before any of it is written.',
      role: 'operator',
      query: z.strictObject(environmentQuery),
      body: inputSchema,
      replies: { 201: { description: 'What was made', body: importedSchema } },
      problems: [404, 409],
      handle: async ({ query, body: { document, guards }, author }) => {
        const { environment } = requireSnapshot(store, query);
        const imported = await importSlowroll(
          { store, services, now },
          author,
          environment,
          document,
          guards,
        );
        if (imported.kind === 'bad') {
          throw badPlan(imported.problems.map(inBody));
        }
        services.wake();
        return reply(201, {
          flags: imported.flags.map(({ key, release }) => ({
            flag_name: key,
            release: release?.id ?? null,
          })),
          skipped: imported.skipped,
        });
      },
    }),
  ];
}

/** The document is one field of the body. */
const inBody = ({ pointer, code, detail }: PlanProblem): PlanProblem => ({
  pointer: pointer.startsWith('/guards/') ? pointer : `/document${pointer}`,
  code,
  detail,
});
