/** UTF-16 units; what a line has beyond is left out. */
const MAX_LINE_LENGTH = 64 * 1024;

/** Text, line by line, ended by LF, CR LF or the end. */
export function* lines(chunks: Iterable<string>): Generator<string> {
  let carried = '';
  for (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf('\n'); end !== -1; end = chunk.indexOf('\n', start)) {
      yield withoutReturn((carried + chunk.slice(start, end)).slice(0, MAX_LINE_LENGTH));
      carried = '';
      start = end + 1;
    }
    if (carried.length < MAX_LINE_LENGTH) carried += chunk.slice(start);
  }
  if (carried !== '') yield withoutReturn(carried.slice(0, MAX_LINE_LENGTH));
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
