import { workerData } from 'node:worker_threads';
import { buildDatabase } from './build-database.ts';

// Started by openFullPlaylist only, which gives it BuildOptions; an error ends the thread and arrives there.
buildDatabase(workerData);
