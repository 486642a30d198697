import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'vitest';
import { z } from 'zod';
import { requestJson } from './request-json.ts';
import { spawnRunningProgram, type SpawnedProgram } from './spawned-program.ts';

/** The machine may be busy; instances that hang are not asked. */
const ANSWER_MS = 10_000;

type Instance = SpawnedProgram & { readonly url: string };

const decisionsSchema = z.array(
  z.object({
    at: z.string().transform((text) => Date.parse(text)),
    action: z.string(),
    record: z.object({ after: z.object({ stage: z.number(), share: z.number() }) }),
  }),
);

const logLine = z.object({ time: z.union([z.number(), z.string()]), release: z.string() });

/** Instances of the program on one database that are killed, hung and started again while they carry out releases. */
export interface ReleaseFleet {
  /** Where each instance is at the moment. */
  readonly urls: () => readonly string[];
  /** Of the first instance that answers; undefined where none does now. */
  ask(path: string, body?: object): Promise<unknown>;
  /** The same, asked until there is an answer: for what may be asked twice. */
  get(path: string): Promise<unknown>;
  decisions(release: string): Promise<z.infer<typeof decisionsSchema>>;
  /** The instance that made the release's last decision. */
  holder(release: string): number;
  kill(instance: number): Promise<void>;
  start(instance: number): Promise<void>;
  /** Stops the process where it stands; its connections stay open. */
  hang(instance: number): void;
  wake(instance: number): void;
}

export async function startReleaseFleet(
  count: number,
  env: Readonly<Record<string, string>>,
): Promise<ReleaseFleet> {
  const spawn = (): Promise<Instance> => spawnRunningProgram({ AUTH: 'off', LOG_LEVEL: 'info', ...env });
  // One after the other: the first makes the keys and the starting flags.
  const instances: Instance[] = [];
  for (let made = 0; made < count; made += 1) instances.push(await spawn());
  const at = (index: number): Instance => {
    const instance = instances[index];
    if (instance === undefined) throw new Error(`there is no instance ${index}`);
    return instance;
  };

  const hanging = new Set<number>();
  const ask: ReleaseFleet['ask'] = async (path, body) => {
    for (const [index, { url }] of instances.entries()) {
      if (hanging.has(index)) continue;
      const answer = await requestJson(`${url}${path}`, { body, timeoutMs: ANSWER_MS });
      if (answer !== undefined && answer.status < 300) return answer.body;
    }
    return undefined;
  };

  const get: ReleaseFleet['get'] = async (path) => {
    for (;;) {
      const answer = await ask(path);
      if (answer !== undefined) return answer;
      await wait(50);
    }
  };

  const lastDecisionAt = (release: string, { output }: Instance): number => {
    const line = output()
      .split('\n')
      .findLast((text) => text.includes(`"release":"${release}"`));
    if (line === undefined) return -Infinity;
    return new Date(logLine.parse(JSON.parse(line)).time).getTime();
  };

  return {
    urls: () => instances.map(({ url }) => url),
    ask,
    get,
    async decisions(release) {
      const all: z.infer<typeof decisionsSchema> = [];
      for (;;) {
        const page = await get(`/releases/${release}/decisions?limit=100&from=${all.length + 1}`);
        const decisions = decisionsSchema.parse(page);
        all.push(...decisions);
        if (decisions.length < 100) return all;
      }
    },
    holder(release) {
      const times = instances.map((instance) => lastDecisionAt(release, instance));
      return times.indexOf(Math.max(...times));
    },
    async kill(index) {
      at(index).child.kill('SIGKILL');
      await at(index).exitCode;
    },
    async start(index) {
      instances[index] = await spawn();
    },
    hang(index) {
      hanging.add(index);
      expect(at(index).child.kill('SIGSTOP')).toBe(true);
    },
    wake(index) {
      hanging.delete(index);
      expect(at(index).child.kill('SIGCONT')).toBe(true);
    },
  };
}

/** Listeners who ask for the playlist again and again, each at an instance of their own. */
export function watchListeners(fleet: ReleaseFleet, count: number): { stop(): Promise<readonly number[]> } {
  const stopping = new AbortController();
  const changes = Array.from({ length: count }, () => 0);
  const watch = async (listener: number): Promise<void> => {
    let seen: string | undefined;
    while (!stopping.signal.aborted) {
      const urls = fleet.urls();
      const url = urls[listener % urls.length] ?? '';
      const playlist = await requestJson(`${url}/api/playlist?user=watcher-${listener}`);
      // Where the program is being killed there is no answer.
      const answer = z.object({ version: z.string() }).safeParse(playlist?.body);
      if (answer.success) {
        if (seen !== undefined && seen !== answer.data.version)
          changes[listener] = (changes[listener] ?? 0) + 1;
        seen = answer.data.version;
      }
      await wait(100);
    }
  };
  const watching = Promise.all(changes.map((_, listener) => watch(listener)));
  return {
    async stop() {
      stopping.abort();
      await watching;
      return changes;
    },
  };
}
