import { readFile } from 'node:fs/promises';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';

export type FetchOutcome =
  | { readonly body: string; readonly etag?: string | null }
  | { readonly notModified: true };

/** Brings the document, or says that the one with this ETag is still the newest. Throws when it cannot. */
export type FetchDocument = (url: string, etag: string | null) => Promise<FetchOutcome>;

export interface CachedDocument {
  readonly body: string;
  readonly etag: string | null;
}

/** 5 MiB: a configuration that is larger is a mistake, not a configuration. */
const MAX_BODY_BYTES = 5 * 1024 * 1024;

/** Over HTTP with the platform's fetch; any status but 200 and 304 is a failure. */
export function httpFetch(timeoutMs: number): FetchDocument {
  return async (url, etag) => {
    const response = await fetch(url, {
      headers: { Accept: 'application/json', ...(etag === null ? {} : { 'If-None-Match': etag }) },
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.status === 304) {
      await response.body?.cancel();
      return { notModified: true };
    }
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new Error(`${url} answered ${response.status}, expected 200 or 304`);
    }
    return { body: await limitedText(response, url), etag: response.headers.get('etag') };
  };
}

async function limitedText(response: Response, url: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new Error(`${url} sent more than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const cacheFile = z.object({ url: z.string(), etag: z.string().nullable(), body: z.string() });

/** What was last fetched, if this file holds it for this address; a file that is torn or another's counts as none. */
export async function readCache(file: string, url: string): Promise<CachedDocument | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const parsed = cacheFile.safeParse(parseOrUndefined(text));
  return parsed.success && parsed.data.url === url ? parsed.data : undefined;
}

export async function writeCache(file: string, url: string, document: CachedDocument): Promise<void> {
  await writeFileAtomic(file, JSON.stringify({ url, ...document }));
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
