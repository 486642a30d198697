// As bin/dj-toggle.js starts the program: with Node's compile cache, so that both sides have a warm one.
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

enableCompileCache(join(import.meta.dirname, '..', '..', '..', 'node_modules', '.cache', 'dj-toggle'));
await import('./bare-server.ts');
