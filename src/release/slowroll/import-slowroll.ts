import type { SlowrollEntry } from '../../shared/slowroll-document/entry.ts';
import { readSlowrollDocument } from '../../shared/slowroll-document/document.ts';
import type { Author, EnvironmentRef, Store } from '../../store/store.ts';
import { checkPlan, type PlanProblem } from '../plan/check-plan.ts';
import type { GuardDocument } from '../plan/plan-document.ts';
import { guardMetricsOf } from '../plan/stored-plan.ts';
import type { Release } from '../run/release.ts';
import type { ReleaseServices } from '../run/release-services.ts';
import { slowrollPlan, type SlowrollPlan } from './slowroll-plan.ts';

export type SlowrollImport =
  /** Nothing was written. */
  | { readonly kind: 'bad'; readonly problems: readonly PlanProblem[] }
  | {
      readonly kind: 'imported';
      /** In the document's order; without a release where the time is over. */
      readonly flags: readonly { readonly key: string; readonly release: Release | undefined }[];
      /** Without `new`: everybody has `stable`, and there is nothing to release. */
      readonly skipped: readonly string[];
    };

export interface SlowrollImportDeps {
  readonly store: Pick<Store, 'snapshot' | 'change'>;
  readonly services: Pick<ReleaseServices, 'releases' | 'metrics' | 'servedElsewhere'>;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

interface Placed {
  readonly pointer: string;
  readonly key: string;
  readonly entry: SlowrollEntry;
}

const FLAG_KEY = /^[A-Za-z0-9][A-Za-z0-9._-]{0,255}$/;

/**
 * A slowroll document as flags, named `section.key`, and releases of them. All of it is checked before any of it is
 * written; a flag that is there already is refused.
 *
 * @param guards of every release
 */
export async function importSlowroll(
  { store, services, now }: SlowrollImportDeps,
  author: Author,
  environment: EnvironmentRef,
  json: unknown,
  guards: readonly GuardDocument[] = [],
): Promise<SlowrollImport> {
  const { document, findings } = readSlowrollDocument(json);
  const problems: PlanProblem[] = findings.map(({ path, message }) => ({
    pointer: pointerOf(path),
    code: 'invalid_value',
    detail: message,
  }));
  const entries = [...document].flatMap(([section, keys]) =>
    [...keys].map(([name, entry]): Placed => {
      const pointer = [section, name].map((part) => `/${escaped(part)}`).join('');
      return { pointer, key: `${section}.${name}`, entry };
    }),
  );
  const metrics = await services.metrics(environment);
  const time = now();
  const plans: (SlowrollPlan & { readonly pointer: string })[] = [];
  const skipped: string[] = [];
  for (const { pointer, key, entry } of entries) {
    const refuse = (detail: string, code: PlanProblem['code'] = 'invalid_value'): void =>
      void problems.push({ pointer, code, detail });
    if (!FLAG_KEY.test(key)) refuse(`expected names that make a flag’s key, got "${key}"`);
    else if (entry.next === undefined) skipped.push(key);
    else if (entry.interpolate)
      refuse('a release serves one of two values, and this goes between two numbers');
    else if (entry.earlyAdopterPatterns.length > 0)
      refuse('early_adopter_patterns are not imported; make a rule for them, or list early_adopters');
    else if (store.snapshot(environment)?.flags.has(key) === true)
      refuse(`there is a flag "${key}" already`, 'conflict');
    else plans.push({ pointer, ...slowrollPlan(key, entry, time, guards) });
  }
  for (const { pointer, flag, plan } of plans) {
    if (plan === undefined) continue;
    const servedElsewhere = services.servedElsewhere(environment, flag.key);
    const around = { flag, metrics, otherRelease: undefined, servedElsewhere, now: time };
    const found = checkPlan(plan, around);
    for (const { pointer: at, code, detail } of found)
      problems.push({ pointer: at.startsWith('/guards') ? at : pointer, code, detail });
  }
  if (problems.length > 0) return { kind: 'bad', problems };
  const flags = [];
  for (const { pointer, flag, plan } of plans) {
    const change = { type: 'put-flag', environment, key: flag.key, definition: flag } as const;
    const { outcome } = await store.change(author, { ...change, expectedVersion: 'absent' });
    if (outcome !== 'changed') {
      const detail = `"${flag.key}" was made by somebody else meanwhile; what stands before it is imported`;
      return { kind: 'bad', problems: [{ pointer, code: 'conflict', detail }] };
    }
    const release =
      plan === undefined
        ? undefined
        : await services.releases.create(author, environment, plan, 'user', guardMetricsOf(plan, metrics));
    flags.push({ key: flag.key, release: release === 'taken' ? undefined : release });
  }
  return { kind: 'imported', flags, skipped };
}

const escaped = (part: string): string => part.replaceAll('~', '~0').replaceAll('/', '~1');

/** RFC 6901 of a finding's path: `$.search["a.b"].early_adopters[0]` → `/search/a.b/early_adopters/0`. */
function pointerOf(path: string): string {
  const parts = path.matchAll(/\.([\w-]+)|\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]/g);
  return [...parts].map(([, plain, index, quoted]) => `/${escaped(plain ?? index ?? quoted ?? '')}`).join('');
}
