import { type JsonEntry, JsonListError, JsonListReader } from '../../shared/json-list-reader.ts';

/** UTF-16 units; a track needs a few hundred. */
const MAX_ENTRY_LENGTH = 4 * 1024 * 1024;

/**
 * The elements of a JSON list that is read a chunk at a time.
 * @throws JsonListError where the text stops being one list, or an element is too long.
 */
export function* jsonEntries(chunks: Iterable<string>): Generator<JsonEntry> {
  const reader = new JsonListReader({
    maxLength: MAX_ENTRY_LENGTH,
    onOversize: ({ number, line }) => {
      throw new JsonListError(line, `entry ${number} is longer than 4 MB`);
    },
  });
  for (const chunk of chunks) yield* reader.read(chunk);
  reader.end();
}
