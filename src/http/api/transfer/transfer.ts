import { isoTime } from '../../../shared/iso-time.ts';
import * as z from 'zod';
import type { ApiDeps } from '../api-deps.ts';
import { lintFlag } from '../../../evaluation/lint/lint-flag.ts';
import type { Author, EnvironmentRef } from '../../../store/store.ts';
import { parseBody } from '../../input/parse.ts';
import { Problem } from '../../problems/problem.ts';
import { environmentQuery } from '../items/environment-query.ts';
import { ON_CONFLICT, type ImportPlan, type PlannedItem, planImport } from './import-plan.ts';
import { fromLaunchDarkly, launchDarklyFileSchema } from './launchdarkly-import.ts';
import type { Warning } from '../items/lint-draft.ts';
import { type Operation, operation, reply } from '../operation.ts';
import { warningSchema } from '../flags/flag-schemas.ts';
import { checksumOf, exportText, type TransferFile, transferFileSchema } from './transfer-file.ts';
import { dropUnknownFields } from '../openapi/drop-unknown-fields.ts';

/** A file of thousands of flags could have something to say about each. */
const MAX_WARNINGS = 100;
const MAX_IMPORT_BYTES = 5 * 1024 * 1024;

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
      summary: 'Everything as one JSON file',
      description:
        'The same flags give the same bytes. Imported into an empty service it comes back exactly.',
      role: 'admin',
      replies: {
        200: {
          description: 'The file',
          body: transferFileSchema,
          asText: true,
          headers: { 'Content-Disposition': 'A name for the file.' },
        },
      },
      handle: () =>
        reply(200, exportText(store), { 'content-disposition': 'attachment; filename="dj-toggle.json"' }),
    }),
    operation('importEverything', 'post', '/import', {
      tag: 'Transfer',
      summary: 'Bring in a file of /export, or the flags of a LaunchDarkly SDK',
      description:
        "Nothing is deleted. An item that is here already is replaced when the file's version is higher. Data of a LaunchDarkly SDK goes into the environment that the query names. Up to 5 MB.",
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
      replies: { 200: { description: 'What was done', body: importedSchema } },
      problems: [409],
      handle: async ({ query, body, author }) => {
        const dryRun = query.dry_run === 'true';
        const { file, dropped } = readFile(body, query, isoTime(now()));
        const plan = planImport(store, file, query.on_conflict);
        if (!dryRun) await carryOut(store, { ...author, via: 'import' }, plan);
        return reply(200, {
          dry_run: dryRun,
          projects_created: plan.projects.map(({ key }) => key),
          environments_created: plan.environments.map(({ project, key }) => `${project}/${key}`),
          flags: countsOf(plan, 'flag'),
          segments: countsOf(plan, 'segment'),
          warnings: [...dropped, ...lintedFile(file)].slice(0, MAX_WARNINGS),
        });
      },
    }),
  ];
}

/** @throws Problem 422 when the file is not one, or is not as it was written */
function readFile(
  body: object,
  environment: EnvironmentRef,
  at: string,
): { readonly file: TransferFile; readonly dropped: readonly Warning[] } {
  const isOurs = 'format' in body || 'projects' in body;
  if (isOurs && 'checksum' in body && 'projects' in body && body.checksum !== checksumOf(body.projects)) {
    throw new Problem(
      422,
      'checksum',
      'The file is not as it was exported: its checksum does not fit its projects.',
    );
  }
  const raw = isOurs ? body : fromLaunchDarkly(parseBody(launchDarklyFileSchema, body), environment, at);
  const { value, dropped } = dropUnknownFields(transferFileSchema, raw);
  return { file: parseBody(transferFileSchema, value), dropped };
}

async function carryOut(
  store: Pick<ApiDeps, 'store' | 'now'>['store'],
  author: Author,
  plan: ImportPlan,
): Promise<void> {
  for (const { key, name } of plan.projects) await store.createProject(author, key, name);
  for (const { project, key, name } of plan.environments) {
    await store.createEnvironment(author, project, key, name);
  }
  for (const { change } of plan.items) {
    if (change === undefined) continue;
    const outcome = await store.change(author, change);
    if (outcome.outcome !== 'conflict' || !('restored' in change)) continue;
    // It was here before, with a higher version, and is deleted; or came with the new environment. It goes on from there.
    const { restored: _, ...counted } = change;
    await store.change(author, counted);
  }
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

/** What is wrong with the definitions; it is taken as it is, since it was in use where it comes from. */
function lintedFile({ projects }: TransferFile): readonly Warning[] {
  return projects.flatMap((project, p) =>
    project.environments.flatMap((environment, e) => {
      const others = {
        flags: Object.fromEntries(environment.flags.map((flag) => [flag.key, flag.definition])),
        segments: Object.fromEntries(
          environment.segments.map((segment) => [segment.key, segment.definition]),
        ),
      };
      return environment.flags.flatMap((flag, f) =>
        lintFlag(flag.definition, others).map(({ code, pointer, message }) => ({
          code,
          pointer: `/projects/${p}/environments/${e}/flags/${f}/definition${pointer}`,
          detail: message,
        })),
      );
    }),
  );
}
