import type { Crowd } from '../../../demo/crowd.ts';
import type { FaultSwitches } from '../../../demo/faults.ts';
import type { Flag } from '../../../evaluation/model.ts';
import type { Author } from '../../../store/store.ts';
import type { DemoDeps } from '../demo-deps.ts';
import type { PlaylistReleases } from '../playlist-release.ts';
import type { PublicApi } from './public-api.ts';

/** What a step shows, as the public API answers. */
export interface Proof {
  readonly text: string;
  readonly isShown: boolean;
  /** What came, in a few words. */
  readonly got: string;
  /** What was asked: `GET /api/playlist`. */
  readonly request: string;
}

/** What steps remember for each other. */
export interface WalkMemory {
  /** Who had the full list at 5 %, of the listeners that are looked at. */
  early: readonly string[];
  releaseId: string | undefined;
  experimentId: string | undefined;
}

/** Everything that steps act by: the same calls as those of the dashboard. */
export interface Talk {
  readonly api: PublicApi;
  readonly crowd: Crowd;
  readonly faults: FaultSwitches;
  readonly releases: PlaylistReleases;
  readonly experiments: DemoDeps['experiments'];
  readonly memory: WalkMemory;
  /** Changes the site's flag through the store. */
  readonly editFlag: (author: Author, edit: (flag: Flag) => Flag) => Promise<void>;
  /** The index of the site's variation with this value. */
  readonly variationOf: (value: boolean) => number;
  /** Lets a crowd in unless there is one. */
  readonly ensureCrowd: () => Promise<void>;
}

/** One step of the walkthrough, with one action that is really carried out. */
export interface WalkStep {
  readonly title: string;
  /** What the room is to look at. */
  readonly look: string;
  /** What the button says. */
  readonly action: string;
  /** What the presenter says, a thought each. */
  readonly notes: readonly string[];
  /** False: a release that is under way is taken back first. Default false. */
  readonly keepsRelease?: boolean;
  /** @returns why nothing was done; undefined: it was */
  readonly run: (talk: Talk, author: Author) => Promise<string | undefined>;
  readonly prove: (talk: Talk) => Promise<readonly Proof[]>;
}
