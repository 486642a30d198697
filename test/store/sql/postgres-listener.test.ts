import { SILENT_LOGGER } from '../../../src/shared/logger.ts';
import { afterEach, describe, expect, test } from 'vitest';
import {
  type PostgresListener,
  type PostgresListenerOptions,
  listenToPostgres,
} from '../../../src/store/sql/postgres-listener.ts';
import { postgresBinaries } from '../../support/postgres-binaries.ts';
import { withClient } from '../../support/postgres-server.ts';
import { usePostgres } from '../../support/postgres.ts';
import { type Way, openWay } from '../../support/faulty-network.ts';

describe.skipIf(postgresBinaries() === undefined)('listening to PostgreSQL', () => {
  const postgres = usePostgres();
  let listener: PostgresListener | undefined;
  let way: Way | undefined;
  afterEach(async () => {
    await listener?.close();
    await way?.close();
    listener = undefined;
    way = undefined;
  });

  /** What the listener said, in order. */
  const listen = async (
    url: string,
    patience: Pick<PostgresListenerOptions, 'heartbeatMs' | 'answerLimitMs'> = {},
  ): Promise<readonly string[]> => {
    const said: string[] = [];
    listener = listenToPostgres({
      url,
      channel: 'news',
      onNews: (payload) => said.push(payload),
      onUp: () => said.push('up'),
      onDown: () => said.push('down'),
      log: SILENT_LOGGER,
      random: () => 0,
      ...patience,
    });
    await listener.tried;
    return said;
  };
  const tell = (url: string, payload: string): Promise<unknown> =>
    withClient(url, (client) => client.query(`notify news, '${payload}'`));

  test('hears notifications once it is up', async () => {
    const url = await (await postgres()).freshDatabase();
    const said = await listen(url);
    await tell(url, '41');
    await expect.poll(() => said).toEqual(['up', '41']);
  });

  test('notices a connection that was not ended and that no longer answers, and makes a new one', async () => {
    const url = await (await postgres()).freshDatabase();
    way = await openWay(url);
    const said = await listen(way.url, { heartbeatMs: 20, answerLimitMs: 500 });
    way.swallow();
    await expect.poll(() => said).toContain('down');
    way.release();
    await expect.poll(() => said).toEqual(['up', 'down', 'up']);
    await tell(url, '42');
    await expect.poll(() => said.at(-1)).toBe('42');
  });

  test('tries again until somebody is there', async () => {
    const url = await (await postgres()).freshDatabase();
    way = await openWay(url);
    way.cut();
    const said = await listen(way.url);
    expect(said).toEqual(['down']);
    await way.refused(2);
    way.mend();
    await expect.poll(() => said.at(-1)).toBe('up');
  });
});
