/** How many rules there are, and how many conditions each has. */
type Shape = readonly { readonly clauses: readonly unknown[] }[];

/**
 * The id of the control that has the focus once a step of editing is done, so that keys alone can go on from there. The
 * page says it with `autofocus`, which needs no script.
 *
 * @param rules after the step
 * @example focusAfter('add-rule', rules) // 'clause-1-0-attribute'
 */
export function focusAfter(action: string, rules: Shape): string | undefined {
  const [step = '', ...positions] = action.split(':');
  const [at = -1, second = -1] = positions.map(Number);
  const last = rules.length - 1;
  const clauses = rules[at]?.clauses.length ?? 0;
  switch (step) {
    case 'add-rule':
      return last < 0 ? 'add-rule' : `clause-${last}-0-attribute`;
    case 'remove-rule':
      return last < 0 ? 'add-rule' : `remove-${Math.min(at, last)}`;
    // At an end of the list the button of that direction is disabled.
    case 'up':
      return at - 1 <= 0 ? 'down-0' : `up-${at - 1}`;
    case 'down':
      return at + 1 >= last ? `up-${last}` : `down-${at + 1}`;
    case 'move':
      return `remove-${second}`;
    case 'add-clause':
      return clauses === 0 ? undefined : `clause-${at}-${clauses - 1}-attribute`;
    case 'remove-clause':
      return clauses === 0 ? `add-clause-${at}` : `clause-${at}-${Math.min(second, clauses - 1)}-remove`;
    default:
      return undefined;
  }
}
