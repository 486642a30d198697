import type { EventRange, ExportedEvent } from '../../../events/export-events.ts';
import type { Author, Change, EnvironmentRef } from '../../../store/store.ts';

/** Everything as a file, and back: the same that the management API does. */
export interface Transfer {
  /**
   * What is in one project or environment; without either, everything.
   * @throws Problem 404
   */
  exportText(only: { readonly project?: string; readonly environment?: string }): string;
  exportEvents(environment: EnvironmentRef, range: EventRange): AsyncIterable<ExportedEvent>;
  /**
   * What importing a file would do now. Data of a LaunchDarkly SDK goes into `environment`.
   * @throws Problem 400 or 422 when it is no such file
   */
  previewImport(bytes: Buffer, environment: EnvironmentRef): Promise<ImportPreview>;
}

export interface ImportPreview {
  readonly projects: readonly string[];
  readonly environments: readonly EnvironmentRef[];
  readonly items: readonly PreviewedItem[];
  readonly warnings: readonly { readonly subject: string; readonly detail: string }[];
  /**
   * In one transaction.
   * @param conflicts which of two different items to have: the one here, or the file's
   * @throws StoreUnavailableError
   */
  carryOut(author: Author, conflicts: 'keep' | 'replace'): Promise<void>;
}

/** An item that is here as new or newer, and different, is a conflict: `change` would replace it. */
export interface PreviewedItem {
  readonly action: 'create' | 'update' | 'unchanged' | 'conflict';
  readonly kind: 'flag' | 'segment';
  readonly environment: EnvironmentRef;
  readonly key: string;
  /** Undefined when there is nothing to do. */
  readonly change?: Change;
}
