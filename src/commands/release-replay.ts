import { randomUUID } from 'node:crypto';
import { createReleases } from '../release/run/releases.ts';
import { replay } from '../release/run/replay.ts';
import { openExistingDatabase, runCommand } from './command-line.ts';

const USAGE = `Usage: dj-toggle release-replay ID

Makes every decision of a release again from its record in DATA_DIR or DATABASE_URL. Exit code 0: the same comes out;
1: something else does; 2: the release could not be read.
`;

const ALL = 1_000_000;

await runCommand(
  USAGE,
  async (config, [id = '']) => {
    const database = await openExistingDatabase(config);
    try {
      const releases = createReleases({ database, now: Date.now, newId: randomUUID });
      const release = await releases.get(id);
      if (release === undefined) throw new Error(`there is no release "${id}"`);
      let exitCode = 0;
      for (const { number, at, action, sentence, record } of await releases.decisions(id, 1, ALL)) {
        const replayed = replay(release.plan, record);
        const verdict = replayed.outcome === 'same' ? 'same' : `DIFFERENT: ${replayed.detail}`;
        process.stdout.write(
          `${number}  ${new Date(at).toISOString()}  ${action}  ${verdict}\n   ${sentence}\n`,
        );
        if (replayed.outcome === 'different') exitCode = 1;
      }
      return exitCode;
    } finally {
      await database.close();
    }
  },
  { takesArguments: true },
);
