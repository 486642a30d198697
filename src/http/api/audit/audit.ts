import * as z from 'zod';
import type { ApiDeps } from '../api-deps.ts';
import {
  DEFAULT_ENVIRONMENT,
  type AuditEntry,
  type AuditQuery,
  type ItemRecord,
} from '../../../store/store.ts';
import { Problem } from '../../problems/problem.ts';
import { LINK_HEADER, linkToNext, logPage, logPageQuery } from '../items/keyset-page.ts';
import { refusal } from '../items/change-item.ts';
import { type Operation, operation, reply } from '../operation.ts';
import { auditEntrySchema, undoneSchema } from './audit-schemas.ts';
import { keySchema } from '../../input/key-schema.ts';

const listQuery = z.strictObject({
  project: keySchema.exactOptional().describe('With `environment`. Default: every project.'),
  environment: keySchema.exactOptional().describe('Of the project `default` when none is named.'),
  kind: z.enum(['flag', 'segment']).exactOptional(),
  name: keySchema.exactOptional().describe('Of one flag or segment.'),
  ...logPageQuery,
});

/** Who changed what and when; and how it is undone. */
export function auditOperations({
  store,
  cursors,
}: Pick<ApiDeps, 'store' | 'cursors'>): readonly Operation[] {
  return [
    operation('listAudit', 'get', '/audit', {
      tag: 'Audit',
      summary: 'List changes, newest first',
      description:
        'Each entry carries the SHA-256 of the one before and itself: an entry that was edited or removed breaks the chain.',
      role: 'viewer',
      query: listQuery,
      replies: {
        200: { description: 'A page of entries', body: z.array(auditEntrySchema), headers: LINK_HEADER },
      },
      handle: async ({ query, url }) => {
        const scope = [
          'audit',
          query.project ?? '',
          query.environment ?? '',
          query.kind ?? '',
          query.name ?? '',
        ];
        const filter = auditFilter(query);
        const { items, next } = await logPage(cursors, scope, query, (page) =>
          store.audit({ ...filter, ...page }),
        );
        return reply(200, items.map(auditBody), linkToNext(url, next));
      },
    }),
    operation('undoAuditEntry', 'post', '/audit/{audit_id}/undo', {
      tag: 'Audit',
      summary: 'Undo a change',
      description:
        'Makes a new change that puts back what was before the entry; it can be undone like any other.',
      role: 'operator',
      params: z.strictObject({ audit_id: z.string().regex(/^[1-9]\d{0,15}$/) }),
      replies: { 200: { description: 'What came of it', body: undoneSchema } },
      problems: [404, 409],
      handle: async ({ params: { audit_id }, author }) => {
        const id = Number(audit_id);
        const outcome = await store.undo(author, id);
        switch (outcome.outcome) {
          case 'changed':
            return reply(200, { changed: true, version: outcome.version, audit_id: outcome.auditId });
          case 'unchanged':
            return reply(200, { changed: false, version: outcome.record?.version ?? null, audit_id: null });
          case 'conflict':
          case 'in-use':
            throw refusal(outcome, `what entry ${id} made`);
          case 'not-found':
            throw new Problem(
              404,
              'not_found',
              `There is no entry ${id} in the audit log, or nothing left of what it changed.`,
            );
          default:
            return outcome satisfies never;
        }
      },
    }),
  ];
}

function auditFilter(query: z.output<typeof listQuery>): AuditQuery {
  return {
    ...(query.kind === undefined ? {} : { kind: query.kind }),
    ...(query.name === undefined ? {} : { key: query.name }),
    ...environmentFilter(query),
  };
}

function environmentFilter({
  project,
  environment,
}: Pick<z.output<typeof listQuery>, 'project' | 'environment'>): Pick<AuditQuery, 'environment'> {
  if (environment !== undefined) {
    return { environment: { project: project ?? DEFAULT_ENVIRONMENT.project, environment } };
  }
  if (project !== undefined)
    throw new Problem(400, 'invalid_query', 'With project, name an environment too.');
  return {};
}

export function auditBody(entry: AuditEntry) {
  return {
    id: entry.id,
    at: entry.at,
    author: entry.author,
    project: entry.environment.project,
    environment: entry.environment.environment,
    kind: entry.kind,
    name: entry.key,
    action: entry.action,
    before: entry.before === null ? null : sideBody(entry.before),
    after: entry.after === null ? null : sideBody(entry.after),
    undoes: entry.undoes,
    hash: entry.hash,
  };
}

function sideBody({ version, description, tags, definition }: ItemRecord) {
  return { version, description, tags, definition };
}
