import { crc32 } from 'node:zlib';

/** A still picture, and how many milliseconds it is shown. */
export interface Frame {
  readonly png: Buffer;
  readonly ms: number;
}

const SIGNATURE_BYTES = 8;

/**
 * One picture that moves, of still ones of the same size and colour type, over and over: APNG, which browsers and GitHub
 * show (https://www.w3.org/TR/png-3/#apng-frame-based-animation).
 *
 * @throws Error when there is no frame
 */
export function animatedPng(frames: readonly Frame[]): Buffer {
  const [first] = frames;
  if (first === undefined) throw new Error('expected at least one frame');
  let sequence = 0;
  const header = chunksOf(first.png).find(({ type }) => type === 'IHDR');
  if (header === undefined) throw new Error('expected a PNG');
  const animation = Buffer.alloc(8);
  animation.writeUInt32BE(frames.length, 0);

  const parts = [
    first.png.subarray(0, SIGNATURE_BYTES),
    chunk('IHDR', header.data),
    chunk('acTL', animation),
  ];
  for (const [index, { png, ms }] of frames.entries()) {
    const control = Buffer.alloc(26);
    control.writeUInt32BE(sequence++, 0);
    // Width and height.
    header.data.copy(control, 4, 0, 8);
    control.writeUInt16BE(ms, 20);
    control.writeUInt16BE(1_000, 22);
    parts.push(chunk('fcTL', control));
    for (const { type, data } of chunksOf(png)) {
      if (type !== 'IDAT') continue;
      if (index === 0) {
        parts.push(chunk('IDAT', data));
      } else {
        const number = Buffer.alloc(4);
        number.writeUInt32BE(sequence++, 0);
        parts.push(chunk('fdAT', Buffer.concat([number, data])));
      }
    }
  }
  return Buffer.concat([...parts, chunk('IEND', Buffer.alloc(0))]);
}

function chunksOf(png: Buffer): readonly { readonly type: string; readonly data: Buffer }[] {
  const chunks: { readonly type: string; readonly data: Buffer }[] = [];
  for (let at = SIGNATURE_BYTES; at < png.length;) {
    const length = png.readUInt32BE(at);
    chunks.push({
      type: png.toString('latin1', at + 4, at + 8),
      data: png.subarray(at + 8, at + 8 + length),
    });
    at += 12 + length;
  }
  return chunks;
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const whole = Buffer.alloc(named.length + 8);
  whole.writeUInt32BE(data.length, 0);
  named.copy(whole, 4);
  whole.writeUInt32BE(crc32(named), named.length + 4);
  return whole;
}
