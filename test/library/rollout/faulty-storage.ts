import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { expect, onTestFinished } from 'vitest';
import { Feature, FeatureError, Rollout, type FeatureStorage } from '../../../src/library/rollout/index.ts';

export function rolloutOn(featureStorage: FeatureStorage): Rollout {
  const rollout = new Rollout({ featureStorage });
  onTestFinished(() => rollout.close());
  return rollout;
}

/** A server on a free port that does with a connection what the test says. */
export async function serverThat(meets: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    meets(socket);
  }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await once(server, 'listening');
  const address = server.address();
  return `127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`;
}

export const silent = (): void => undefined;
export const listener = { id: 1 };

/** What becomes of the feature `chat` when the text that is stored of it does not read. */
export async function withUnreadableChat(
  rollout: Rollout,
  spoil: () => Promise<void> | void,
): Promise<object> {
  const problemOf = (error: unknown): string =>
    error instanceof FeatureError ? error.message : String(error);
  await spoil();
  const can = await rollout.can(listener, 'chat').catch(problemOf);
  const activate = await rollout.activate('chat').catch(problemOf);
  await rollout.activate('search');
  const another = await rollout.can(listener, 'search');
  const exists = await rollout.exists('chat');
  await rollout.addFeature(new Feature('chat', { users: [1] }));
  const replaced = await rollout.can(listener, 'chat');
  await spoil();
  await rollout.delete('chat');
  return { can, activate, another, exists, replaced, left: await rollout.features() };
}

export const isMended = (where: string): object => ({
  can: expect.stringContaining(`${where}: feature chat`),
  activate: expect.stringContaining(`${where}: feature chat`),
  another: true,
  exists: true,
  replaced: true,
  left: ['search'],
});

export const UNREADABLE =
  '{"name":"chat","groups":[],"users":[],"percentage":0,"randomize":false,"property":{"score":[null]},"data":{}}';
