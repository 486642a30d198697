import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { Balancer } from './balancer.ts';
import { temporaryFolder } from './temporary-folder.ts';

const BINARY = '/usr/sbin/nginx';
export const hasNginx = existsSync(BINARY);
const CHECK_MS = 50;

/** nginx as it stands before instances: reloaded when they change, and trying the other when one does not answer. */
export function startNginx(): Balancer {
  const folder = temporaryFolder();
  const socketPath = join(folder, 'nginx.sock');
  let nginx: ChildProcess | undefined;
  onTestFinished(async () => {
    if (nginx === undefined) return;
    const gone = once(nginx, 'exit');
    // Not SIGKILL: its workers would stay.
    nginx.kill('SIGTERM');
    await gone;
  });
  return {
    where: { socketPath },
    setInstances(urls) {
      const file = join(folder, 'nginx.conf');
      writeFileSync(file, configuration(folder, socketPath, urls));
      if (nginx === undefined) nginx = spawn(BINARY, ['-p', folder, '-c', file], { stdio: 'ignore' });
      else nginx.kill('SIGHUP');
    },
    async whenReady(url) {
      const { port } = new URL(url);
      while (!(await instanceBehind(socketPath)).endsWith(`:${port}`)) await pause(CHECK_MS);
    },
  };
}

function configuration(folder: string, socketPath: string, urls: readonly string[]): string {
  const servers = urls.map((url) => `server 127.0.0.1:${new URL(url).port} max_fails=0;`);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (what) => `${what}_temp_path ${join(folder, what)};`,
  );
  return `
daemon off;
user root;
worker_processes 1;
pid ${join(folder, 'nginx.pid')};
error_log ${join(folder, 'error.log')};
events {}
http {
  access_log off;
  ${temporary.join('\n  ')}
  upstream instances {
    ${servers.join('\n    ')}
    keepalive 8;
  }
  server {
    listen unix:${socketPath};
    add_header X-Instance $upstream_addr always;
    location / {
      proxy_pass http://instances;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
    }
  }
}
`;
}

/** The address of the instance that answers now; empty while there is none. */
async function instanceBehind(socketPath: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const asked = request({ socketPath, path: '/health', headers: { host: 'localhost' }, agent: false });
  asked.on('error', () => resolve(''));
  asked.on('response', (response) => {
    response.resume();
    resolve(response.statusCode === 200 ? String(response.headers['x-instance']) : '');
  });
  asked.end();
  return promise;
}
