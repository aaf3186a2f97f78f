// Readers of files run in the command line and in browsers, so they use nothing but the platform that both have.

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Returns the text, or null if the bytes are not UTF-8. A byte order mark stays. */
export function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** The largest number of arguments that every engine accepts in a call. */
const charsAtOnce = 8192;

/** Returns one character for each byte. `latin1` of `TextDecoder` is Windows-1252 and would change some. */
export function binaryText(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += charsAtOnce)
    text += String.fromCharCode(...bytes.subarray(at, at + charsAtOnce));
  return text;
}

/** The inverse of `binaryText`. */
export function bytesOfBinary(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at);
  return bytes;
}
