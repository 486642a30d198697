import { spawnSync } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Client as MemcachedClient } from 'memjs';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  Feature,
  FeatureError,
  FeatureStorageError,
  memcachedFeatureStorage,
} from '../../../src/library/rollout/index.ts';
import { memcachedPath, startMemcached } from '../../support/memcached.ts';
import {
  UNREADABLE,
  isMended,
  listener,
  rolloutOn,
  serverThat,
  withUnreadableChat,
} from './faulty-storage.ts';

describe.skipIf(memcachedPath() === undefined)('memcached', () => {
  let memcached: Awaited<ReturnType<typeof startMemcached>>;
  beforeAll(async () => {
    memcached = await startMemcached();
  });
  afterAll(async () => {
    await memcached.stop();
  });
  let serial = 0;
  const freshPrefix = (): string => `faults_${(serial += 1)}:`;

  /** The server, but packets that `which` is true for wait until they are released. */
  const holdingBack = async (
    which: (packet: Buffer) => boolean,
  ): Promise<{ readonly address: string; readonly held: Promise<void>; release(): void }> => {
    const [host = '', port = ''] = memcached.address.split(':');
    const held = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    const address = await serverThat((socket) => {
      const server = connect(Number(port), host);
      onTestFinished(() => void server.destroy());
      server.pipe(socket);
      socket.on('data', (packet) => {
        if (!which(packet)) {
          server.write(packet);
          return;
        }
        held.resolve();
        void released.promise.then(() => server.write(packet));
      });
    });
    return { address, held: held.promise, release: () => released.resolve() };
  };

  test('a stored feature that does not read can be replaced and deleted', async () => {
    const prefix = freshPrefix();
    const client = MemcachedClient.create(memcached.address);
    onTestFinished(() => client.close());
    const rollout = rolloutOn(memcachedFeatureStorage(memcached.address, { prefix }));
    await rollout.activate('chat');
    const outcome = await withUnreadableChat(rollout, async () => {
      await rollout.addFeature(new Feature('chat'));
      await client.set(`${prefix}feature:chat`, UNREADABLE, {});
    });
    expect(outcome).toEqual(isMended(`memcached at ${memcached.address}`));
  });

  test('what is too large is refused, and what is there stays', async () => {
    const rollout = rolloutOn(memcachedFeatureStorage(memcached.address, { prefix: freshPrefix() }));
    await rollout.activate('chat');
    const data = { text: 'x'.repeat(1_500_000) };
    await expect(rollout.setFeatureData('chat', data)).rejects.toThrow(FeatureStorageError);
    await expect(rollout.setFeatureData('chat', data)).rejects.toThrow(/memcached at .*[Tt]oo large/);
    await expect(rollout.setFeatureData('search', data)).rejects.toThrow(/[Tt]oo large/);
    expect(await rollout.can(listener, 'chat')).toBe(true);
    expect(await rollout.features()).toEqual(['chat']);
  });

  test('a feature that it forgot is an undefined one, and not listed', async () => {
    const prefix = freshPrefix();
    const client = MemcachedClient.create(memcached.address);
    onTestFinished(() => client.close());
    const rollout = rolloutOn(memcachedFeatureStorage(memcached.address, { prefix }));
    await rollout.activate('chat');
    await client.delete(`${prefix}feature:chat`);
    expect([await rollout.features(), await rollout.get('chat')]).toEqual([[], undefined]);
  });

  test('a feature that is added while another process deletes it is listed', async () => {
    const prefix = freshPrefix();
    const [ADD, REPLACE] = [2, 3];
    const deleting = await holdingBack(
      (packet) => packet[1] === REPLACE && packet.includes(`${prefix}names`),
    );
    const adding = await holdingBack((packet) => packet[1] === ADD && packet.includes(`${prefix}feature:`));
    const [one, two, other] = [deleting.address, adding.address, memcached.address].map((address) =>
      rolloutOn(memcachedFeatureStorage(address, { prefix, timeoutMs: 5_000 })),
    );
    await other?.activate('chat');
    const deleted = one?.delete('chat');
    await deleting.held;
    const added = two?.activate('chat');
    await adding.held;
    deleting.release();
    await deleted;
    adding.release();
    await added;
    expect(await other?.active('chat')).toBe(true);
    expect(await other?.features()).toEqual(['chat']);
  });

  test('a name that makes no key is refused', async () => {
    const rollout = rolloutOn(memcachedFeatureStorage(memcached.address, { prefix: freshPrefix() }));
    await expect(rollout.activate('é'.repeat(100))).rejects.toThrow(FeatureError);
  });

  test('a server that goes silent is given up, and asked again when it speaks', async () => {
    const [host = '', port = ''] = memcached.address.split(':');
    let speaks = false;
    const address = await serverThat((socket) => {
      if (speaks) socket.pipe(connect(Number(port), host)).pipe(socket);
    });
    const rollout = rolloutOn(memcachedFeatureStorage(address, { prefix: freshPrefix(), timeoutMs: 600 }));
    await expect(rollout.can(listener, 'chat')).rejects.toThrow(/memcached at .*no answer within 600 ms/);
    speaks = true;
    await rollout.activate('chat');
    expect(await rollout.can(listener, 'chat')).toBe(true);
  });

  test('changes of different features do not wait for each other', async () => {
    let asked = '';
    const sockets: Socket[] = [];
    const address = await serverThat((socket) => {
      sockets.push(socket);
      socket.on('data', (packets) => (asked += packets.toString('latin1')));
    });
    const rollout = rolloutOn(memcachedFeatureStorage(address, { timeoutMs: 10_000 }));
    const names = ['chat', 'search', 'upload'];
    const changes = Promise.allSettled(names.map((name) => rollout.activate(name)));
    await expect.poll(() => names.filter((name) => asked.includes(`rollout:feature:${name}`))).toEqual(names);
    for (const socket of sockets) socket.resetAndDestroy();
    expect((await changes).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  });

  test('many features that are added at once are listed together', async () => {
    const prefix = freshPrefix();
    let requests = 0;
    const counted = await holdingBack((packets) => {
      requests += packets.toString('latin1').split(`${prefix}names`).length - 1;
      return false;
    });
    const rollout = rolloutOn(memcachedFeatureStorage(counted.address, { prefix, timeoutMs: 5_000 }));
    const names = Array.from({ length: 100 }, (_, index) => `feature ${index}`);
    await Promise.all(names.map((name) => rollout.activate(name)));
    expect(requests).toBeLessThan(names.length / 2);
    expect(await rollout.features()).toEqual(names.toSorted());
  });

  test('user and password go to a server that asks, and its refusal is an error', async () => {
    const [LIST, LOG_IN, REFUSED] = [0x20, 0x21, 0x20];
    const logIns: string[] = [];
    const address = await serverThat((socket) =>
      socket.on('data', (packet) => {
        const answer = Buffer.alloc(24);
        answer.set([0x81, packet[1] ?? 0]);
        if (packet[1] === LOG_IN) {
          logIns.push(packet.subarray(24).toString());
          answer.writeUInt16BE(REFUSED, 6);
        }
        expect([LIST, LOG_IN]).toContain(packet[1]);
        socket.write(answer);
      }),
    );
    const rollout = rolloutOn(
      memcachedFeatureStorage(address, { username: 'operator', password: 'open sesame', timeoutMs: 5_000 }),
    );
    await expect(rollout.can(listener, 'chat')).rejects.toThrow(/memcached at .*authentication failed/);
    expect(logIns).toEqual(['PLAIN\0operator\0open sesame']);
  });

  test('user and password of the environment stay there', async () => {
    for (const name of [
      'MEMCACHIER_USERNAME',
      'MEMCACHIER_PASSWORD',
      'MEMCACHE_USERNAME',
      'MEMCACHE_PASSWORD',
    ])
      vi.stubEnv(name, 'of another server');
    onTestFinished(() => void vi.unstubAllEnvs());
    const operations: unknown[] = [];
    const address = await serverThat((socket) =>
      socket.on('data', (packet) => {
        operations.push(packet[1]);
        socket.resetAndDestroy();
      }),
    );
    const rollout = rolloutOn(memcachedFeatureStorage(address, { timeoutMs: 5_000 }));
    await expect(rollout.can(listener, 'chat')).rejects.toThrow(FeatureStorageError);
    const GET = 0;
    expect(operations).toEqual([GET]);
  });

  test('closed, it asks nothing any more', async () => {
    const storage = memcachedFeatureStorage(memcached.address, { prefix: freshPrefix() });
    await storage.close();
    await expect(storage.get('chat')).rejects.toThrow(`memcached at ${memcached.address}: closed`);
    await expect(storage.set('chat', undefined)).rejects.toThrow(FeatureStorageError);
  });

  test.each<[string, (socket: Socket) => void]>([
    ['hangs up', (socket) => socket.once('data', () => socket.end())],
    ['breaks off', (socket) => socket.once('data', () => socket.resetAndDestroy())],
    ['speaks another language', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ])('a server that %s is an error, and nothing on the console', async (_, meets) => {
    const console = vi.spyOn(globalThis.console, 'log');
    onTestFinished(() => console.mockRestore());
    const address = await serverThat(meets);
    const rollout = rolloutOn(memcachedFeatureStorage(address, { timeoutMs: 200 }));
    await expect(rollout.can(listener, 'chat')).rejects.toThrow(FeatureStorageError);
    await expect(rollout.activate('chat')).rejects.toThrow(`memcached at ${address}`);
    expect(console).not.toHaveBeenCalled();
  });
});

test.each(['a b', 'a\n', 'ä'])('memcached has no keys with the prefix %j', (prefix) => {
  expect(() => memcachedFeatureStorage('127.0.0.1:1', { prefix })).toThrow(FeatureError);
});

test.each([
  'localhost:abc',
  'localhost:0',
  'cache.internal:112111',
  'localhost:1:2',
  'memcached://localhost:1',
  'a,b',
  ' ',
  '',
])('memcached is not at %j', (address) => {
  const open = (): unknown => memcachedFeatureStorage(address);
  expect(open).toThrow(FeatureError);
  expect(open).toThrow(
    `memcached: expected an address, host:port with a port from 1 to 65535, got '${address}'`,
  );
});

test('a password in an address of memcached is not repeated', () => {
  expect(() => memcachedFeatureStorage('operator:open sesame@localhost:1')).toThrow(/got '…@localhost:1'/);
});

test.each([Number.NaN, 0, -1, Infinity])('memcached cannot be waited for %d ms', (timeoutMs) => {
  const open = (): unknown => memcachedFeatureStorage('127.0.0.1:1', { timeoutMs });
  expect(open).toThrow(FeatureError);
  expect(open).toThrow(`timeoutMs: expected milliseconds above 0, at most 86400000, got ${timeoutMs}`);
});

test('a system that has no sockets to give is an error like others, and the program goes on', () => {
  const library = pathToFileURL(join(import.meta.dirname, '../../../src/library/rollout/index.ts')).href;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import net from 'node:net';
       import { memcachedFeatureStorage } from ${JSON.stringify(library)};
       net.connect = () => { throw new Error('no sockets'); };
       const storage = memcachedFeatureStorage('127.0.0.1:1', { timeoutMs: 100 });
       console.log(await storage.get('chat').catch(String));
       setTimeout(() => console.log('goes on'), 300);`,
    ],
    { encoding: 'utf8' },
  );
  expect({ status, stdout, stderr }).toEqual({
    status: 0,
    stdout: 'FeatureStorageError: memcached at 127.0.0.1:1: no sockets\ngoes on\n',
    stderr: '',
  });
});

test('an address of IPv6 stands in brackets', async () => {
  const rollout = rolloutOn(memcachedFeatureStorage('[::1]:1'));
  await expect(rollout.can(listener, 'chat')).rejects.toThrow(/memcached at \[::1\]:1: connect .* ::1:1/);
});
