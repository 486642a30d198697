import { z } from 'zod';

/**
 * The parts of a stream's messages that the SDK walks without looking. Node's SDK 9.13 throws on them where no caller can
 * catch it (a listener of the socket, a promise of its own), which would end the process; the other SDKs take
 * such a message for a broken connection, and so does this room. Nulls are what Go's services send for empty lists.
 */
const clauses = z
  .array(
    z.looseObject({
      attribute: z.string().nullish(),
      contextKind: z.string().nullish(),
      values: z.array(z.unknown()),
    }),
  )
  .nullish();
const rollout = z
  .looseObject({
    bucketBy: z.string().nullish(),
    contextKind: z.string().nullish(),
    variations: z.array(z.looseObject({})).nullish(),
  })
  .nullish();
const list = z.array(z.unknown()).nullish();
const targets = z.array(z.looseObject({ values: list })).nullish();
const item = { key: z.string(), version: z.number() };

const flag = z.looseObject({
  ...item,
  fallthrough: z.looseObject({ rollout }).nullish(),
  targets,
  contextTargets: targets,
  rules: z.array(z.looseObject({ clauses, rollout })).nullish(),
  prerequisites: z.array(z.looseObject({ key: z.string() })).nullish(),
  variations: list,
});

const segment = z.looseObject({
  ...item,
  included: list,
  excluded: list,
  includedContexts: targets,
  excludedContexts: targets,
  rules: z
    .array(
      z.looseObject({ clauses, bucketBy: z.string().nullish(), rolloutContextKind: z.string().nullish() }),
    )
    .nullish(),
});

const put = z.looseObject({
  data: z.looseObject({ flags: z.record(z.string(), flag), segments: z.record(z.string(), segment) }),
});
const patch = z.looseObject({ path: z.string(), data: z.unknown() });
const patchOfFlag = patch.extend({ data: flag });
const patchOfSegment = patch.extend({ data: segment });
const remove = z.looseObject({ path: z.string(), version: z.number() });

/** An event that the SDK does not know has none: the SDK passes over it, and so may we. */
function schemaOf(type: string, message: unknown): z.ZodType | undefined {
  if (type === 'put') return put;
  if (type === 'delete') return remove;
  if (type !== 'patch') return undefined;
  const path = patch.safeParse(message).data?.path ?? '';
  if (path.startsWith('/flags/')) return patchOfFlag;
  return path.startsWith('/segments/') ? patchOfSegment : patch;
}

/** Far above any flag that a person wrote, far below what overflows a stack. */
const MAX_DEPTH = 200;

const isWithinDepth = (value: unknown, depth = MAX_DEPTH): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (depth > 0 && Object.values(value).every((inner) => isWithinDepth(inner, depth - 1)));

/** What is wrong with a message of a stream, in a few words; undefined when the SDK may have it. */
export function faultOfMessage(type: string, data: string | undefined): string | undefined {
  if (data === undefined || data === '') return `a ${type} without data`;
  let message: unknown;
  try {
    message = JSON.parse(data);
  } catch {
    return `a ${type} that is not JSON (${data.length} characters)`;
  }
  if (!isWithinDepth(message)) return `a ${type} nested deeper than ${MAX_DEPTH}`;
  const issue = schemaOf(type, message)?.safeParse(message).error?.issues[0];
  return issue && `a ${type} of the wrong shape (${issue.path.join('.') || 'the whole'}: ${issue.message})`;
}
