import { percentText } from '../flag/fader.ts';
import type { FlagEdit } from '../flag/flag-edits.ts';
import { valueText } from './value-text.ts';

/** An edit as an infinitive: `turn it on`. */
export function editText(edit: FlagEdit): string {
  switch (edit.change) {
    case 'on':
      return 'turn it on';
    case 'off':
      return 'turn it off';
    case 'kill':
      return 'use the kill switch';
    case 'share':
      return `change the rollout to ${percentText(edit.percentage)}`;
    case 'add-target':
      return `target ${valueText(edit.user)}`;
    case 'remove-target':
      return `no longer target ${valueText(edit.user)}`;
    case 'client-side':
      return edit.visible ? 'show it to browser and mobile SDKs' : 'hide it from browser and mobile SDKs';
    default:
      return edit satisfies never;
  }
}
