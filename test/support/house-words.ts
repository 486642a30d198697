/** A word or phrase that a stranger cannot guess, and what to write instead. */
export interface HouseWord {
  readonly pattern: RegExp;
  readonly instead: string;
}

/** In names: identifiers, file names, and the comments and tests that speak of them. */
export const HOUSE_NAMES: readonly HouseWord[] = [
  { pattern: /\bWorkshop\b/, instead: 'CompileCache' },
  { pattern: /\b(?:open-?[Ff]loor|stands? on the floor)\b/, instead: 'services, openServices' },
  { pattern: /\b[Dd]oors?\b|\w+Doors?\b|\bdoor[A-Z]\w*/, instead: 'router, endpoint or interface' },
  { pattern: /\b[Rr]ooms\b|\bwhich room\b|[a-z]Rooms?\b/, instead: 'folder, module' },
  { pattern: /\b[Dd]esks?\b|\b[dD]esk(?=[A-Z-])|\w+Desks?\b/, instead: 'dashboard' },
  { pattern: /\bheld-copy\b|[hH]eldCopy/, instead: 'cached-table' },
  { pattern: /\b[cC]losers\b|\bway out\b|\bwaysOut\b/, instead: 'disposables, unsubscribe' },
  { pattern: /\b(?:follow-events|local-recorder|localRecorder|followEvents)\b/, instead: 'record-events' },
  { pattern: /\b(?:named-keys|namedKeys|first-keys)\b/, instead: 'announce-keys, bootstrap-keys' },
  { pattern: /\bsnapshots-?[oO]f\b/, instead: 'environment-snapshots' },
  { pattern: /\bLaunchDarklyPatience\b/, instead: 'LaunchDarklyTimeouts' },
  { pattern: /\bFlagAnswer\b|(?<![.\w])answer\(/, instead: 'FlagEvaluation, evaluate, handle' },
  { pattern: /\bplaceOf\b|\b[pP]lacements?\b/, instead: 'DashboardScope, JsonPath, environment, bucketing' },
  {
    pattern: /\binterface (?:Slice|Served|Links|Step|Intent)\b/,
    instead: 'WeightedVariation, Outcome, Definitions, Commit, PendingWrites',
  },
  { pattern: /\bfunction (?:judge|journal)\b/, instead: 'checkPrerequisite, buildCommit' },
  { pattern: /\bmeet\(/, instead: 'noteReported' },
  { pattern: /schema-?[sS]helf/, instead: 'schema-registry' },
  { pattern: /\b(?:MOST|LONGEST)_[A-Z_]+\b/, instead: 'MAX_RULES, MAX_TEXT_LENGTH, MAX_CACHED' },
  { pattern: /\b(?:first-step|left-overs|told-once)\b/, instead: 'a name that says what it does' },
];

/** In sentences: comments, names of tests, messages and pages. */
export const HOUSE_PHRASES: readonly HouseWord[] = [
  { pattern: /\b[Ww]hoever\b/, instead: 'the client, the caller, the operator …' },
  { pattern: /(?<!')\b[Nn]obody\b(?!')/, instead: 'no listener, no client, no key …' },
  { pattern: /\bis (?:told|asked)\b/, instead: 'name who sends what: "the client receives"' },
  { pattern: /\bspeaks? of you\b/, instead: 'matches you' },
  { pattern: /\bsaid so\b/, instead: 'answered, decided' },
  { pattern: /\bmade for one alone\b/, instead: 'not shared' },
  {
    pattern: /\bWhere nobody logs in, everybody is in\b/,
    instead: 'With AUTH=off every request is an administrator’s',
  },
];
