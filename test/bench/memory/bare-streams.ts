// What a stream costs at least: node:http and a set of its open answers. node bare-streams.ts <file of the first bytes>
import { readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';

const [file = ''] = process.argv.slice(2);
const firstBytes = readFileSync(file);
const open = new Set<ServerResponse>();
const server = createServer((_request, response) => {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' });
  response.write(firstBytes);
  open.add(response);
  response.on('close', () => open.delete(response));
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null) console.log(`http://127.0.0.1:${address.port}`);
});
process.once('SIGTERM', () => process.exit(0));
