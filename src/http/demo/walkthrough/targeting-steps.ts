import * as z from 'zod';
import { PLAYLIST_FLAG } from '../../html/playlist-flag.ts';
import { alsoFor, atPercent, forNoListener } from '../flag-edits.ts';
import type { PublicApi } from './public-api.ts';
import type { Proof, WalkStep } from './walk-step.ts';

const page = z.object({
  version: z.enum(['json', 'database']),
  flag: z.object({ reason: z.object({ kind: z.string() }) }),
});
const userFlag = z.object({ enabled: z.boolean() });

const NAMES = { json: 'the top 10', database: 'the full crate' } as const;

/** Which version the site gives listeners of a kind. */
export async function served(
  api: PublicApi,
  who: string,
  query: string,
  version: keyof typeof NAMES,
): Promise<Proof> {
  const path = `/api/playlist?limit=1&user=guest${query}`;
  const got = page.parse(await api.get(path));
  return {
    text: `${who} get ${NAMES[version]}`,
    isShown: got.version === version,
    got: `${NAMES[got.version]}, ${got.flag.reason.kind}`,
    request: `GET ${path}`,
  };
}

const BETA = '&groups=beta_testers';
const JAPAN = '&country=JP';

/** Listeners who are looked at when a share rises. */
const LOOKED_AT = Array.from({ length: 100 }, (_, index) => `fan-${index + 1}`);

async function whoHasIt(api: PublicApi): Promise<readonly string[]> {
  const answers = await Promise.all(LOOKED_AT.map((key) => api.get(`/users/${key}/flags/${PLAYLIST_FLAG}`)));
  return LOOKED_AT.filter((_, index) => userFlag.parse(answers[index]).enabled);
}

export const TARGETING_STEPS: readonly WalkStep[] = [
  {
    title: 'The top 10 for everyone',
    look: 'A crowd comes in. Each dot is a listener who really asks the site, and all of them get ten tracks from a file.',
    action: 'Serve the top 10 to everyone',
    notes: [
      'This is the version that has always worked: ten tracks, read from a JSON file.',
      'The new one, the full crate from a database, is deployed already. No listener sees it: a flag decides.',
      'Deploying is not releasing. From here on, nothing is deployed any more.',
    ],
    async run({ editFlag, ensureCrowd }, author) {
      await editFlag(author, forNoListener);
      await ensureCrowd();
      return undefined;
    },
    prove: ({ api }) =>
      Promise.all([
        served(api, 'Walk-ins', '', 'json'),
        served(api, 'Beta testers', BETA, 'json'),
        served(api, 'Listeners in Japan', JAPAN, 'json'),
      ]),
  },
  {
    title: 'Beta testers first, then one country',
    look: 'Two groups of dots turn teal; all others stay sand.',
    action: 'Release it to beta testers and to Japan',
    notes: [
      'Beta testers asked for it, so they are first. If it breaks, they tell us, and no one else noticed.',
      'Then one country. Japan is asleep in our office hours, and its traffic is real.',
      'Both are rules of the flag. The answer says which one matched.',
    ],
    async run({ editFlag, ensureCrowd }, author) {
      await ensureCrowd();
      await editFlag(author, (flag) => alsoFor(flag, 'beta-testers', 'groups', 'beta_testers'));
      await editFlag(author, (flag) => alsoFor(flag, 'country-jp', 'country', 'JP'));
      return undefined;
    },
    prove: ({ api }) =>
      Promise.all([
        served(api, 'Beta testers', BETA, 'database'),
        served(api, 'Listeners in Japan', JAPAN, 'database'),
        served(api, 'Walk-ins', '', 'json'),
      ]),
  },
  {
    title: '5 %, then 20 %, and no one flips back',
    look: 'Dots turn teal here and there, and none of them turns back.',
    action: 'Raise the share to 5 %, then to 20 %',
    notes: [
      'Now strangers: first five in a hundred, then twenty.',
      'Everyone has a fixed place from 1 to 100, from a hash of their key. A larger share only adds people.',
      'So those who had it at 5 % have it at 20 %. A release that flips people back and forth would be worse than none.',
    ],
    async run({ editFlag, api, memory }, author) {
      await editFlag(author, (flag) => atPercent(flag, 5));
      memory.early = await whoHasIt(api);
      await editFlag(author, (flag) => atPercent(flag, 20));
      return undefined;
    },
    async prove({ api, memory: { early } }) {
      const now = await whoHasIt(api);
      const request = `GET /users/fan-1…fan-100/flags/${PLAYLIST_FLAG}`;
      const stayed = early.filter((key) => now.includes(key)).length;
      return [
        {
          text: 'More of a hundred listeners have it than at 5 %',
          isShown: now.length > early.length,
          got: `${early.length} then, ${now.length} now`,
          request,
        },
        {
          text: 'All who had it at 5 % have it still',
          isShown: stayed === early.length,
          got: `${stayed} of ${early.length}`,
          request,
        },
      ];
    },
  },
];
