/** ISO 8601 in UTC, as the database and the API write times. @param ms epoch milliseconds */
export const isoTime = (ms: number): string => new Date(ms).toISOString();
