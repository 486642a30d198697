/** What was done, by the code that the address carries: what stands on the page is never taken from the address itself. */
const FLASHES = {
  on: 'is on',
  off: 'is off',
  kill: 'is off for everyone: the kill switch was pulled',
  share: 'has a new share',
  'add-target': 'names one more user',
  'remove-target': 'names one user less',
  created: 'was made',
  deleted: 'was deleted',
  undone: 'is back as it was before that change',
  unchanged: 'was like that already; nothing changed',
} as const;

export type FlashCode = keyof typeof FLASHES;

const isFlashCode = (code: string): code is FlashCode => Object.hasOwn(FLASHES, code);

/** `progressive-rollout is on.`; undefined for codes that there are none of. */
export function flashText(code: string | undefined, key: string | undefined): string | undefined {
  if (code === undefined || !isFlashCode(code)) return undefined;
  return `${key ?? 'The flag'} ${FLASHES[code]}.`;
}
