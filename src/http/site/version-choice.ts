import type { Context } from '../../evaluation/model.ts';
import type { FlagEvaluation, FlagClient } from '../../flags/flag-client.ts';
import { PLAYLIST_FLAG } from '../html/playlist-flag.ts';

/** The old version reads the JSON file, the new one the database. */
export type PlaylistVersion = 'json' | 'database';

export interface VersionChoice {
  readonly version: PlaylistVersion;
  readonly answer: FlagEvaluation;
  /** What the flag client threw, when it did. */
  readonly error?: unknown;
}

/** Only a clear yes opens the new version: whatever else comes, or does not come, is the top 10. */
export async function chooseVersion(flags: FlagClient, context: Context): Promise<VersionChoice> {
  try {
    const answer = await flags.variationDetail(PLAYLIST_FLAG, context, false);
    return { version: answer.value === true ? 'database' : 'json', answer };
  } catch (error) {
    return {
      version: 'json',
      answer: {
        value: false,
        variationIndex: null,
        reason: { kind: 'ERROR', errorKind: 'EXCEPTION' },
        source: 'default',
      },
      error,
    };
  }
}
