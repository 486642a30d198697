import type { Context } from '../../evaluation/model.ts';
import type { FlagClient, FlagEvaluation } from '../../flags/flag-client.ts';
import { PLAYLIST_FLAG } from '../html/playlist-flag.ts';

/** The old version reads the JSON file, the new one the database. */
export type PlaylistVersion = 'json' | 'database';

/** The version that the flag chooses for a listener. */
export interface VersionChoice {
  readonly version: PlaylistVersion;
  readonly evaluation: FlagEvaluation;
  /** What the flag client threw, when it did. */
  readonly error?: unknown;
}

/** Only `true` chooses the database version: any other value, and any failure, is the top 10. */
export async function chooseVersion(flags: FlagClient, context: Context): Promise<VersionChoice> {
  try {
    const evaluation = await flags.variationDetail(PLAYLIST_FLAG, context, false);
    return { version: evaluation.value === true ? 'database' : 'json', evaluation };
  } catch (error) {
    return { version: 'json', evaluation: FAILED, error };
  }
}

const FAILED: FlagEvaluation = {
  value: false,
  variationIndex: null,
  reason: { kind: 'ERROR', errorKind: 'EXCEPTION' },
  source: 'default',
};
