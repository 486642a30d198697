import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { isLive, type KeyRecord, type KeyScope, ROLES } from '../access/key-record.ts';
import { createKeys, type Keys } from '../access/keys.ts';
import { DEFAULT_ENVIRONMENT } from '../store/store.ts';
import { openExistingDatabase, runCommand, withStore } from './command-line.ts';

const USAGE = `Usage: dj-toggle keys
       dj-toggle keys create KIND --name NAME [--role ROLE] [--project KEY] [--environment KEY]
       dj-toggle keys revoke ID

Lists keys, makes one, or revokes one. KIND is admin (with --role viewer, operator or admin), sdk, mobile or client-side-id
(of default/production, unless said otherwise). The key itself is printed once and kept nowhere. A running program hears of
it within seconds. Exit code 2: it could not be done.
`;

const KINDS = ['admin', 'sdk', 'mobile', 'client-side-id'] as const;
const author = { id: 'dj-toggle keys', via: 'api' } as const;

const options = z.object({
  name: z.string('--name: expected the name of the key').min(1).max(256),
  role: z.enum(ROLES, `--role: expected one of ${ROLES.join(', ')}`).default('viewer'),
  project: z.string().default(DEFAULT_ENVIRONMENT.project),
  environment: z.string().default(DEFAULT_ENVIRONMENT.environment),
});

function lineOf(key: KeyRecord): string {
  const scope = key.kind === 'admin' ? key.role : `${key.environment.project}/${key.environment.environment}`;
  const state = isLive(key, Date.now()) ? '' : '  not valid any more';
  return `${key.id}  ${key.kind.padEnd(14)}  ${scope.padEnd(20)}  ${key.prefix}…${key.last4}  ${key.name}${state}\n`;
}

async function create(
  keys: Keys,
  kind: string | undefined,
  given: unknown,
  environmentExists: (environment: { readonly project: string; readonly environment: string }) => boolean,
): Promise<string> {
  const known = KINDS.find((one) => one === kind);
  if (known === undefined) throw new Error(`KIND: expected one of ${KINDS.join(', ')}`);
  const parsed = options.safeParse(given);
  if (!parsed.success) throw new Error(parsed.error.issues.map(({ message }) => message).join('; '));
  const { name, role, project, environment } = parsed.data;
  if (!environmentExists({ project, environment })) {
    throw new Error(`there is no environment ${project}/${environment}`);
  }
  const scope: KeyScope =
    known === 'admin' ? { kind: known, role } : { kind: known, environment: { project, environment } };
  const { key, plain } = await keys.create(author, scope, name);
  return `${lineOf(key)}${plain}\n`;
}

async function revoke(keys: Keys, id: string | undefined): Promise<string> {
  if (id === undefined) throw new Error('expected the ID of a key');
  const { outcome } = await keys.revoke(author, id);
  switch (outcome) {
    case 'revoked':
      return `revoked: ${id}\n`;
    case 'unchanged':
      return `${id} was revoked before\n`;
    case 'not-found':
      throw new Error(`there is no key ${id}`);
    case 'last-admin':
      throw new Error(`${id} is the last administrator's: no one could make another key after it`);
    default:
      return outcome satisfies never;
  }
}

await runCommand(
  USAGE,
  async (config, [action, argument, ...more], given) => {
    if (more.length > 0) throw new Error(`expected no more than one argument, got ${more.length + 1}`);
    const database = await openExistingDatabase(config);
    const keys = await createKeys({ database, now: Date.now, random: randomBytes, pollMs: null });
    try {
      switch (action) {
        case undefined:
          process.stdout.write(keys.list().map(lineOf).join(''));
          return 0;
        case 'create':
          process.stdout.write(
            await withStore(config, (store) =>
              create(keys, argument, given, (environment) => store.snapshot(environment) !== undefined),
            ),
          );
          return 0;
        case 'revoke':
          process.stdout.write(await revoke(keys, argument));
          return 0;
        default:
          throw new Error(`expected create or revoke, not ${action}`);
      }
    } finally {
      await keys.close();
      await database.close();
    }
  },
  { takesArguments: true, options: Object.keys(options.shape) },
);
