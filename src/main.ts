import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

// Node keeps what it compiled, types stripped, for the next start. Everything else is imported after that, or it would
// be compiled without. Where the folder cannot be written the program starts all the same, only slower.
enableCompileCache(join(import.meta.dirname, '..', 'node_modules', '.cache', 'dj-toggle'));
const { run } = await import('./app/run.ts');
await run();
