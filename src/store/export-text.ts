import { createHash } from 'node:crypto';
import { canonicalJson } from '../shared/canonical-json.ts';
import type { EnvironmentRef, ItemRecord, Store } from './store.ts';

/**
 * Everything as one text, or what is in one project or environment: keys in order and nothing that depends on when or
 * where it was made, so that the same flags give the same bytes. Undefined: there is no such project or environment.
 */
export function exportText(
  store: Pick<Store, 'projects' | 'snapshot'>,
  only: { readonly project?: string; readonly environment?: string } = {},
): string | undefined {
  const wanted = store.projects().filter(({ key }) => isWanted(only.project, key));
  const projects = byKey(wanted).map((project) => ({
    key: project.key,
    name: project.name,
    environments: byKey(project.environments.filter(({ key }) => isWanted(only.environment, key))).map(
      ({ key, name }) => {
        const { flags, segments } = itemsOf(store, { project: project.key, environment: key });
        return { key, name, flags, segments };
      },
    ),
  }));
  if (!projects.some(({ environments }) => environments.length > 0)) return undefined;
  const file = { format: 'dj-toggle', format_version: 1, checksum: checksumOf(projects), projects };
  return `${JSON.stringify(JSON.parse(canonicalJson(file)), null, 2)}\n`;
}

/** Of the projects as they stand in a file, whatever order its names are in. */
export function checksumOf(projects: unknown): string {
  return `sha256:${createHash('sha256').update(canonicalJson(projects)).digest('hex')}`;
}

function itemsOf(store: Pick<Store, 'snapshot'>, environment: EnvironmentRef) {
  const snapshot = store.snapshot(environment);
  return {
    flags: snapshot === undefined ? [] : byKey([...snapshot.flags.values()]).map(exportedItem),
    segments: snapshot === undefined ? [] : byKey([...snapshot.segments.values()]).map(exportedItem),
  };
}

function exportedItem({ key, version, description, tags, createdAt, updatedAt, definition }: ItemRecord) {
  return { key, version, description, tags, created_at: createdAt, updated_at: updatedAt, definition };
}

const isWanted = (wanted: string | undefined, key: string): boolean => wanted === undefined || wanted === key;

const byKey = <Item extends { readonly key: string }>(items: readonly Item[]): readonly Item[] =>
  items.toSorted((a, b) => (a.key < b.key ? -1 : 1));
