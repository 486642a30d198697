import { setImmediate as turn } from 'node:timers/promises';
import { lintFlag } from '../../../evaluation/lint/lint-flag.ts';
import type { EnvironmentRef } from '../../../store/store.ts';
import { parseBody } from '../../input/parse.ts';
import { Problem } from '../../problems/problem.ts';
import type { Warning } from '../items/lint-draft.ts';
import { dropUnknownFields } from '../openapi/drop-unknown-fields.ts';
import { fromLaunchDarkly, launchDarklyFileSchema } from './launchdarkly-import.ts';
import { checksumOf } from '../../../store/export-text.ts';
import { type TransferFile, type TransferredItem, transferFileSchema } from './transfer-file.ts';

/** What export writes of 10,000 flags is 21 MB. */
export const MAX_IMPORT_BYTES = 32 * 1024 * 1024;
/** In data of a LaunchDarkly SDK every flag is a name in one object. */
export const MAX_IMPORT_NAMES = 100_000;
/** A file of thousands of flags could have something to say about each. */
const MAX_WARNINGS = 100;
const FLAGS_PER_TURN = 100;

export interface ReadImport {
  readonly file: TransferFile;
  /** What was left out of the file, and what is odd in it. */
  readonly warnings: readonly Warning[];
}

/**
 * A file of `/export`, or data of a LaunchDarkly SDK for one environment.
 * @param at ISO 8601, for items that do not say when they were made
 * @throws Problem 422 when the file is not one, or is not as it was written
 */
export async function readImport(body: object, environment: EnvironmentRef, at: string): Promise<ReadImport> {
  const { file, dropped } = readFile(body, environment, at);
  await turn();
  return { file, warnings: await withLint(dropped, file) };
}

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
