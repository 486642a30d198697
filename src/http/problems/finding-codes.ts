import type { FindingCode } from '../../evaluation/lint/finding.ts';
import type { ErrorText } from './error-codes.ts';

/** What can be wrong with a definition: as an error, it refuses the change; as a warning, it comes with what was accepted. */
export const FINDING_CODES = {
  always_matches: {
    title: 'Rule matches everybody',
    cause: 'A rule has no clauses, so it serves everybody who comes to it.',
    cure: 'Add a clause, or serve everybody by the fallthrough instead.',
  },
  ambiguous_attribute: {
    title: 'SDKs read the attribute differently',
    cause:
      'The path starts a step with an escaped character, or asks for /kind; SDKs do not agree on what that is.',
    cure: 'Name the attribute otherwise; for the kind of a context write kind.',
  },
  ambiguous_date: {
    title: 'SDKs read the date differently',
    cause:
      'The day or the hour is not in the calendar, or something stands behind the time zone; some SDKs take that and others do not.',
    cure: 'Write a date like 2026-11-20T18:30:00Z, or milliseconds since 1970.',
  },
  both_variation_and_rollout: {
    title: 'Variation and rollout together',
    cause: 'Both a variation and a rollout are given; the variation is served, the rollout never used.',
    cure: 'Keep one of them.',
  },
  coarse_bucketing: {
    title: 'Weight finer than its bucketing',
    cause: 'This bucketing knows whole percents only, so the rest of the weight is rounded up.',
    cure: 'Use whole percents, or leave bucketing out.',
  },
  contradiction: {
    title: 'Included and excluded at once',
    cause: 'A segment lists the same key in included and in excluded; included wins.',
    cure: 'Take the key out of one of the lists.',
  },
  cycle: {
    title: 'Definitions go round in a circle',
    cause:
      'A flag needs itself through its prerequisites, or a segment through its rules; or what it needs does so.',
    cure: 'Remove one of the references named in detail.',
  },
  duplicate_target: {
    title: 'Key listed twice',
    cause: 'A key is listed by several targets; the first of them wins.',
    cure: 'Keep it in one target.',
  },
  empty_context_kind: {
    title: 'Empty context kind',
    cause: 'An empty kind is a user to some SDKs and nobody to others.',
    cure: 'Leave the kind out, which means user, or name it.',
  },
  ignored_field: {
    title: 'Field has no effect here',
    cause: 'Something else in the definition keeps this field from being read.',
    cure: 'Leave the field out, or change what detail names.',
  },
  invalid_attribute: {
    title: 'Attribute is not valid',
    cause: 'The attribute is empty, or a path that not every SDK can read.',
    cure: 'Write a name, or a path such as /address/city with ~1 for / and ~0 for ~.',
  },
  invalid_kind: {
    title: 'Context kind is not valid',
    cause: 'A kind has characters that it may not have, or is kind or multi.',
    cure: 'Use letters, digits, ".", "_" and "-".',
  },
  invalid_regex: {
    title: 'Regular expression is not valid',
    cause:
      'JavaScript or RE2 does not take the pattern, or it is too large, or it uses look-around or back-references.',
    cure: 'Use what both take, and at most 256 characters.',
  },
  invalid_rollout: {
    title: 'Rollout is not valid',
    cause: 'Weights are negative, or do not sum to 100,000, or variations are missing.',
    cure: 'Give every variation a weight in thousandths of a percent, 100,000 together.',
  },
  invalid_type: {
    title: 'Wrong type',
    cause: 'A value is of another type than the field has.',
    cure: 'Read errors: expected and received types are there.',
  },
  invalid_value: {
    title: 'Value is not valid',
    cause: 'A value is of the right type, but not one that the field can have.',
    cure: 'Read errors, which names the field and what it takes.',
  },
  invalid_variation: {
    title: 'No such variation',
    cause: 'A variation is not a whole number from 0 to the number of variations − 1.',
    cure: 'Use an index into variations.',
  },
  kind_in_targets: {
    title: 'Other kinds among the targets',
    cause:
      'targets are keys of users; some SDKs read them as keys of the kind beside them, and others do not.',
    cure: 'List the keys of other kinds in contextTargets.',
  },
  large_number: {
    title: 'Number too large to compare',
    cause: 'SDKs disagree on whole numbers past 2^53.',
    cure: 'Compare it as text.',
  },
  limit_exceeded: {
    title: 'Too many or too large',
    cause: 'A list or value is larger than the service keeps.',
    cure: 'Split it; detail names the limit.',
  },
  missing_clauses: {
    title: 'Rule without clauses',
    cause: 'A rule has no list of clauses: it matches everybody in some SDKs and nobody in others.',
    cure: 'Give the rule its clauses, or remove it.',
  },
  missing_generation: {
    title: 'Big segment without a generation',
    cause: 'A segment with unbounded needs a generation, which is a whole number from 1.',
    cure: 'Give the generation, or set unbounded to false.',
  },
  missing_kind_clause: {
    title: 'Share of a kind without a clause on it',
    cause: 'A segment’s rule takes a share of a kind of contexts; SDKs disagree on who has no such context.',
    cure: 'Add a clause on that kind to the rule.',
  },
  mixed_types: {
    title: 'Variations of several types',
    cause: 'The values of the variations are not all of one type, and typed SDKs take only one.',
    cure: 'Make them all text, numbers, booleans or JSON.',
  },
  never_matches: {
    title: 'Clause matches nobody',
    cause: 'A clause has an empty list of values.',
    cure: 'Give it values, or remove it.',
  },
  not_for_sdks: {
    title: 'No SDK can evaluate the flag',
    cause:
      'This bucketing is known to this service only, so SDKs do not get the flag, and a flag that requires it is answered otherwise there.',
    cure: 'Leave bucketing out when SDKs are to evaluate the flag.',
  },
  nothing_to_serve: {
    title: 'Nothing to serve',
    cause: 'A rule or the fallthrough has neither a variation nor a rollout.',
    cure: 'Give it one of them.',
  },
  regex_dialect: {
    title: 'SDKs read the pattern differently',
    cause: 'The pattern holds something that JavaScript, Go and Python do not read alike.',
    cure: 'Write it as detail says.',
  },
  regex_edges: {
    title: 'SDKs differ on rare text',
    cause:
      'The pattern uses a dot, a dollar sign, a word boundary or a class of all but some characters; SDKs differ on line breaks, on letters that are not ASCII and on characters past U+FFFF.',
    cure: 'Nothing, where such text does not come up; otherwise name the characters that you mean.',
  },
  seed_zero: {
    title: 'Seed of 0',
    cause:
      'A seed of 0 is no seed to one SDK and a seed to the others, so that people change buckets between them.',
    cure: 'Use another seed, or none.',
  },
  unknown_bucketing: {
    title: 'Unknown bucketing',
    cause: 'The flag asks for a bucketing that does not exist.',
    cure: 'Use one of those in detail, or leave bucketing out.',
  },
  unknown_operator: {
    title: 'Unknown operator',
    cause: 'A clause uses an operator that does not exist.',
    cure: 'Use one of those in /docs.',
  },
  unknown_prerequisite: {
    title: 'Unknown prerequisite',
    cause: 'A prerequisite names a flag that does not exist in this environment.',
    cure: 'Create that flag first.',
  },
  unknown_segment: {
    title: 'Unknown segment',
    cause: 'A clause names a segment that does not exist in this environment, so nobody is in it.',
    cure: 'Create that segment, or take it out of the clause.',
  },
  unreachable_rule: {
    title: 'Nobody comes here',
    cause: 'An earlier rule takes everybody, or at least everybody whom this one matches.',
    cure: 'Remove it, or change the order of the rules.',
  },
  unused_targets: {
    title: 'Targets are never used',
    cause:
      'A flag with context targets reads users’ keys only where one of those points to them, and only from the first targets of a variation.',
    cure: 'Add a context target of kind user for this variation, without values, and list the keys once.',
  },
  user_keys_in_contexts: {
    title: 'Users’ keys in a list of contexts',
    cause: 'Some Go SDKs skip such a list of a segment for plain users.',
    cure: 'List users’ keys in included and excluded.',
  },
  user_values_in_context_targets: {
    title: 'Users’ keys in a context target',
    cause: 'One SDK reads the keys of a context target of kind user, and the others do not.',
    cure: 'List the keys in targets and leave values empty here.',
  },
  version_spaces: {
    title: 'Version with spaces around it',
    cause: 'Only one SDK takes a version with spaces around it.',
    cure: 'Remove the spaces.',
  },
} as const satisfies Readonly<Record<FindingCode, ErrorText>>;
