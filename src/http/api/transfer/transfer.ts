import { isoTime } from '../../../shared/iso-time.ts';
import * as z from 'zod';
import type { ApiDeps } from '../api-deps.ts';
import { keySchema } from '../../input/key-schema.ts';
import { environmentQuery } from '../items/environment-query.ts';
import { carryOutImport, ON_CONFLICT, type ImportPlan, type PlannedItem, planImport } from './import-plan.ts';
import { launchDarklyFileSchema } from './launchdarkly-import.ts';
import { MAX_IMPORT_BYTES, MAX_IMPORT_NAMES, readImport } from './read-import.ts';
import { type Operation, operation, reply } from '../operation.ts';
import { warningSchema } from '../flags/flag-schemas.ts';
import { requireExport, transferFileSchema } from './transfer-file.ts';

const countsSchema = z
  .object({
    created: z.int(),
    updated: z.int(),
    unchanged: z.int(),
    skipped: z.int().describe('Here already, as new or newer.'),
  })
  .meta({ id: 'ImportCounts' });

const importedSchema = z
  .object({
    dry_run: z.boolean(),
    projects_created: z.array(z.string()),
    environments_created: z.array(z.string()).describe('As `project/environment`.'),
    flags: countsSchema,
    segments: countsSchema,
    warnings: z.array(warningSchema).describe('What was left out of the file, and what is odd in it.'),
  })
  .meta({ id: 'Imported' });

/** Everything as one file, and back. */
export function transferOperations({ store, now }: Pick<ApiDeps, 'store' | 'now'>): readonly Operation[] {
  return [
    operation('exportEverything', 'get', '/export', {
      tag: 'Transfer',
      summary: 'Everything as one JSON file, or one project or environment of it',
      description:
        'The same flags give the same bytes. Imported into an empty service it comes back exactly.',
      role: 'admin',
      query: z.strictObject({
        project: keySchema.exactOptional().describe('Only this one.'),
        environment: keySchema.exactOptional().describe('Only this one, of each project.'),
      }),
      replies: {
        200: {
          description: 'The file',
          body: transferFileSchema,
          asText: true,
          headers: { 'Content-Disposition': 'A name for the file.' },
        },
      },
      handle: ({ query }) =>
        reply(200, requireExport(store, query), {
          'content-disposition': 'attachment; filename="dj-toggle.json"',
        }),
    }),
    operation('importEverything', 'post', '/import', {
      tag: 'Transfer',
      summary: 'Bring in a file of /export, or the flags of a LaunchDarkly SDK',
      description:
        "Nothing is deleted. An item that is here already is replaced when the file's version is higher. Data of a LaunchDarkly SDK goes into the environment that the query names. Up to 32 MiB, in one transaction.",
      role: 'admin',
      query: z.strictObject({
        ...environmentQuery,
        dry_run: z.enum(['true', 'false']).default('false').describe('Only say what would happen.'),
        on_conflict: z
          .enum(ON_CONFLICT)
          .default('refuse')
          .describe('What to do where the item here is as new or newer, and different.'),
      }),
      body: z.looseObject({}),
      documentedBody: z.union([transferFileSchema, launchDarklyFileSchema]),
      bodyLimitBytes: MAX_IMPORT_BYTES,
      bodyNamesPerObject: MAX_IMPORT_NAMES,
      replies: { 200: { description: 'What was done', body: importedSchema } },
      problems: [409],
      handle: async ({ query, body, author }) => {
        const dryRun = query.dry_run === 'true';
        const { file, warnings } = await readImport(body, query, isoTime(now()));
        const plan = planImport(store, file, query.on_conflict);
        if (!dryRun) await carryOutImport(store, author, plan);
        return reply(200, {
          dry_run: dryRun,
          projects_created: plan.projects.map(({ key }) => key),
          environments_created: plan.environments.map(({ project, key }) => `${project}/${key}`),
          flags: countsOf(plan, 'flag'),
          segments: countsOf(plan, 'segment'),
          warnings,
        });
      },
    }),
  ];
}

function countsOf({ items }: ImportPlan, kind: PlannedItem['kind']) {
  const count = (action: PlannedItem['action']): number =>
    items.filter((item) => item.kind === kind && item.action === action).length;
  return {
    created: count('create'),
    updated: count('update'),
    unchanged: count('unchanged'),
    skipped: count('skip'),
  };
}
