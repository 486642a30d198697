import * as z from 'zod';
import type { Flag } from '../evaluation/model.ts';
import { type SimpleOutcome, withSimpleFields } from '../store/simple-flag.ts';
import type { Instruction } from './schedule.ts';

const instructionSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('on') }),
  z.strictObject({ kind: z.literal('off') }),
  z.strictObject({ kind: z.literal('set'), rolloutPercentage: z.number().min(0).max(100) }),
]);

/** From a row's JSON; throws when somebody edited it into something else. */
export function readInstruction(json: string): Instruction {
  return instructionSchema.parse(JSON.parse(json));
}

/** The flag as the instruction wants it; or why it cannot be. */
export function carriedOut(flag: Flag, instruction: Instruction): SimpleOutcome {
  switch (instruction.kind) {
    case 'on':
      return withSimpleFields(flag, flag.key, { status: true });
    case 'off':
      return withSimpleFields(flag, flag.key, { status: false });
    case 'set':
      return withSimpleFields(flag, flag.key, { rollout_percentage: instruction.rolloutPercentage });
    default:
      return instruction satisfies never;
  }
}

export function instructionText(instruction: Instruction): string {
  switch (instruction.kind) {
    case 'on':
      return 'switched on';
    case 'off':
      return 'switched off';
    case 'set':
      return `set to ${instruction.rolloutPercentage} %`;
    default:
      return instruction satisfies never;
  }
}
