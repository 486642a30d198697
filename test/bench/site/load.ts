import { Agent, get } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';

// Asks for one page over and over on a few connections, and says how often it was answered.

const { url, cookie, milliseconds, connections } = z
  .object({ url: z.string(), cookie: z.string(), milliseconds: z.number(), connections: z.number() })
  .parse(workerData);

const agent = new Agent({ keepAlive: true, maxSockets: connections });

const ask = (): Promise<void> =>
  new Promise((resolve, reject) => {
    get(url, { agent, headers: { cookie, accept: 'text/html' } }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`status ${response.statusCode}`));
      response.resume().on('end', resolve);
    }).on('error', reject);
  });

const until = performance.now() + milliseconds;
let answered = 0;
await Promise.all(
  Array.from({ length: connections }, async () => {
    while (performance.now() < until) {
      await ask();
      answered += 1;
    }
  }),
);
agent.destroy();
parentPort?.postMessage(answered, []);
