import type { FlagRecord } from '../../../store/store.ts';
import { percentText } from '../fader.ts';
import { flagShare } from '../flag-share.ts';

/** What was done, by the code that the address carries: what stands on the page is never taken from the address itself. */
const FLASHES = {
  on: 'is on',
  off: 'is off',
  kill: 'is off for everyone',
  share: 'has its default rule changed',
  'add-target': 'names one more user',
  'remove-target': 'names one user less',
  created: 'was made, and is off',
  deleted: 'was deleted',
  undone: 'is back as it was before that change',
  unchanged: 'was like that already; nothing changed',
} as const;

type FlashCode = keyof typeof FLASHES;

const isFlashCode = (code: string): code is FlashCode => Object.hasOwn(FLASHES, code);

/** `progressive-rollout is on.`; undefined for codes that there are none of. */
export function flashText(code: string | undefined, record: FlagRecord | undefined): string | undefined {
  if (code === undefined || !isFlashCode(code)) return undefined;
  const name = record?.key ?? 'The flag';
  const share = record && flagShare(record.definition);
  return code === 'share' && share?.kind === 'share'
    ? `${name} is at ${percentText(share.percentage)}.`
    : `${name} ${FLASHES[code]}.`;
}
