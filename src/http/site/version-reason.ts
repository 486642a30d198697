import type { BigSegmentsStatus, ErrorKind } from '../../evaluation/detail.ts';
import type { FlagEvaluation, FlagSource } from '../../flags/flag-client.ts';
import type { PlaylistVersion } from './version-choice.ts';
import { PLAYLIST_FLAG } from '../html/playlist-flag.ts';
import type { Persona } from './persona.ts';

/** Sleeve notes: why this listener holds this version, in words. */
export interface VersionReason {
  /** The reason, in one sentence. */
  readonly because: string;
  /** Who said so, in one sentence. */
  readonly saidBy: string;
}

export const VERSION_NAMES = { json: 'the top 10', database: 'the full crate' } as const satisfies Record<
  PlaylistVersion,
  string
>;

const FLAG = `“${PLAYLIST_FLAG}”`;

const ERRORS: Readonly<Record<ErrorKind, string>> = {
  CLIENT_NOT_READY: 'No flags had arrived yet when you asked',
  FLAG_NOT_FOUND: `There is no flag called ${FLAG}`,
  USER_NOT_SPECIFIED: 'The flag could not tell who is asking',
  MALFORMED_FLAG: `The definition of the flag ${FLAG} is broken`,
  WRONG_TYPE: `The flag ${FLAG} gave something that is neither true nor false`,
  EXCEPTION: `Asking for the flag ${FLAG} failed`,
};

const SOURCES: Readonly<Record<FlagSource, string>> = {
  launchdarkly: 'LaunchDarkly said so.',
  'last-known-good': 'LaunchDarkly is out of reach; this is how its flags stood when it was last heard.',
  local: 'The flag service inside DJ Toggle said so.',
  default: 'Nobody could be asked, so the safe default holds.',
};

const BIG_SEGMENTS: Readonly<Record<BigSegmentsStatus, string>> = {
  HEALTHY: '',
  STALE: ' The lists of big segments it read may be out of date.',
  STORE_ERROR: ' The lists of big segments could not be read.',
  NOT_CONFIGURED: ' It asks for a big segment, and no store of big segments is set up.',
};

export function versionReason(
  answer: FlagEvaluation,
  version: PlaylistVersion,
  persona: Persona,
): VersionReason {
  return {
    because: because(answer, version, persona) + BIG_SEGMENTS[answer.reason.bigSegmentsStatus ?? 'HEALTHY'],
    saidBy: SOURCES[answer.source],
  };
}

function because({ value, reason }: FlagEvaluation, version: PlaylistVersion, persona: Persona): string {
  const it = VERSION_NAMES[version];
  if (typeof value !== 'boolean') {
    return `The flag ${FLAG} gave something that is neither true nor false, so you get the safe version, ${it}.`;
  }
  switch (reason.kind) {
    case 'OFF':
      return `The flag ${FLAG} is off, so everyone gets ${it}.`;
    case 'TARGET_MATCH':
      return `The flag ${FLAG} names you in person and gives you ${it}.`;
    case 'RULE_MATCH':
      return `${describe(persona)}, and rule ${reason.ruleIndex + 1} of the flag ${FLAG} gives listeners like you ${it}.${experiment(reason.inExperiment)}`;
    case 'FALLTHROUGH':
      return `No rule of the flag ${FLAG} speaks of you, so its default rule decides: ${it}.${experiment(reason.inExperiment)}`;
    case 'PREREQUISITE_FAILED':
      return `The flag ${FLAG} depends on the flag “${reason.prerequisiteKey}”, which does not allow it for you, so you get ${it}.`;
    case 'ERROR':
      return `${ERRORS[reason.errorKind]}, so you get the safe version, ${it}.`;
    default:
      return unheardOf(reason);
  }
}

/** LaunchDarkly may one day give a reason that we have no sentence for; the types say that there is none today. */
function unheardOf(reason: never): string {
  return `The flag ${FLAG} gave a reason that this page has no words for: ${JSON.stringify(reason)}.`;
}

const experiment = (inExperiment: true | undefined): string =>
  inExperiment === true ? ' You are part of an experiment.' : '';

function describe({ user, groups, country, plan }: Persona): string {
  const facts = [
    ...(groups.includes('beta_testers') ? ['a beta tester'] : []),
    ...(user === undefined ? [] : [`“${user}”`]),
    ...groups.filter((group) => group !== 'beta_testers').map((group) => `in the group “${group}”`),
    ...(country === undefined ? [] : [`from ${country}`]),
    ...(plan === undefined ? [] : [`on the plan “${plan}”`]),
  ];
  return facts.length === 0 ? 'You are anonymous' : `You are ${facts.join(', ')}`;
}
