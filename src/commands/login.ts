import { randomBytes } from 'node:crypto';
import { createKeys } from '../access/keys.ts';
import { createSettings } from '../access/settings.ts';
import { createSessions } from '../http/auth/sessions.ts';
import { openExistingDatabase, runCommand } from './command-line.ts';

const USAGE = `Usage: dj-toggle login

Prints a new link to the dashboard. It logs in once, within a day, as the oldest administrator. The program may be
running; the command needs the same DATA_DIR or DATABASE_URL, PORT and PUBLIC_URL.
`;

await runCommand(USAGE, async (config) => {
  const origin = config.publicUrl ?? `http://localhost:${config.port}`;
  if (!config.auth) {
    process.stdout.write(`${origin}/dashboard\n`);
    return 0;
  }
  const database = await openExistingDatabase(config);
  const common = { database, now: Date.now, random: randomBytes, pollMs: null };
  const keys = await createKeys(common);
  const settings = await createSettings(common);
  try {
    const sessions = createSessions({ ...common, keys, settings, secure: origin.startsWith('https:') });
    process.stdout.write(`${origin}${await sessions.loginPath()}\n`);
    return 0;
  } finally {
    settings.close();
    await keys.close();
    await database.close();
  }
});
