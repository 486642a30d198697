// What a page costs without flag, cookie, log, headers or streams: Express 5, EJS and better-sqlite3 with the same rows. Its template
// writes the markup of one row as ours does. node bare-express.ts <playlist.json> <playlist.db>
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import express from 'express';

const [playlistFile = '', databaseFile = ''] = process.argv.slice(2);
const topTen: unknown = JSON.parse(readFileSync(playlistFile, 'utf8'));
const database = new Database(databaseFile, { readonly: true });
const readRows = database.prepare(
  'SELECT track_name, artist, album_name, track_length, track_number, release_date FROM track ORDER BY row LIMIT 50',
);

const app = express();
app
  .disable('x-powered-by')
  .set('view engine', 'ejs')
  .set('views', join(import.meta.dirname, 'views'))
  .enable('view cache');
app.get('/', (_request, response) => {
  response.render('bare', { name: 'Top 10', tracks: topTen });
});
app.get('/full', (_request, response) => {
  response.render('bare', { name: 'The full crate', tracks: readRows.all() });
});
app.get('/json', (_request, response) => {
  response.json({ version: 'json', tracks: topTen });
});
app.get('/json/full', (_request, response) => {
  response.json({ version: 'database', tracks: readRows.all() });
});

const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null) console.log(`http://127.0.0.1:${address.port}`);
});
process.once('SIGTERM', () => process.exit(0));
