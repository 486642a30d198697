import * as z from 'zod';
import { OPERATORS, type Operator } from '../../../evaluation/model.ts';
import { contextKindSchema, jsonValueSchema, textSchema, wholeNumber } from './common-schemas.ts';

const clauseWith = <Op extends z.ZodType>(op: Op) =>
  z.strictObject({
    contextKind: contextKindSchema.exactOptional(),
    attribute: textSchema(1024).describe(
      'An attribute reference (`/address/city`) when `contextKind` is there, a literal name when it is not.',
    ),
    op,
    values: z.array(jsonValueSchema).max(10_000).describe('Joined by OR.'),
    negate: z.boolean().exactOptional(),
  });

/** An imported clause may have an operator that this program does not know, or not yet: it matches nothing, and is kept. */
const keptOperator: z.ZodType<Operator, Operator> = z
  .custom<Operator>((value) => typeof value === 'string')
  .meta({ type: 'string', description: `One of ${OPERATORS.join(', ')}; any other matches nothing.` });

export const clauseSchema = clauseWith(keptOperator).meta({
  id: 'Clause',
  description: 'Attribute, operator, values.',
});

export const clauseInputSchema = clauseWith(z.enum(OPERATORS)).meta({
  id: 'ClauseInput',
  description: 'Attribute, operator, values.',
});

export const weightSchema = wholeNumber.min(0).max(100_000).describe('Thousandths of a percent.');

export const variationIndexSchema = wholeNumber.min(0).describe('Index into `variations`, from 0.');
