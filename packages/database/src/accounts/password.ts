import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

interface Cost {
  /** Drives CPU time and memory: 128 * N * r bytes. */
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/**
 * 32 MiB and about 100 ms: too slow for every poll, so the API caches verified passwords. Stored
 * hashes keep their own cost.
 */
const newHashCost: Cost = { N: 32_768, r: 8, p: 1 };
const hashBytes = 32;

/** Limits the memory that a stored hash can claim to 128 times that of a new hash. */
const maxCost: Cost = { N: 1_048_576, r: 32, p: 16 };

const storedForm = /^scrypt\$(\d{1,7})\$(\d{1,2})\$(\d{1,2})\$([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+)$/;

/**
 * Matches no password, at the cost of a new hash. Passwords of unknown users are checked against
 * it.
 */
export const decoyHash = encode(newHashCost, Buffer.alloc(16), Buffer.alloc(hashBytes));

/** Returns `scrypt$N$r$p$salt$hash` with a new salt; salt and hash are base64. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  return encode(newHashCost, salt, await derive(password, salt, hashBytes, newHashCost));
}

/** Throws when `stored` does not have the format of `hashPassword`. */
export async function passwordMatches(password: string, stored: string): Promise<boolean> {
  const [, N, r, p, salt, hash] = storedForm.exec(stored) ?? [];
  if (salt === undefined || hash === undefined) throw new Error('malformed stored password hash');
  const cost = { N: Number(N), r: Number(r), p: Number(p) };
  if (cost.N > maxCost.N || cost.r > maxCost.r || cost.p > maxCost.p) {
    throw new Error('stored password hash exceeds the memory limit');
  }
  const expected = Buffer.from(hash, 'base64');
  const actual = await derive(password, Buffer.from(salt, 'base64'), expected.length, cost);
  return timingSafeEqual(actual, expected);
}

function encode({ N, r, p }: Cost, salt: Buffer, hash: Buffer): string {
  return ['scrypt', N, r, p, salt.toString('base64'), hash.toString('base64')].join('$');
}

function derive(password: string, salt: Buffer, bytes: number, cost: Cost): Promise<Buffer> {
  // Node's default limit is 32 MiB; scrypt needs a little over 128 * N * r.
  const maxmem = 256 * cost.N * cost.r;
  return new Promise((resolve, reject) => {
    // Normalized, because keyboards compose accented letters differently.
    scrypt(password.normalize('NFC'), salt, bytes, { ...cost, maxmem }, (error, derived) => {
      if (error) reject(error);
      else resolve(derived);
    });
  });
}
