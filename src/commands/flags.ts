import { simpleFields } from '../store/simple-flag.ts';
import {
  DEFAULT_ENVIRONMENT,
  type EnvironmentRef,
  type FlagRecord,
  type Snapshot,
  type Store,
} from '../store/store.ts';
import { runCommand, withStore } from './command-line.ts';

const USAGE = `Usage: dj-toggle flags [--project KEY] [--environment KEY]
       dj-toggle flags show FLAG
       dj-toggle flags on|off FLAG

Lists the flags of an environment (default/production), prints the definition of one, or turns it on or off. A running
program hears of it within a second, and the audit log has it. Exit code 2: there is no such flag, or it could not be done.
`;

const author = { id: 'dj-toggle flags', via: 'api' } as const;

function lineOf(record: FlagRecord, width: number): string {
  const { status, rollout_percentage: percentage } = simpleFields(record);
  const share = percentage === null ? '' : `${percentage} %`;
  return `${record.key.padEnd(width)}  ${status ? 'on ' : 'off'}  ${share.padEnd(6)} ${record.description ?? ''}`.trimEnd();
}

function listOf(store: Store, environment: EnvironmentRef): string {
  const { flags } = snapshotOf(store, environment);
  const width = Math.max(0, ...[...flags.keys()].map((key) => key.length));
  return [...flags.values()].map((record) => `${lineOf(record, width)}\n`).join('');
}

async function turn(
  store: Store,
  environment: EnvironmentRef,
  key: string,
  on: boolean,
): Promise<FlagRecord> {
  const outcome = await store.update(author, { environment, kind: 'flag', key }, (_current, snapshot) => ({
    outcome: 'edited',
    draft: { definition: { ...flagIn(snapshot, key).definition, on } },
  }));
  if (outcome.outcome === 'changed' || outcome.outcome === 'unchanged') return outcome.record;
  throw new Error(`${key}: ${outcome.outcome}`);
}

function snapshotOf(store: Store, environment: EnvironmentRef): Snapshot {
  const snapshot = store.snapshot(environment);
  if (snapshot !== undefined) return snapshot;
  throw new Error(`there is no environment ${environment.project}/${environment.environment}`);
}

function flagIn({ flags, environment }: Snapshot, key: string): FlagRecord {
  const record = flags.get(key);
  if (record !== undefined) return record;
  throw new Error(`there is no flag "${key}" in ${environment.project}/${environment.environment}`);
}

await runCommand(
  USAGE,
  async (config, [action, key = '', ...more], { project, environment: name }) => {
    const environment = {
      project: typeof project === 'string' ? project : DEFAULT_ENVIRONMENT.project,
      environment: typeof name === 'string' ? name : DEFAULT_ENVIRONMENT.environment,
    };
    const isKnown = ['show', 'on', 'off', undefined].includes(action);
    if (!isKnown || more.length > 0 || (action !== undefined) !== (key !== '')) {
      throw new Error(`expected show, on or off, and one flag\n\n${USAGE}`);
    }
    const text = await withStore(config, async (store) => {
      if (action === undefined) return listOf(store, environment);
      if (action !== 'show') {
        return `${lineOf(await turn(store, environment, key, action === 'on'), key.length)}\n`;
      }
      return `${JSON.stringify(flagIn(snapshotOf(store, environment), key).definition, null, 2)}\n`;
    });
    process.stdout.write(text);
    return 0;
  },
  { takesArguments: true, options: ['project', 'environment'] },
);
