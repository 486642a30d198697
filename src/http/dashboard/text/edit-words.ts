import { percentText } from '../fader.ts';
import type { FlagEdit } from '../flag-edits.ts';
import { valueText } from './value-words.ts';

/** What somebody wanted to do, after `to`. */
export function editText(edit: FlagEdit): string {
  switch (edit.change) {
    case 'on':
      return 'turn it on';
    case 'off':
      return 'turn it off';
    case 'kill':
      return 'pull the kill switch';
    case 'share':
      return `move the fader to ${percentText(edit.percentage)}`;
    case 'add-target':
      return `name ${valueText(edit.user)}`;
    case 'remove-target':
      return `no longer name ${valueText(edit.user)}`;
    default:
      return edit satisfies never;
  }
}
