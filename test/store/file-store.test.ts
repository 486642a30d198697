import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { StoreFileError, openFileStore } from '../../src/store/file-store.ts';
import { type Store, StoreUnavailableError } from '../../src/store/store.ts';
import { AUTHOR, SEEDED, flagOf, putFlag, testStore, tickingClock } from './store-contract.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dj-file-store-'));
  file = join(folder, 'data', 'flags.json');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const open = (): Promise<Store> =>
  openFileStore({ file, now: tickingClock(), seedFlags: { flags: { [SEEDED.key]: SEEDED }, segments: {} } });

describe('the JSON file store', () => {
  testStore(open);

  test('starts again with everything that was acknowledged', async () => {
    const store = await open();
    await store.createEnvironment(AUTHOR, 'default', 'staging', 'Staging');
    await store.change(AUTHOR, putFlag('encore', { variations: ['a', 'b'] }, { tags: ['live'] }));
    const before = { flag: flagOf(store, 'encore'), projects: store.projects(), audit: await store.audit() };
    // Not closed: what was acknowledged does not wait for a gentle end.
    const again = await open();
    expect(flagOf(again, 'encore')).toEqual(before.flag);
    expect(again.projects()).toEqual(before.projects);
    expect(await again.audit()).toEqual(before.audit);
    expect(await again.verifyAudit()).toMatchObject({ ok: true });
    expect(readdirSync(join(folder, 'data'))).toEqual(['flags.json']);
  });

  test.each([
    ['cut short', (text: string) => text.slice(0, text.length / 2)],
    ['empty', () => ''],
    ['something else', () => '{"flags":{}}'],
    ['of a newer program', (text: string) => text.replace('store/1', 'store/2')],
    ['edited in a flag', (text: string) => text.replaceAll('"on": true', '"on": false')],
    ['edited in the log', (text: string) => text.replace('"via": "seed"', '"via": "api"')],
  ])('a file that is %s is refused in one line and left as it is', async (_, damage) => {
    await (await open()).close();
    const damaged = damage(readFileSync(file, 'utf8'));
    writeFileSync(file, damaged);
    const refusal = await open().catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(StoreFileError);
    expect(String(refusal)).toContain(file);
    expect(String(refusal)).not.toContain('\n');
    expect(readFileSync(file, 'utf8')).toBe(damaged);
  });

  test('what somebody else wrote is not overwritten', async () => {
    const store = await open();
    const other = await open();
    await other.change(AUTHOR, putFlag('theirs'));
    const theirs = readFileSync(file, 'utf8');
    await expect(store.change(AUTHOR, putFlag('ours'))).rejects.toThrow(StoreUnavailableError);
    expect(flagOf(store, 'ours')).toBeUndefined();
    expect(store.health()).toMatchObject({ ready: false });
    expect(readFileSync(file, 'utf8')).toBe(theirs);
  });
});
