/** The tables of `021-webhooks`. Times are epoch milliseconds. */
export interface WebhookTables {
  readonly webhooks: WebhooksTable;
  readonly webhook_cursor: WebhookCursorTable;
  readonly webhook_deliveries: WebhookDeliveriesTable;
}

export interface WebhooksTable {
  id: string;
  url: string;
  description: string | null;
  /** Null: of every project. */
  project: string | null;
  /** Null: of every environment. */
  environment: string | null;
  /** JSON: names of events; an empty list is every event. */
  events: string;
  enabled: 0 | 1;
  disabled_reason: string | null;
  secret: string;
  /** Signs as well until `previous_until`. */
  previous_secret: string | null;
  previous_until: number | null;
  created_at: number;
  updated_at: number;
  created_by: string;
}

export interface WebhookCursorTable {
  id: 1;
  audit_id: number;
}

export interface WebhookDeliveriesTable {
  /** Also the `webhook-id` header: the same on every attempt, so that a receiver can drop doubles. */
  id: string;
  webhook_id: string;
  event:
    | `${'flag' | 'segment'}.${'created' | 'updated' | 'deleted'}`
    | 'release.changed'
    | `experiment.${'decided' | 'stopped'}`
    | 'test';
  payload: string;
  state: 'waiting' | 'sending' | 'delivered' | 'failed';
  next_at: number;
  /** JSON: the attempts so far, oldest first. */
  attempts: string;
  claim: string | null;
  claim_until: number | null;
  created_at: number;
  finished_at: number | null;
}
