import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import type { Flag, Segment } from '../../src/evaluation/model.ts';
import { listenOnFreePort } from './listen-on-free-port.ts';

/**
 * - `up` serves; `down` refuses connections; `hanging` takes them and never answers;
 * - `unauthorized` answers 401 to everything, `unavailable` 503.
 */
export type StubCondition = 'up' | 'down' | 'hanging' | 'unauthorized' | 'unavailable';

export interface StubRequest {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
}

/** An analytics event as it came in at `/bulk`. */
export interface StubEvent {
  readonly kind: string;
  readonly key?: string;
  readonly [field: string]: unknown;
}

export interface LaunchDarklyStubOptions {
  /** Any other key gets 401. */
  readonly sdkKey: string;
  readonly flags?: readonly Flag[];
  readonly segments?: readonly Segment[];
  /** Default `up`. */
  readonly condition?: StubCondition;
}

/** LaunchDarkly's server-side protocol (FDv1) on a loopback port of its own, with everything that can go wrong. */
export interface LaunchDarklyStub {
  readonly uri: string;
  /** The options by which an SDK comes here. */
  readonly endpoints: { readonly baseUri: string; readonly streamUri: string; readonly eventsUri: string };
  /** Everything that was asked, in order. */
  readonly requests: readonly StubRequest[];
  readonly events: readonly StubEvent[];
  readonly diagnostics: readonly unknown[];
  openStreams(): number;
  /** Open streams end, and from now on it is so. The port stays the same. */
  become(condition: StubCondition): Promise<void>;
  /** Tells all streams. The version is raised above what was there. */
  putFlag(flag: Flag): void;
  putSegment(segment: Segment): void;
  deleteFlag(key: string): void;
  /** Writes this to all streams, as it is. */
  sendRaw(text: string): void;
  /** Writes half a message to all streams, and cuts them. */
  cutStreams(half?: string): void;
  close(): Promise<void>;
}

const MAX_CONNECTIONS = 200;
const HALF_A_PATCH = 'event: patch\ndata: {"path":"/flags/progressive-ro';

const message = (event: string, data: unknown): string =>
  `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

export async function startLaunchDarklyStub(options: LaunchDarklyStubOptions): Promise<LaunchDarklyStub> {
  const flags = new Map((options.flags ?? []).map((flag) => [flag.key, flag]));
  const segments = new Map((options.segments ?? []).map((segment) => [segment.key, segment]));
  const requests: StubRequest[] = [];
  const events: StubEvent[] = [];
  const diagnostics: unknown[] = [];
  const streams = new Set<ServerResponse>();
  const sockets = new Set<Socket>();
  let condition: StubCondition = 'up';

  const everything = () => ({ flags: Object.fromEntries(flags), segments: Object.fromEntries(segments) });

  const stream = (response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    response.write(message('put', { path: '/', data: everything() }));
    streams.add(response);
    response.on('close', () => streams.delete(response));
  };

  const poll = (request: IncomingMessage, response: ServerResponse) => {
    const body = JSON.stringify(everything());
    const etag = `"${createHash('sha256').update(body).digest('hex')}"`;
    if (request.headers['if-none-match'] === etag) response.writeHead(304, { etag }).end();
    else response.writeHead(200, { etag, 'content-type': 'application/json' }).end(body);
  };

  const takeBody = async (request: IncomingMessage): Promise<unknown> => {
    const body = await buffer(request);
    return JSON.parse((request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString());
  };

  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = '', url = '', headers } = request;
    const path = url.split('?')[0] ?? '';
    requests.push({ method, path, authorization: headers.authorization });
    if (condition === 'hanging') return;
    if (condition === 'unavailable') {
      response.writeHead(503).end();
      return;
    }
    if (condition === 'unauthorized' || headers.authorization !== options.sdkKey) {
      response.writeHead(401).end();
      return;
    }
    switch (`${method} ${path}`) {
      case 'GET /all':
        stream(response);
        break;
      case 'GET /sdk/latest-all':
        poll(request, response);
        break;
      case 'POST /bulk':
        // The SDK sends the retry of a failed diagnostic here too, which is no list.
        events.push(...[await takeBody(request)].flat().map((event) => event as StubEvent));
        response.writeHead(202).end();
        break;
      case 'POST /diagnostic':
        diagnostics.push(await takeBody(request));
        response.writeHead(202).end();
        break;
      default:
        response.writeHead(404).end();
    }
  };

  const server = createServer((request, response) => {
    respond(request, response).catch(() => response.destroy());
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });

  const cutAll = () => {
    for (const socket of sockets) socket.destroy();
  };

  const stopListening = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      cutAll();
    });

  const tell = (text: string) => {
    for (const response of streams) response.write(text);
  };

  const port = await listenOnPortOfItsOwn(server);
  const uri = `http://127.0.0.1:${port}`;

  const become = async (next: StubCondition) => {
    condition = next;
    if (next === 'down') {
      if (server.listening) await stopListening();
      return;
    }
    cutAll();
    if (!server.listening) await listenOnFreePort(server, port);
  };
  await become(options.condition ?? 'up');

  return {
    uri,
    endpoints: { baseUri: uri, streamUri: uri, eventsUri: uri },
    requests,
    events,
    diagnostics,
    openStreams: () => streams.size,
    become,
    putFlag(flag) {
      const version = Math.max(flag.version, (flags.get(flag.key)?.version ?? 0) + 1);
      const data = { ...flag, version };
      flags.set(flag.key, data);
      tell(message('patch', { path: `/flags/${flag.key}`, data }));
    },
    putSegment(segment) {
      const version = Math.max(segment.version, (segments.get(segment.key)?.version ?? 0) + 1);
      const data = { ...segment, version };
      segments.set(segment.key, data);
      tell(message('patch', { path: `/segments/${segment.key}`, data }));
    },
    deleteFlag(key) {
      const version = (flags.get(key)?.version ?? 0) + 1;
      flags.delete(key);
      tell(message('delete', { path: `/flags/${key}`, version }));
    },
    sendRaw: tell,
    cutStreams(half = HALF_A_PATCH) {
      for (const response of streams) {
        response.write(half, () => response.destroy());
      }
    },
    async close() {
      if (server.listening) await stopListening();
    },
  };
}

/**
 * The stub gives its port up and takes it again, so the system must not give it to another socket meanwhile: it is below
 * those that the system gives out by itself.
 */
async function listenOnPortOfItsOwn(server: Server): Promise<number> {
  for (;;) {
    try {
      return await listenOnFreePort(server, 20_000 + Math.floor(Math.random() * 10_000));
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    }
  }
}
