import type { FlagRecord } from '../../../store/store.ts';
import { percentText } from '../flag/fader.ts';
import { flagShare } from '../flag/flag-share.ts';

/** Messages by the code in the address. The address carries only the code, so that a link cannot put its own text on the page. */
const FLASHES = {
  on: 'is on',
  off: 'is off',
  kill: 'is off for everyone',
  share: 'has its default rule changed',
  'add-target': 'targets one more user',
  'remove-target': 'targets one user less',
  'client-side': 'has its client-side setting changed',
  created: 'was created: it is off, and at 0\u00a0%',
  saved: 'has its new targeting',
  deleted: 'was deleted',
  undone: 'is back as it was before that change',
  unchanged: 'was like that already; nothing was changed',
} as const;

/** Messages that are not about one flag. */
const SENTENCES = {
  bulk: 'The selected flags were changed.',
  'key-revoked': 'The key is revoked.',
  'webhook-saved': 'The webhook is saved.',
  'webhook-deleted': 'The webhook is deleted.',
  'webhook-tested': 'The test was sent. How it went is below.',
  'webhook-resent': 'The delivery is in the queue once more.',
  'release-started': 'The release is started.',
  'release-changed': 'The release is changed.',
  'template-saved': 'The plan is kept. Releases that were made of it before keep their own.',
  'template-deleted': 'The plan is forgotten; one that ships is as it shipped.',
  'schedule-created': 'The change is scheduled.',
  'schedule-cancelled': 'The scheduled change is cancelled.',
  'environment-created': 'The environment is ready. Its flags are off.',
  'settings-saved': 'The settings are saved.',
  'experiment-created': 'The experiment is ready to start.',
  'experiment-started': 'The experiment runs.',
  'experiment-stopped': 'The experiment is stopped. What it says stays.',
  promoted: 'The flag was promoted.',
  imported: 'The file is imported. Each of its changes is here, and can be undone by itself.',
  'segment-saved': 'The segment is saved.',
  'segment-deleted': 'The segment is deleted.',
} as const;

const isSentenceCode = (code: string): code is keyof typeof SENTENCES => Object.hasOwn(SENTENCES, code);

type FlashCode = keyof typeof FLASHES;

const isFlashCode = (code: string): code is FlashCode => Object.hasOwn(FLASHES, code);

/** `progressive-rollout is on.`; undefined for an unknown code. */
export function flashText(code: string | undefined, record: FlagRecord | undefined): string | undefined {
  if (code === undefined) return undefined;
  if (isSentenceCode(code)) return SENTENCES[code];
  if (!isFlashCode(code)) return undefined;
  const name = record?.key ?? 'The flag';
  const share = record && flagShare(record.definition);
  return code === 'share' && share?.kind === 'share'
    ? `${name} is at ${percentText(share.percentage)}.`
    : `${name} ${FLASHES[code]}.`;
}
