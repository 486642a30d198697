/**
 * What the program uses of `node:http` at run time. An `import` of a built-in module reads every export of it, and
 * reading `WebSocket` loads Node's own undici: 25 ms and 5 MiB at each start, for nothing.
 */
export const { createServer, IncomingMessage, ServerResponse, STATUS_CODES } =
  process.getBuiltinModule('node:http');
