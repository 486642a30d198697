#!/usr/bin/env node
// Starts the program, with what Node compiled at an earlier start. This file is JavaScript because Node has to load its
// TypeScript stripper (40 ms, 15 MiB) for the first file that is not yet in that cache. Where the cache cannot be written
// the program starts all the same, only slower.
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

enableCompileCache(join(import.meta.dirname, '..', 'node_modules', '.cache', 'dj-toggle'));
await import('../src/main.ts');
