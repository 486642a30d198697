import * as z from 'zod';
import type { EnvironmentRef } from '../../../store/store.ts';
import type { TransferFile } from './transfer-file.ts';

/** What LaunchDarkly's SDKs load, and its relay and command line write: `{flags, segments}` of one environment. */
export const launchDarklyFileSchema = z
  .looseObject({
    flags: z.record(z.string(), z.looseObject({})).exactOptional(),
    segments: z.record(z.string(), z.looseObject({})).exactOptional(),
  })
  .meta({
    id: 'LaunchDarklyData',
    description: "One environment's flags and segments as LaunchDarkly's SDKs have them.",
  });

/** The same as a file of ours, to be validated like one. Tombstones are left out; a `null` is a field that is not there. */
export function fromLaunchDarkly(
  data: z.output<typeof launchDarklyFileSchema>,
  { project, environment }: EnvironmentRef,
  at: string,
): { readonly [Name in keyof TransferFile]?: unknown } {
  const items = (map: { readonly [key: string]: object } = {}): readonly unknown[] =>
    Object.entries(map)
      .filter(([, definition]) => !('deleted' in definition && definition.deleted === true))
      .map(([key, definition]) => item(key, withoutNulls(definition), at));
  return {
    format: 'dj-toggle',
    format_version: 1,
    projects: [
      {
        key: project,
        name: project,
        environments: [
          { key: environment, name: environment, flags: items(data.flags), segments: items(data.segments) },
        ],
      },
    ],
  };
}

function item(key: string, fields: object, at: string): object {
  const definition = { version: 1, ...fields, key };
  const { version } = definition;
  return { key, version, description: null, tags: [], created_at: at, updated_at: at, definition };
}

/** SDKs' data say of every flag that it is not deleted. */
const withoutNulls = (definition: object): object =>
  Object.fromEntries(
    Object.entries(definition).filter(([name, value]) => value !== null && name !== 'deleted'),
  );
