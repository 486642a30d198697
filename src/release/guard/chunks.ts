/** SQLite takes 32,766 values in one statement. */
const ROWS_PER_STATEMENT = 500;

/** As many rows at a time as one statement takes. */
export function* chunks<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < all.length; start += ROWS_PER_STATEMENT)
    yield all.slice(start, start + ROWS_PER_STATEMENT);
}
