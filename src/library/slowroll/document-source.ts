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
 * Fetches the document, or reports that the last one is still the newest. Throws (or rejects) when it cannot.
 * @param etag of the last document; `null` without a document or without an ETag
 * @param signal aborted after `timeoutMs`
 */
export type FetchDocument = (url: string, etag: string | null, signal: AbortSignal) => Promise<FetchOutcome>;

/** 5 MiB: a larger configuration is a mistake. */
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

/** The source's outcome, within `timeoutMs`. @throws for a failure, a timeout or an invalid outcome */
export async function fetchDocument(
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

/** The callback may come from a program without types. */
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
