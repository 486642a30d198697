import type { DestinationStream } from 'pino';
import { z } from 'zod';

const line = z.looseObject({ level: z.string(), time: z.string(), msg: z.string() });

/**
 * Writes log lines for a person at a terminal: `14:03:12 warn  a webhook failed status=503`. Anything that is not one of
 * the program's own lines is written as it is.
 */
export function readableLog(terminal: { write(text: string): unknown }): DestinationStream {
  return { write: (json) => void terminal.write(readable(json)) };
}

function readable(json: string): string {
  let parsed: ReturnType<typeof line.safeParse>;
  try {
    parsed = line.safeParse(JSON.parse(json));
  } catch {
    return json;
  }
  if (!parsed.success) return json;
  const { level, time, msg, err, ...fields } = parsed.data;
  const shown = Object.entries(fields).map(([name, value]) => ` ${name}=${textOf(value)}`);
  const stack = z.object({ stack: z.string() }).safeParse(err);
  return `${time.slice(11, 19)} ${level.padEnd(5)} ${msg}${shown.join('')}\n${stack.success ? `${stack.data.stack}\n` : ''}`;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
