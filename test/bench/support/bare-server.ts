import SqliteFile from 'better-sqlite3';
import ejs from 'ejs';
import express from 'express';

// The least that Express, EJS and SQLite can be: one table, one page of ten rows, no log, no cookie, no flag.

const database = new SqliteFile(':memory:');
database.exec('create table tracks (name text, artist text)');
const insert = database.prepare('insert into tracks values (?, ?)');
for (let index = 0; index < 10; index += 1) insert.run(`Song ${index}`, `Band ${index}`);
const select = database.prepare('select name, artist from tracks');
const render = ejs.compile('<ol><% for (const track of tracks) { %><li><%= track.name %></li><% } %></ol>');

const app = express();
app.get('/', (_request, response) => void response.send(render({ tracks: select.all() })));
const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object') console.log(`http://127.0.0.1:${address?.port}`);
});
