import { isRecord } from '../../evaluation/json.ts';
import { show } from '../../evaluation/show.ts';

export type FetchOutcome =
  | {
      /** The JSON, as text. */
      readonly body: string;
      /** Handed to the next fetch. Default: none. */
      readonly etag?: string | null;
      readonly notModified?: false;
    }
  | { readonly notModified: true };

/**
 * Brings the document, or says that the one that was brought last is still the newest. Throws (or rejects) when it cannot.
 * @param etag what came with the last document; `null` when there is none, or it had none
 * @param signal aborted when nobody waits for the answer any longer, after `timeoutMs`
 */
export type FetchDocument = (url: string, etag: string | null, signal: AbortSignal) => Promise<FetchOutcome>;

/** 5 MiB: a configuration that is larger is a mistake, not a configuration. */
const MAX_BODY_BYTES = 5 * 1024 * 1024;

/** Over HTTP with the platform's fetch; any status but 200, and 304 when that was asked for, is a failure. */
export const httpFetch: FetchDocument = async (url, etag, signal) => {
  const response = await fetch(url, {
    headers: { Accept: 'application/json', ...(etag === null ? {} : { 'If-None-Match': etag }) },
    signal,
  });
  if (response.status === 200) {
    return { body: await limitedText(response, url), etag: response.headers.get('etag') };
  }
  await response.body?.cancel();
  if (response.status === 304 && etag !== null) return { notModified: true };
  throw new Error(`${url} answered ${response.status}, expected 200${etag === null ? '' : ' or 304'}`);
};

async function limitedText(response: Response, url: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new Error(`${url} sent more than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch (error) {
    throw new Error(`${url} sent bytes that are not UTF-8`, { cause: error });
  }
}

/** What the source answers, waited for no longer than `timeoutMs`; throws for anything that is no answer. */
export async function askSource(
  source: FetchDocument,
  url: string,
  etag: string | null,
  timeoutMs: number,
): Promise<FetchOutcome> {
  const late = Promise.withResolvers<never>();
  const controller = new AbortController();
  const timer = setTimeout(() => {
    const error = new Error(`${url} did not answer within ${timeoutMs} ms`);
    late.reject(error);
    controller.abort(error);
  }, timeoutMs).unref();
  try {
    return checked(await Promise.race([source(url, etag, controller.signal), late.promise]));
  } finally {
    clearTimeout(timer);
  }
}

/** A callback is somebody else's code: its types need not have been checked. */
function checked(answer: unknown): FetchOutcome {
  const expected = 'expected fetch to give {body, etag} or {notModified: true}';
  if (!isRecord(answer)) throw new TypeError(`${expected}, got ${show(answer)}`);
  const { notModified, body, etag } = answer;
  if (notModified === true) return { notModified };
  if (typeof body !== 'string') throw new TypeError(`${expected}, with body a text, got ${show(body)}`);
  if (etag !== undefined && etag !== null && typeof etag !== 'string') {
    throw new TypeError(`${expected}, with etag a text or null, got ${show(etag)}`);
  }
  return { body, etag: etag ?? null };
}
