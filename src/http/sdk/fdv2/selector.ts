/** What a client has: the state of a payload at a sequence. Opaque to clients, and safe in a URL as it is. */
export interface Selector {
  readonly payload: string;
  readonly sequence: number;
}

const FORM = /^\(p:([A-Za-z0-9._-]{1,200}):(\d{1,15})\)$/;

export const writeSelector = ({ payload, sequence }: Selector): string => `(p:${payload}:${sequence})`;

/** Undefined for what is not ours: the client then gets everything. */
export function readSelector(text: unknown): Selector | undefined {
  const match = typeof text === 'string' ? FORM.exec(text) : null;
  const [, payload, sequence] = match ?? [];
  return payload === undefined || sequence === undefined
    ? undefined
    : { payload, sequence: Number(sequence) };
}
