import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

interface Cost {
  /** CPU and memory: 128 * N * r bytes. */
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** 32 MiB and some 100 ms: too much for every poll, so the API keeps verified passwords for a while. Stored hashes keep their own cost. */
const newHashCost: Cost = { N: 32_768, r: 8, p: 1 };
const hashBytes = 32;

/** Refuses a stored hash that would take the server's memory; 128 times more than a new hash takes. */
const maxCost: Cost = { N: 1_048_576, r: 32, p: 16 };

const storedForm = /^scrypt\$(\d{1,7})\$(\d{1,2})\$(\d{1,2})\$([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+)$/;

/** A hash no password has, at the cost of a new one: what an unknown user is checked against. */
export const hashOfNobody = encode(newHashCost, Buffer.alloc(16), Buffer.alloc(hashBytes));

/** Answers `scrypt$N$r$p$salt$hash` with a fresh salt, salt and hash in base64. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  return encode(newHashCost, salt, await derive(password, salt, hashBytes, newHashCost));
}

/** Throws when `stored` is not of the form that `hashPassword` writes. */
export async function passwordMatches(password: string, stored: string): Promise<boolean> {
  const [, N, r, p, salt, hash] = storedForm.exec(stored) ?? [];
  if (salt === undefined || hash === undefined) throw new Error('a stored password hash cannot be read');
  const cost = { N: Number(N), r: Number(r), p: Number(p) };
  if (cost.N > maxCost.N || cost.r > maxCost.r || cost.p > maxCost.p) {
    throw new Error('a stored password hash asks for too much memory');
  }
  const expected = Buffer.from(hash, 'base64');
  const actual = await derive(password, Buffer.from(salt, 'base64'), expected.length, cost);
  return timingSafeEqual(actual, expected);
}

function encode({ N, r, p }: Cost, salt: Buffer, hash: Buffer): string {
  return ['scrypt', N, r, p, salt.toString('base64'), hash.toString('base64')].join('$');
}

function derive(password: string, salt: Buffer, bytes: number, cost: Cost): Promise<Buffer> {
  // Node refuses to use more than 32 MiB unless told; scrypt needs a little over 128 * N * r.
  const maxmem = 256 * cost.N * cost.r;
  return new Promise((resolve, reject) => {
    // One form for the same accented letter, however the client's keyboard composed it.
    scrypt(password.normalize('NFC'), salt, bytes, { ...cost, maxmem }, (error, derived) => {
      if (error) reject(error);
      else resolve(derived);
    });
  });
}
