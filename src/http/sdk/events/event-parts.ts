import type { Request } from 'express';
import { TOO_LARGE } from '../../../events/parse-events.ts';
import { JsonListError, JsonListReader } from '../../../shared/json-list-reader.ts';
import { bodyChunks } from '../../input/read-body.ts';
import type { AddressQuota } from '../../middleware/address-quota.ts';
import { clientAddress } from '../../auth/client-address.ts';
import { Problem } from '../../problems/problem.ts';

/** After decompression: what an SDK sends with its default queue of 10,000 events, with contexts of some kilobytes. */
const LIMIT_BYTES = 32 * 1024 * 1024;
/** What is not a list is a diagnostic. */
const DIAGNOSTIC_LENGTH = 256 * 1024;
/** The largest entry that SDKs send is a summary: 20,000 counters of 10,000 flags are 2 MB and 140,000 tokens. */
const ENTRY = { maxLength: 3 * 1024 * 1024, maxTokens: 150_000 } as const;
const MAX_ENTRIES = 1_000;
const MAX_PART_BYTES = 2 * 1024 * 1024;
/** What a bracket or a comma costs once it is parsed, beside its text: `[{},{},…]` is 25 times as large as its text. */
const BYTES_PER_TOKEN = 32;

/** What bodies that are being read may hold together, in bytes: each one part at a time. */
export const HELD_BYTES = { perProcess: 40 * 1024 * 1024, perAddress: 16 * 1024 * 1024 } as const;

/**
 * The entries of a posted list, plain or compressed, whatever Content-Type says, parsed and not checked, in parts of a
 * bounded size: one part is held at a time, however large the body is and however slowly it comes. Where parts end depends only on the
 * entries, so a body that is sent again has the same parts. What is not a list, such as a diagnostic, has none.
 *
 * @param held Shared by all bodies; made with `HELD_BYTES`.
 * @throws {Problem} 400 when the text stops being JSON, 413 after 32 MiB, 503 while too much is held; parts may have come
 * before.
 */
export async function* eventParts(req: Request, held: AddressQuota): AsyncGenerator<readonly unknown[]> {
  const reader = new JsonListReader({ ...ENTRY, onOversize: () => entries.push(TOO_LARGE) });
  const decoder = new TextDecoder();
  const memory = createReservation(held, clientAddress(req));
  let entries: unknown[] = [];
  let bytes = 0;
  let isList: boolean | undefined;
  let other = '';
  try {
    for await (const chunk of bodyChunks(req, LIMIT_BYTES)) {
      const text = decoder.decode(chunk, { stream: true });
      isList ??= startsList(text);
      if (isList === undefined) continue;
      if (!isList) {
        other += text;
        if (other.length > DIAGNOSTIC_LENGTH) throw new Problem(413, 'payload_too_large', NOT_A_LIST);
        continue;
      }
      memory.holdAtLeast(bytes + text.length);
      for (const entry of reader.read(text)) {
        entries.push(parsed(entry.text));
        bytes += costOf(entry.text.length, entry.tokens);
        memory.holdAtLeast(bytes);
        if (entries.length < MAX_ENTRIES && bytes < MAX_PART_BYTES) continue;
        yield entries;
        [entries, bytes] = [[], 0];
        memory.release();
      }
      memory.holdAtLeast(bytes + costOf(reader.pending.length, reader.pending.tokens));
    }
    if (isList === true) reader.end();
    else parsed(other);
    if (entries.length > 0) yield entries;
  } catch (error) {
    throw error instanceof JsonListError ? malformed(error) : error;
  } finally {
    memory.release();
  }
}

const NOT_A_LIST = 'The body is not a list of events, and larger than a diagnostic.';
const costOf = (length: number, tokens: number): number => length + tokens * BYTES_PER_TOKEN;

/** Undefined while there is nothing but white space. */
function startsList(text: string): boolean | undefined {
  const first = text.trimStart()[0];
  return first === undefined ? undefined : first === '[';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw malformed(cause);
  }
}

const malformed = (cause: unknown): Problem =>
  new Problem(400, 'malformed_json', 'The body is not JSON.', { cause });

/** One body's share of the memory that all have together. */
function createReservation(
  held: AddressQuota,
  address: string,
): { readonly holdAtLeast: (bytes: number) => void; readonly release: () => void } {
  let taken = 0;
  let givesBack: (() => void)[] = [];
  return {
    holdAtLeast(bytes) {
      if (bytes <= taken) return;
      // In steps, since a part has many entries; the first is as large as the body, which most often is small.
      const wanted = Math.max(bytes, taken + Math.min(taken, 256 * 1024));
      const giveBack = held.take(address, wanted - taken);
      if (giveBack === undefined) {
        const detail = 'Bodies with events hold as much memory as they may. Try again in a second.';
        throw new Problem(503, 'overloaded', detail, { headers: { 'retry-after': '1' } });
      }
      givesBack.push(giveBack);
      taken = wanted;
    },
    release() {
      for (const giveBack of givesBack) giveBack();
      givesBack = [];
      taken = 0;
    },
  };
}
