import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

interface Cost {
  /** Drives CPU time and memory: 128 * N * r bytes. */
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** The input of scrypt. */
export interface KeyInput {
  readonly password: string;
  readonly salt: Uint8Array;
  /** Length of the key. */
  readonly bytes: number;
  /** With `maxmem`, as `node:crypto` takes it. */
  readonly options: Cost & { readonly maxmem: number };
}

/** Runs scrypt. Takes about 100 ms of a core for a new hash. */
export type DeriveKey = (input: KeyInput) => Promise<Uint8Array>;

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
export async function hashPassword(password: string, derive: DeriveKey): Promise<string> {
  const salt = randomBytes(16);
  return encode(newHashCost, salt, await derive(keyInput(password, salt, hashBytes, newHashCost)));
}

/** Throws when `stored` does not have the format of `hashPassword`. */
export async function passwordMatches(password: string, stored: string, derive: DeriveKey): Promise<boolean> {
  const [, N, r, p, salt, hash] = storedForm.exec(stored) ?? [];
  if (salt === undefined || hash === undefined) throw new Error('malformed stored password hash');
  const cost = { N: Number(N), r: Number(r), p: Number(p) };
  if (cost.N > maxCost.N || cost.r > maxCost.r || cost.p > maxCost.p) {
    throw new Error('stored password hash exceeds the memory limit');
  }
  const expected = Buffer.from(hash, 'base64');
  const actual = await derive(keyInput(password, Buffer.from(salt, 'base64'), expected.length, cost));
  return timingSafeEqual(actual, expected);
}

/** Derives in the thread pool of libuv, for programs without requests. */
export const deriveInThreadPool: DeriveKey = ({ password, salt, bytes, options }) =>
  new Promise((resolve, reject) => {
    scrypt(password, salt, bytes, options, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });

function encode({ N, r, p }: Cost, salt: Uint8Array, hash: Uint8Array): string {
  return ['scrypt', N, r, p, base64(salt), base64(hash)].join('$');
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function keyInput(password: string, salt: Uint8Array, bytes: number, cost: Cost): KeyInput {
  return {
    // Normalized, because keyboards compose accented letters differently.
    password: password.normalize('NFC'),
    salt,
    bytes,
    // Node's default limit is 32 MiB; scrypt needs a little over 128 * N * r.
    options: { ...cost, maxmem: 256 * cost.N * cost.r },
  };
}
