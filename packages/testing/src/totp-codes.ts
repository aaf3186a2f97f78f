import { createHmac } from 'node:crypto';

/** Codes of RFC 6238, computed by the RFC's text and without the library of the API. */

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Decodes base32 of RFC 4648, without padding. */
export function fromBase32(text: string): Buffer {
  const bits = Array.from(text, (letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

/** The step of 30 seconds of a time. */
export function stepAt(nowMs: number): number {
  return Math.floor(nowMs / 30_000);
}

/** HOTP of RFC 4226, section 5.3: dynamic truncation of HMAC-SHA-1. */
export function codeOfStep(key: Buffer, step: number, digits = 6): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', key).update(counter).digest();
  const offset = (mac[19] ?? 0) & 0x0f;
  const number = mac.readUInt32BE(offset) & 0x7fffffff;
  return String(number % 10 ** digits).padStart(digits, '0');
}
