import { spawnSync } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Client as MemcachedClient } from 'memjs';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import {
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

  test('a stored feature that does not read can be replaced and deleted', async () => {
    const prefix = freshPrefix();
    const client = MemcachedClient.create(memcached.address);
    onTestFinished(() => client.close());
    const rollout = rolloutOn(memcachedFeatureStorage(memcached.address, { prefix }));
    await rollout.activate('chat');
    const outcome = await withUnreadableChat(rollout, async () => {
      const { value } = await client.get(`${prefix}features`);
      const stored: readonly { readonly name: string }[] = JSON.parse(String(value));
      const others = stored.filter(({ name }) => name !== 'chat').map((feature) => JSON.stringify(feature));
      await client.set(`${prefix}features`, `[${[...others, UNREADABLE].join(',')}]`, {});
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

  test('features that it forgot are undefined, and not listed', async () => {
    const prefix = freshPrefix();
    const client = MemcachedClient.create(memcached.address);
    onTestFinished(() => client.close());
    const rollout = rolloutOn(memcachedFeatureStorage(memcached.address, { prefix }));
    await rollout.activate('chat');
    await client.delete(`${prefix}features`);
    expect([await rollout.features(), await rollout.get('chat')]).toEqual([[], undefined]);
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

test.each(['a b', 'a\n', 'ä', 'x'.repeat(201)])('memcached has no keys with the prefix %j', (prefix) => {
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
