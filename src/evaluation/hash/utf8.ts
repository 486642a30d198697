const encoder = new TextEncoder();

/** A lone surrogate becomes U+FFFD, as in every hash of text in Node. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}
