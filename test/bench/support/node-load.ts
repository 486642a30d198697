// The load where wrk is not installed: node node-load.ts <url> <connections> <seconds> <headers as JSON> [<JSON to POST>]. It prints what wrk prints.
import { Agent, request } from 'node:http';
import { z } from 'zod';

const [url, connections, seconds, headers, body] = z
  .tuple([z.url(), z.coerce.number(), z.coerce.number(), z.string(), z.string().optional()])
  .parse(process.argv.slice(2));
const options = {
  method: body === undefined ? 'GET' : 'POST',
  agent: new Agent({ keepAlive: true, maxSockets: connections }),
  headers: z.record(z.string(), z.string()).parse(JSON.parse(headers)),
};

let answered = 0;
let failed = 0;

const ask = (): Promise<void> =>
  new Promise((resolve, reject) => {
    request(url, options, (response) => {
      answered += 1;
      if ((response.statusCode ?? 500) >= 400) failed += 1;
      response.resume().on('end', resolve);
    })
      .on('error', reject)
      .end(body);
  });

const began = performance.now();
const until = began + seconds * 1_000;
await Promise.all(
  Array.from({ length: connections }, async () => {
    while (performance.now() < until) await ask();
  }),
);
console.log(`Requests/sec: ${(answered / ((performance.now() - began) / 1_000)).toFixed(2)}`);
if (failed > 0) console.log(`Non-2xx or 3xx responses: ${failed}`);
options.agent.destroy();
