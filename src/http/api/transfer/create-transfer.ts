import type { Author, EnvironmentRef } from '../../../store/store.ts';
import { isoTime } from '../../../shared/iso-time.ts';
import { exportEvents, type EventRange } from '../../../events/export-events.ts';
import { DEFAULT_JSON_LIMITS } from '../../input/json-scan.ts';
import { parseJson } from '../../input/json-body.ts';
import { Problem } from '../../problems/problem.ts';
import type { ApiDeps } from '../api-deps.ts';
import { carryOutImport, planImport, type PlannedItem } from './import-plan.ts';
import { MAX_IMPORT_NAMES, readImport } from './read-import.ts';
import { requireExport, type TransferFile } from './transfer-file.ts';

/** An item that is here as new or newer, and different, is a conflict: `change` would replace it. */
export interface PreviewedItem extends Omit<PlannedItem, 'action'> {
  readonly action: 'create' | 'update' | 'unchanged' | 'conflict';
}

/** Export and import for pages, which show first what an import would do. */
export function createTransfer({ store, database, now }: Pick<ApiDeps, 'store' | 'database' | 'now'>) {
  return {
    exportText: (only: { readonly project?: string; readonly environment?: string }) =>
      requireExport(store, only),

    exportEvents: (environment: EnvironmentRef, range: EventRange) =>
      exportEvents(database, environment, range),

    /** @throws Problem 400 or 422 when the file is not one */
    previewImport: async (bytes: Buffer, environment: EnvironmentRef) => {
      const body = parseJson(bytes, { ...DEFAULT_JSON_LIMITS, keysPerObject: MAX_IMPORT_NAMES });
      if (typeof body !== 'object' || body === null) {
        throw new Problem(422, 'invalid_type', 'The file holds no JSON object.');
      }
      const { file, warnings } = await readImport(body, environment, isoTime(now()));
      const kept = planImport(store, file, 'skip');
      const replaced = planImport(store, file, 'overwrite');
      return {
        projects: kept.projects.map(({ key }) => key),
        environments: kept.environments.map(({ project, key }) => ({ project, environment: key })),
        items: replaced.items.map((item, at): PreviewedItem => {
          const action = kept.items[at]?.action ?? 'skip';
          return { ...item, action: action === 'skip' ? 'conflict' : action };
        }),
        warnings: warnings.map(({ pointer, detail }) => ({ subject: subjectOf(file, pointer), detail })),
        /** @throws StoreUnavailableError */
        carryOut: (author: Author, conflicts: 'keep' | 'replace') =>
          carryOutImport(store, author, conflicts === 'keep' ? kept : replaced),
      };
    },
  };
}

const ITEM_POINTER = /^\/projects\/(\d+)\/environments\/(\d+)\/(flags|segments)\/(\d+)/;

/** The key of the flag or segment that a pointer leads into; the pointer itself where it leads elsewhere. */
function subjectOf({ projects }: TransferFile, pointer: string): string {
  const [, project, environment, list, item] = ITEM_POINTER.exec(pointer) ?? [];
  const found = projects[Number(project)]?.environments[Number(environment)];
  return found?.[list === 'segments' ? 'segments' : 'flags'][Number(item)]?.key ?? pointer;
}
