import * as z from 'zod';
import { VIAS } from '../../../store/store.ts';
import { timestampSchema, wholeNumber } from '../items/common-schemas.ts';
import { keySchema } from '../../input/key-schema.ts';
import { flagDefinitionSchema } from '../flags/flag-definition-schema.ts';
import { segmentDefinitionSchema } from '../segments/segment-definition-schema.ts';

export const authorSchema = z
  .object({
    id: z.string().describe("A key's name, `anonymous` when keys are off, or the automation's own name."),
    via: z.enum(VIAS),
    address: z.string().exactOptional(),
    comment: z.string().exactOptional(),
  })
  .meta({ id: 'Author' });

const sideSchema = z
  .object({
    version: wholeNumber,
    description: z.string().nullable(),
    tags: z.array(z.string()),
    definition: z.union([flagDefinitionSchema, segmentDefinitionSchema]),
  })
  .meta({ id: 'AuditSide', description: 'The flag or segment as it was.' });

export const auditEntrySchema = z
  .object({
    id: z.int(),
    at: timestampSchema,
    author: authorSchema,
    project: keySchema,
    environment: keySchema,
    kind: z.enum(['flag', 'segment']),
    name: keySchema,
    action: z.enum(['create', 'update', 'delete']),
    before: sideSchema.nullable(),
    after: sideSchema.nullable(),
    undoes: z.int().nullable().describe('The entry that this one undid.'),
    hash: z.string().describe('Hex SHA-256 over the hash before and this entry.'),
  })
  .meta({ id: 'AuditEntry' });

export const undoneSchema = z
  .object({
    changed: z.boolean().describe('False: it was already as before.'),
    version: wholeNumber.nullable(),
    audit_id: z.int().nullable().describe('The entry of the undoing.'),
  })
  .meta({ id: 'Undone' });
