import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** A process of this benchmark: orders go in, messages come out. */
export interface Child<Order, Message extends { readonly type: string }> {
  send(order: Order): void;
  next<Type extends Message['type']>(type: Type): Promise<Extract<Message, { type: Type }>>;
  stop(): Promise<void>;
}

export function startChild<Order extends string | object, Message extends { readonly type: string }>(
  file: string,
  ...args: readonly string[]
): Child<Order, Message> {
  const child: ChildProcess = fork(join(import.meta.dirname, file), args, {
    execArgv: ['--expose-gc', '--no-warnings'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  const waiting = new Map<string, (message: never) => void>();
  child.on('message', (message: Message) => {
    waiting.get(message.type)?.(message as never);
    waiting.delete(message.type);
  });
  return {
    send: (order) => void child.send(order),
    next: (type) =>
      Promise.race([
        new Promise<never>((resolve) => waiting.set(type, resolve)),
        exited.then(() => {
          throw new Error(`${file} ended before it said ${type}`);
        }),
      ]),
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
