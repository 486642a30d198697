import { isoTime } from '../shared/iso-time.ts';
import type { Selectable } from 'kysely';
import type { AuditTable } from '../store/sql/tables/store-tables.ts';
import { parseAuthor, parseRecord } from '../store/stored-json.ts';
import type { EnvironmentRef } from '../store/store.ts';
import type { WebhookEvent, WebhookFields } from './webhook.ts';

const VERBS = { create: 'created', update: 'updated', delete: 'deleted' } as const;

/** What a change is called to webhooks. */
export function eventOf({ kind, action }: Pick<AuditTable, 'kind' | 'action'>): WebhookEvent {
  return `${kind}.${VERBS[action]}`;
}

export function wants(
  { project, environment, events }: WebhookFields,
  event: WebhookEvent,
  where: EnvironmentRef,
): boolean {
  return (
    (project === null || project === where.project) &&
    (environment === null || environment === where.environment) &&
    (events.length === 0 || events.includes(event))
  );
}

/** The body that is sent, the same to every webhook. Addresses of people stay here. */
export function changeMessage(entry: Selectable<AuditTable>): string {
  const author = parseAuthor(entry.author);
  return JSON.stringify({
    type: eventOf(entry),
    timestamp: entry.at,
    data: {
      audit_id: entry.id,
      project: entry.project,
      environment: entry.environment,
      kind: entry.kind,
      name: entry.key,
      action: entry.action,
      author: {
        id: author.id,
        via: author.via,
        ...(author.comment === undefined ? {} : { comment: author.comment }),
      },
      before: sideOf(entry.before),
      after: sideOf(entry.after),
      undoes: entry.undoes,
    },
  });
}

export function testMessage(atMs: number): string {
  return JSON.stringify({
    type: 'test',
    timestamp: isoTime(atMs),
    data: { message: 'It works.' },
  });
}

function sideOf(json: string | null): unknown {
  const record = parseRecord(json);
  if (record === null) return null;
  const { version, description, tags, definition } = record;
  return { version, description, tags, definition };
}
