/** What can be wrong with a definition. Codes are stable; messages are for people and may change. */
export type FindingCode =
  | 'ambiguous_attribute'
  | 'ambiguous_date'
  | 'always_matches'
  | 'both_variation_and_rollout'
  | 'coarse_bucketing'
  | 'contradiction'
  | 'cycle'
  | 'duplicate_target'
  | 'empty_context_kind'
  | 'ignored_field'
  | 'invalid_attribute'
  | 'invalid_kind'
  | 'invalid_regex'
  | 'invalid_rollout'
  | 'invalid_type'
  | 'invalid_value'
  | 'invalid_variation'
  | 'kind_in_targets'
  | 'large_number'
  | 'limit_exceeded'
  | 'missing_clauses'
  | 'missing_generation'
  | 'missing_kind_clause'
  | 'mixed_types'
  | 'never_matches'
  | 'not_for_sdks'
  | 'nothing_to_serve'
  | 'regex_dialect'
  | 'seed_zero'
  | 'unknown_bucketing'
  | 'unknown_operator'
  | 'unknown_prerequisite'
  | 'unknown_segment'
  | 'unreachable_rule'
  | 'unused_targets'
  | 'user_keys_in_contexts'
  | 'user_values_in_context_targets'
  | 'version_spaces';

export interface Finding {
  /**
   * An error is malformed, or read differently by different SDKs; a warning works, but hardly as meant. In between, since
   * SDKs differ only where it is rare: a segment rule that takes a share of users without a clause on users
   * (`missing_kind_clause`).
   */
  readonly severity: 'error' | 'warning';
  readonly code: FindingCode;
  /** Where in the definition, as a JSON Pointer (RFC 6901). */
  readonly pointer: string;
  /** What was expected, and what came. */
  readonly message: string;
}

/** A reporter in a definition, where findings are written down. */
export class FindingReporter {
  readonly #pointer: string;
  readonly #findings: Finding[];

  constructor(findings: Finding[], pointer = '') {
    this.#findings = findings;
    this.#pointer = pointer;
  }

  at(...steps: readonly (string | number)[]): FindingReporter {
    // Only names of fields and indexes are steps, and none of them has a character to escape.
    return new FindingReporter(this.#findings, [this.#pointer, ...steps].join('/'));
  }

  error(code: FindingCode, message: string): void {
    this.#findings.push({ severity: 'error', code, pointer: this.#pointer, message });
  }

  warning(code: FindingCode, message: string): void {
    this.#findings.push({ severity: 'warning', code, pointer: this.#pointer, message });
  }
}
