import { primitiveText } from './json.ts';

const MAX_LENGTH = 80;

/** A value as a message shows it: short, and never walked into, however big or deep it is. */
export function show(value: unknown): string {
  if (value === undefined) {
    return 'nothing';
  }
  if (value === null) {
    return 'null';
  }
  if (typeof value === 'object') {
    return Array.isArray(value) ? 'a list' : 'an object';
  }
  const text = typeof value === 'string' ? JSON.stringify(value.slice(0, MAX_LENGTH)) : primitiveText(value);
  return text === undefined
    ? typeof value
    : text + (typeof value === 'string' && value.length > MAX_LENGTH ? '…' : '');
}
