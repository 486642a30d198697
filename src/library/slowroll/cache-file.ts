import { readFile } from 'node:fs/promises';
import writeFileAtomic from 'write-file-atomic';
import * as z from 'zod';

export interface CachedDocument {
  readonly body: string;
  readonly etag: string | null;
}

const cacheFile = z.object({ url: z.string(), etag: z.string().nullable(), body: z.string() });

/** The cached document of this address; `undefined` without a file. @throws for a damaged file, or another address's */
export async function readCache(file: string, url: string): Promise<CachedDocument | undefined> {
  const text = await textOf(file).catch((error: unknown) => {
    throw new Error(`the cache file ${file} could not be read`, { cause: error });
  });
  if (text === undefined) return undefined;
  const cached = cacheFile.safeParse(parsed(text));
  if (!cached.success) throw new Error(`the cache file ${file} is damaged and is not used`);
  if (cached.data.url !== url) {
    throw new Error(`the cache file ${file} is of ${cached.data.url} and is not used for ${url}`);
  }
  return cached.data;
}

/** Writes the file unless it has this content already; a deleted or damaged one is written again. */
export async function keepCache(file: string, url: string, document: CachedDocument): Promise<void> {
  const text = JSON.stringify({ url, etag: document.etag, body: document.body });
  try {
    if ((await textOf(file)) !== text) await writeFileAtomic(file, text);
  } catch (error) {
    throw new Error(`the cache file ${file} could not be written`, { cause: error });
  }
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
