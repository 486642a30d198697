// What an evaluation is measured against: an Express 5 route that answers a constant. node bare.ts, with BODY in the environment.
import express from 'express';

const body = process.env['BODY'] ?? '';
const app = express();
app.all('/', (_req, res) => void res.type('json').send(body));
const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address();
  console.log(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
});
