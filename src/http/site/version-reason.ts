import type { BigSegmentsStatus, ErrorKind } from '../../evaluation/detail.ts';
import type { FlagEvaluation, FlagSource } from '../../flags/flag-client.ts';
import type { RolloutPlace } from '../../flags/rollout-place.ts';
import { PLAYLIST_FLAG } from '../html/playlist-flag.ts';
import type { Persona } from './persona.ts';
import type { PlaylistVersion } from './version-choice.ts';

/** Why a listener gets a version, in words. */
export interface VersionReason {
  /** The reason, in one sentence. */
  readonly because: string;
  /** Where the evaluation came from, in one sentence. */
  readonly answeredBy: string;
}

export interface VersionReasonInput {
  readonly evaluation: FlagEvaluation;
  /** What the flag chose. */
  readonly version: PlaylistVersion;
  readonly persona: Persona;
  /** Where the listener stands in the rollout that chose; undefined when none did. */
  readonly place: RolloutPlace | undefined;
  /** True when the database failed and the top 10 stands in for it. Default false. */
  readonly failed?: boolean;
}

export const VERSION_NAMES = { json: 'the top 10', database: 'the full crate' } as const satisfies Record<
  PlaylistVersion,
  string
>;

const FLAG = `“${PLAYLIST_FLAG}”`;

const ERRORS: Readonly<Record<ErrorKind, string>> = {
  CLIENT_NOT_READY: 'No flags have arrived yet',
  FLAG_NOT_FOUND: `There is no flag called ${FLAG}`,
  USER_NOT_SPECIFIED: 'The flag was evaluated without a listener',
  MALFORMED_FLAG: `The definition of the flag ${FLAG} is malformed`,
  WRONG_TYPE: `The flag ${FLAG} serves a value that is neither true nor false`,
  EXCEPTION: `Evaluating the flag ${FLAG} failed`,
};

const SOURCES: Readonly<Record<FlagSource, string>> = {
  launchdarkly: 'Answered by LaunchDarkly.',
  'last-known-good': 'LaunchDarkly cannot be reached; answered by its flags as they were last received.',
  local: 'Answered by the embedded flag service.',
  default: 'No flag source can be reached, so the safe default applies.',
};

const BIG_SEGMENTS: Readonly<Record<BigSegmentsStatus, string>> = {
  HEALTHY: '',
  STALE: ' Its big segments may be out of date.',
  STORE_ERROR: ' Its big segments could not be read.',
  NOT_CONFIGURED: ' It uses a big segment, and no store of big segments is configured.',
};

export function versionReason(input: VersionReasonInput): VersionReason {
  const { evaluation } = input;
  return {
    because:
      input.failed === true
        ? `The flag ${FLAG} gives you the full crate, but its database failed, so you get the top 10 until it works again.`
        : because(input) + BIG_SEGMENTS[evaluation.reason.bigSegmentsStatus ?? 'HEALTHY'],
    answeredBy: SOURCES[evaluation.source],
  };
}

function because({ evaluation: { value, reason }, version, persona, place }: VersionReasonInput): string {
  const served = VERSION_NAMES[version];
  if (typeof value !== 'boolean') return `${ERRORS.WRONG_TYPE}, so you get the safe version, ${served}.`;
  switch (reason.kind) {
    case 'OFF':
      return `The flag ${FLAG} is off, so everyone gets ${served}.`;
    case 'TARGET_MATCH':
      return `The flag ${FLAG} targets you by your key: you get ${served}.`;
    case 'RULE_MATCH':
      return place === undefined
        ? `${describe(persona)}, and a rule of the flag ${FLAG} gives you ${served}.${experiment(reason.inExperiment)}`
        : `${describe(persona)}, so a rule of the flag ${FLAG} applies. ${standing(place, version)}`;
    case 'FALLTHROUGH':
      return place === undefined
        ? `None of the flag’s rules match you, so the default rule applies: you get ${served}.${experiment(reason.inExperiment)}`
        : standing(place, version);
    case 'PREREQUISITE_FAILED':
      return `The flag ${FLAG} requires the flag “${reason.prerequisiteKey}”, which does not serve you what it requires, so you get ${served}.`;
    case 'ERROR':
      return `${ERRORS[reason.errorKind]}, so you get the safe version, ${served}.`;
    default:
      return unknownReason(reason);
  }
}

const standing = ({ number, percentage }: RolloutPlace, version: PlaylistVersion): string =>
  `You are number ${number} of 100; the full crate is at ${percentage} % now, so ${version === 'database' ? 'you get it' : 'not yet'}.`;

/** A newer LaunchDarkly SDK may give a reason that today's types do not have. */
function unknownReason(reason: never): string {
  return `The flag ${FLAG} gave a reason that this page does not know: ${JSON.stringify(reason)}.`;
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
