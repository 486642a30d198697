import * as z from 'zod';
import { NO_FAULTS } from '../../../demo/faults.ts';
import { type Author, DEFAULT_ENVIRONMENT } from '../../../store/store.ts';
import { PLAYLIST_FLAG } from '../../html/playlist-flag.ts';
import { atPercent, switched } from '../flag-edits.ts';
import { served } from './targeting-steps.ts';
import type { Proof, Talk, WalkStep } from './walk-step.ts';

const releaseSchema = z.object({
  state: z.string(),
  share: z.number(),
  sentence: z.string(),
  guards: z.array(
    z.object({
      metric: z.string(),
      verdict: z.string(),
      listeners: z.number(),
      minimum_listeners: z.number(),
    }),
  ),
});
const resultSchema = z.object({
  arms: z.array(z.object({ name: z.string(), units: z.number() })),
  sentence: z.string(),
});

/** As many as a result begins to be worth a look at. */
const COUNTED = 30;

async function releaseIs(
  { api, memory }: Talk,
  state: string,
  text: string,
): Promise<{ readonly proof: Proof; readonly release: z.output<typeof releaseSchema> | undefined }> {
  const request = `GET /releases/${memory.releaseId ?? '…'}`;
  if (memory.releaseId === undefined)
    return { proof: { text, isShown: false, got: 'no release yet', request }, release: undefined };
  const release = releaseSchema.parse(await api.get(`/releases/${memory.releaseId}`));
  return { proof: { text, isShown: release.state === state, got: release.sentence, request }, release };
}

async function result({ api, memory: { experimentId } }: Talk) {
  const request = `GET /experiments/${experimentId ?? '…'}/results`;
  if (experimentId === undefined) return { request, arms: [], sentence: 'No experiment was started.' };
  const body = resultSchema.parse(await api.get(`/experiments/${experimentId}/results`));
  return { request, ...body };
}

/** A talk waits for the presenter: this one stays at 25 % until it is broken, or goes on by hand. */
const PATIENT_STAGES = [
  { share: 25, hold: '30m' },
  { share: 100, hold: '30m' },
];

async function startPatiently(talk: Talk, author: Author): Promise<string | undefined> {
  const started = await talk.releases.start(author, PATIENT_STAGES);
  if (started.outcome === 'refused') return started.text;
  talk.memory.releaseId = started.id;
  return undefined;
}

export const RELEASE_STEPS: readonly WalkStep[] = [
  {
    title: 'Both versions, measured',
    look: 'Dots pulse when somebody plays or likes a track; the service counts it for their version.',
    action: 'Count both versions',
    notes: [
      'An opinion about a new version is cheap; a count is better. Both versions run at the same time.',
      'The crowd makes real requests: it plays, likes, skips and leaves. The same counters work for real people.',
      'This is an A/B test on likes. We come back to its answer at the end.',
    ],
    async run(talk, author) {
      const { experiments, memory } = talk;
      await talk.editFlag(author, (flag) => atPercent(flag, 20));
      await talk.ensureCrowd();
      const created = await experiments.create(author, DEFAULT_ENVIRONMENT, {
        name: 'Does the full crate please more?',
        flag_name: PLAYLIST_FLAG,
        rule: 'default',
        control: { variation: talk.variationOf(false), name: 'The top 10' },
        treatments: [{ variation: talk.variationOf(true), name: 'The full crate' }],
        primary_metric: 'like',
        other_metrics: ['play', 'skip', 'playlist-error'],
        alpha: 0.05,
        planned_units: 1_000,
        history_days: 0,
      });
      const started = await experiments.start(author, created.id);
      if (started.outcome === 'refused') return `${started.refusal.pointer}: ${started.refusal.detail}.`;
      if (started.outcome !== 'started')
        return 'Another experiment runs on this rule. Reset, or stop it first.';
      memory.experimentId = created.id;
      return undefined;
    },
    async prove(talk) {
      const { arms, request } = await result(talk);
      return ['The top 10', 'The full crate'].map((arm) => {
        const units = arms.find(({ name }) => name === arm)?.units ?? 0;
        return {
          text: `${arm} has been counted for ${COUNTED} listeners or more`,
          isShown: units >= COUNTED,
          got: `${units} listeners`,
          request,
        };
      });
    },
  },
  {
    title: 'A guarded release',
    look: 'A quarter of the dots turns teal, and two guards begin to watch.',
    action: 'Start a guarded release at 25 %',
    notes: [
      'From here on the release looks after itself: it compares errors and waiting times of both versions as they come.',
      'The guards may look all the time without crying wolf: in a hundred healthy releases, at most one false alarm.',
      'I will not touch it any more.',
    ],
    async run(talk, author) {
      talk.faults.set(NO_FAULTS);
      await talk.ensureCrowd();
      return startPatiently(talk, author);
    },
    async prove(talk) {
      const { proof, release } = await releaseIs(talk, 'running', 'The release is under way at 25 %');
      return [
        proof,
        ...(release?.guards ?? []).map(({ metric, verdict, listeners, minimum_listeners: needed }) => ({
          text: `The guard on ${metric} has seen enough listeners and raises no alarm`,
          isShown: verdict === 'passes',
          got: `${listeners} of ${needed} listeners on the new version`,
          request: proof.request,
        })),
      ];
    },
  },
  {
    title: 'Break it, and watch it undo itself',
    look: 'Teal dots turn red, the stopwatch runs, and all who came in with the release go back to sand.',
    action: 'Let a third of the new pages fail',
    keepsRelease: true,
    notes: [
      'The database of the new version now fails for every third page. Listeners get the top 10 instead of an error.',
      'Hands off. The guard sees that errors come from the new version only.',
      'Rolled back, by no one. Here is the sentence that says why; the decision can be replayed from what was counted.',
    ],
    async run(talk, author) {
      const { release } = (await talk.releases.latest()) ?? {};
      const isUnderWay =
        release !== undefined && release.id === talk.memory.releaseId && release.finishedAt === null;
      if (!isUnderWay) {
        await talk.ensureCrowd();
        const refused = await startPatiently(talk, author);
        if (refused !== undefined) return refused;
      }
      talk.faults.set({ ...NO_FAULTS, errorRate: 0.34 });
      return undefined;
    },
    async prove(talk) {
      const { proof, release } = await releaseIs(talk, 'rolled-back', 'The release has rolled itself back');
      return [
        proof,
        {
          text: 'No walk-in has the new version any more',
          isShown: release?.share === 0,
          got: release === undefined ? '–' : `${release.share} %`,
          request: proof.request,
        },
      ];
    },
  },
  {
    title: 'The kill switch',
    look: 'Every dot turns sand at once, beta testers too.',
    action: 'Switch the flag off',
    notes: [
      'Guards are for what we measure. For everything else there is one switch, for everyone, at once.',
      'No deploy, no restart: open pages change while we look at them.',
    ],
    async run({ editFlag, faults }, author) {
      faults.set(NO_FAULTS);
      await editFlag(author, (flag) => switched(flag, false));
      return undefined;
    },
    prove: ({ api }) =>
      Promise.all([
        served(api, 'Beta testers', '&groups=beta_testers', 'json'),
        served(api, 'Listeners in Japan', '&country=JP', 'json'),
        served(api, 'Walk-ins', '', 'json'),
      ]),
  },
  {
    title: 'The A/B result, and the release that holds',
    look: 'The result in one sentence; then all dots turn teal and stay so.',
    action: 'Release the mended version to everyone',
    notes: [
      'The experiment counted on through all of this. It says what listeners like, and how sure it is.',
      'The fault is mended, so the same release goes out again: 25, 50, 100 %, watched at every stage.',
      'That is the whole of it: small, measured steps, and a way back that needs no one.',
    ],
    async run(talk, author) {
      const { faults, releases, memory } = talk;
      faults.set(NO_FAULTS);
      await talk.ensureCrowd();
      await talk.editFlag(author, (flag) => switched(flag, true));
      const started = await releases.start(author);
      if (started.outcome === 'refused') return started.text;
      memory.releaseId = started.id;
      return undefined;
    },
    async prove(talk) {
      const { sentence, arms, request } = await result(talk);
      const { proof } = await releaseIs(talk, 'completed', 'The release is completed');
      return [
        { text: 'The A/B test has an answer to show', isShown: arms.length > 0, got: sentence, request },
        proof,
        await served(talk.api, 'Walk-ins', '', 'database'),
      ];
    },
  },
];
