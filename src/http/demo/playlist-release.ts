import type { GuardReadings } from '../../release/guard/guard-reading.ts';
import { isOver } from '../../release/machine/release-state.ts';
import { showShare } from '../../release/plan/share.ts';
import { guardStatuses } from '../../release/run/guard-status.ts';
import type { Release } from '../../release/run/release.ts';
import { type Author, DEFAULT_ENVIRONMENT } from '../../store/store.ts';
import { PLAYLIST_FLAG } from '../html/playlist-flag.ts';
import { guardView, type GuardView, RELEASE_STATE_TEXTS, type ReleaseTone } from '../html/release-text.ts';
import type { DemoDeps } from './demo-deps.ts';
import { atPercent, isForAll } from './flag-edits.ts';

/** A release as an audience sees it. */
export interface ReleaseView {
  readonly id: string;
  readonly state: string;
  readonly tone: ReleaseTone;
  readonly isOver: boolean;
  readonly share: string;
  readonly sentence: string;
  readonly guards: readonly GuardView[];
}

export type Started =
  | { readonly outcome: 'started'; readonly id: string }
  | { readonly outcome: 'refused'; readonly text: string };

/** Releases of the site's own flag. */
export interface PlaylistReleases {
  /** The newest. */
  latest(): Promise<{ readonly release: Release; readonly readings: GuardReadings } | undefined>;
  /** Starts a guarded release of the full list. Default of the stages: a few seconds each. */
  start(author: Author, stages?: readonly TalkStage[]): Promise<Started>;
  /** How each release ended that was started since then (epoch milliseconds), oldest first. */
  outcomesSince(time: number): Promise<readonly string[]>;
  /** Takes back what is under way. */
  rollBack(author: Author): Promise<void>;
}

export interface TalkStage {
  readonly share: number;
  readonly hold: string;
}

/** A talk is short, and a crowd is large. */
const TALK_STAGES: readonly TalkStage[] = [
  { share: 25, hold: '8s' },
  { share: 50, hold: '6s' },
  { share: 100, hold: '6s' },
];

const MAX_OUTCOMES = 50;

const TALK_GUARDS = [{ metric: 'playlist-error' }, { metric: 'page-duration' }];

export function createPlaylistReleases({
  store,
  releases,
}: Pick<DemoDeps, 'store' | 'releases'>): PlaylistReleases {
  const environment = DEFAULT_ENVIRONMENT;
  const list = (isUnderWay?: boolean) =>
    releases.releases.list({
      environment,
      flag: PLAYLIST_FLAG,
      limit: 1,
      ...(isUnderWay === undefined ? {} : { isUnderWay }),
    });
  /** What everybody has already cannot be released: the default rule serves the top 10 again first. */
  const fromTheTopTen = async (author: Author): Promise<void> => {
    await store.update(author, { environment, kind: 'flag', key: PLAYLIST_FLAG }, (current) => {
      const definition = current?.definition;
      return definition === undefined || !isForAll(definition)
        ? { outcome: 'refused', refusal: undefined }
        : { outcome: 'edited', draft: { definition: atPercent(definition, 0) } };
    });
  };
  return {
    async latest() {
      const [last] = await list();
      return last === undefined ? undefined : releases.engine.read(last.id);
    },
    async start(author, stages = TALK_STAGES) {
      await fromTheTopTen(author);
      const variations = store.snapshot(environment)?.flags.get(PLAYLIST_FLAG)?.definition.variations ?? [];
      const [from, to] = [variations.indexOf(false), variations.indexOf(true)];
      const prepared = await releases.prepare(environment, {
        flag: PLAYLIST_FLAG,
        from,
        to,
        stages: [...stages],
        guards: TALK_GUARDS,
        extendAtMost: '2m',
      });
      if (prepared.kind === 'bad') {
        const text = prepared.problems.map(({ pointer, detail }) => `${pointer}: ${detail}.`).join(' ');
        return { outcome: 'refused', text };
      }
      const { document, unitKind, metrics } = prepared;
      const created = await releases.releases.create(author, environment, document, unitKind, metrics);
      if (created === 'taken') return { outcome: 'refused', text: 'Another release is under way.' };
      releases.wake();
      return { outcome: 'started', id: created.id };
    },
    async outcomesSince(time) {
      const latest = await releases.releases.list({ environment, flag: PLAYLIST_FLAG, limit: MAX_OUTCOMES });
      return latest
        .filter(({ createdAt }) => createdAt >= time)
        .map(({ state }) => state.state)
        .toReversed();
    },
    async rollBack({ id: by }) {
      const [underWay] = await list(true);
      if (underWay !== undefined) await releases.engine.command(underWay.id, { kind: 'rollback', by });
    },
  };
}

export function releaseView({
  release,
  readings,
}: {
  readonly release: Release;
  readonly readings: GuardReadings;
}): ReleaseView {
  const { state, id } = release;
  return {
    id,
    state: RELEASE_STATE_TEXTS[state.state].text,
    tone: RELEASE_STATE_TEXTS[state.state].tone,
    isOver: isOver(state),
    share: showShare(state.share),
    sentence: state.sentence,
    guards: guardStatuses(release, readings).map(guardView),
  };
}
