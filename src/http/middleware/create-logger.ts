import { type DestinationStream, type Logger, pino, stdSerializers } from 'pino';
import { withoutSecrets } from '../../access/key-format.ts';
import { isoTime } from '../../shared/iso-time.ts';

export interface LoggerOptions {
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
  /** Default: standard error, written without blocking and flushed when the process exits. */
  readonly destination?: DestinationStream;
  /** Keys from the configuration, in whatever form; they are removed from every line. */
  readonly secrets?: readonly string[];
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const HEADERS = ['authorization', 'x-api-key', 'cookie', 'set-cookie'];
const REDACTED = '[redacted]';

/**
 * Logs JSON lines, one for each event, with times in ISO 8601. Headers that carry keys are redacted wherever they are, and
 * each finished line is searched for keys before it is written.
 */
export function createLogger({
  level,
  destination = pino.destination({ dest: 2, sync: false }),
  secrets = [],
  now,
}: LoggerOptions): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: createTimestamp(now),
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: stdSerializers.err },
      redact: {
        paths: HEADERS.flatMap((name) => [`["${name}"]`, `headers["${name}"]`, `*.headers["${name}"]`]),
        censor: REDACTED,
      },
      hooks: { streamWrite: redactorOf(secrets) },
    },
    destination,
  );
}

/** The time as pino wants it, in ISO 8601; lines of the same millisecond share the text, which takes longer to make than a line. */
function createTimestamp(now: () => number): () => string {
  let madeAt = Number.NaN;
  let text = '';
  return () => {
    const at = now();
    if (at !== madeAt) {
      madeAt = at;
      text = `,"time":"${isoTime(at)}"`;
    }
    return text;
  };
}

function redactorOf(secrets: readonly string[]): (line: string) => string {
  // JSON may escape a key's characters, so the line is searched for the key as JSON writes it.
  const escaped = secrets
    .filter((secret) => secret !== '')
    .map((secret) => JSON.stringify(secret).slice(1, -1));
  return (line) => {
    let redacted = withoutSecrets(line, REDACTED);
    for (const secret of escaped) redacted = redacted.replaceAll(secret, REDACTED);
    return redacted;
  };
}
