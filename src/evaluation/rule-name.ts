/**
 * What sentences call the rule of a `ruleIndex`. Reasons count from 0, as LaunchDarkly's do; people count from 1.
 *
 * @example ruleName(0) // 'rule 1'
 */
export const ruleName = (ruleIndex: number): string => `rule ${ruleIndex + 1}`;

/** The same at the beginning of a sentence: `Rule 1`. */
export const ruleTitle = (ruleIndex: number): string => `Rule ${ruleIndex + 1}`;
