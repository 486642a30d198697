import { isoTime } from '../../../shared/iso-time.ts';
import { setImmediate as turn } from 'node:timers/promises';
import * as z from 'zod';
import type { ApiDeps } from '../api-deps.ts';
import { lintFlag } from '../../../evaluation/lint/lint-flag.ts';
import type { EnvironmentRef } from '../../../store/store.ts';
import { parseBody } from '../../input/parse.ts';
import { Problem } from '../../problems/problem.ts';
import { environmentQuery } from '../items/environment-query.ts';
import { ON_CONFLICT, type ImportPlan, type PlannedItem, planImport } from './import-plan.ts';
import { fromLaunchDarkly, launchDarklyFileSchema } from './launchdarkly-import.ts';
import type { Warning } from '../items/lint-draft.ts';
import { type Operation, operation, reply } from '../operation.ts';
import { warningSchema } from '../flags/flag-schemas.ts';
import {
  checksumOf,
  exportText,
  type TransferFile,
  type TransferredItem,
  transferFileSchema,
} from './transfer-file.ts';
import { dropUnknownFields } from '../openapi/drop-unknown-fields.ts';

/** A file of thousands of flags could have something to say about each. */
const MAX_WARNINGS = 100;
const FLAGS_PER_TURN = 100;
/** What export writes of 10,000 flags is 21 MB. */
const MAX_IMPORT_BYTES = 32 * 1024 * 1024;
/** In data of a LaunchDarkly SDK every flag is a name in one object. */
const MAX_IMPORT_NAMES = 100_000;

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
        const { file, dropped } = readFile(body, query, isoTime(now()));
        await turn();
        const plan = planImport(store, file, query.on_conflict);
        if (!dryRun) {
          const { projects, environments, items } = plan;
          const changes = items.flatMap(({ change }) => (change === undefined ? [] : [change]));
          await store.importAll({ ...author, via: 'import' }, { projects, environments, changes });
        }
        return reply(200, {
          dry_run: dryRun,
          projects_created: plan.projects.map(({ key }) => key),
          environments_created: plan.environments.map(({ project, key }) => `${project}/${key}`),
          flags: countsOf(plan, 'flag'),
          segments: countsOf(plan, 'segment'),
          warnings: await withLint(dropped, file),
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
  const whole = transferFileSchema.safeParse(raw);
  if (whole.success) return { file: whole.data, dropped: [] };
  const { value, dropped } = dropUnknownFields(transferFileSchema, raw);
  return { file: parseBody(transferFileSchema, value), dropped };
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

/** What is wrong with the definitions besides; they are taken as they are, since they were in use where they come from. */
async function withLint(
  dropped: readonly Warning[],
  { projects }: TransferFile,
): Promise<readonly Warning[]> {
  const warnings = [...dropped];
  for (const [p, project] of projects.entries()) {
    for (const [e, environment] of project.environments.entries()) {
      const others = {
        flags: definitionsIn(environment.flags),
        segments: definitionsIn(environment.segments),
      };
      for (const [f, { definition }] of environment.flags.entries()) {
        if (warnings.length >= MAX_WARNINGS) break;
        if (f % FLAGS_PER_TURN === 0) await turn();
        const pointer = `/projects/${p}/environments/${e}/flags/${f}/definition`;
        for (const finding of lintFlag(definition, others)) {
          const { code, message } = finding;
          warnings.push({ code, pointer: `${pointer}${finding.pointer}`, detail: message });
        }
      }
    }
  }
  return warnings.slice(0, MAX_WARNINGS);
}

function definitionsIn(items: readonly TransferredItem[]): (key: string) => unknown {
  const byKey = new Map(items.map(({ key, definition }) => [key, definition]));
  return (key) => byKey.get(key);
}
