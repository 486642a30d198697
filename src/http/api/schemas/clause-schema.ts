import * as z from 'zod';
import { OPERATORS } from '../../../evaluation/model.ts';
import { contextKindSchema, jsonValueSchema, textSchema, wholeNumber } from './common-schemas.ts';

export const clauseSchema = z
  .strictObject({
    contextKind: contextKindSchema.exactOptional(),
    attribute: textSchema(1024).describe(
      'An attribute reference (`/address/city`) when `contextKind` is there, a literal name when it is not.',
    ),
    op: z.enum(OPERATORS),
    values: z.array(jsonValueSchema).max(10_000).describe('Joined by OR.'),
    negate: z.boolean().exactOptional(),
  })
  .meta({ id: 'Clause', description: 'Attribute, operator, values.' });

export const weightSchema = wholeNumber.min(0).max(100_000).describe('Thousandths of a percent.');

export const variationIndexSchema = wholeNumber.min(0).describe('Index into `variations`, from 0.');
