import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codeOfStep, fromBase32, stepAt } from '@hourglass/testing';
import { totpCodes } from '../src/sign-in/totp.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
/** 160 bits in base32. */
const secret = fc
  .array(fc.constantFrom(...alphabet.split('')), { minLength: 32, maxLength: 32 })
  .map((letters) => letters.join(''));
/** Times from 1970 to 2100. */
const time = fc.integer({ min: 60_000, max: 4_102_444_800_000 });

describe('the code of an authenticator app', () => {
  // RFC 6238, appendix B, SHA-1: the secret is the ASCII text 12345678901234567890. Codes of six digits are the last six of eight.
  test.each([
    [59, '94287082'],
    [1_111_111_109, '07081804'],
    [1_111_111_111, '14050471'],
    [1_234_567_890, '89005924'],
    [2_000_000_000, '69279037'],
    [20_000_000_000, '65353130'],
  ])('at %d s is that of RFC 6238', (seconds, eightDigits) => {
    const rfcSecret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
    expect(fromBase32(rfcSecret).toString()).toBe('12345678901234567890');
    expect(codeOfStep(fromBase32(rfcSecret), stepAt(seconds * 1000), 8)).toBe(eightDigits);
    expect(totpCodes.stepOf(rfcSecret, eightDigits.slice(2), seconds * 1000)).toBe(Math.floor(seconds / 30));
  });

  test('is accepted in its step, the one before and the one after, and in no other', () => {
    fc.assert(
      fc.property(secret, time, fc.integer({ min: -4, max: 4 }), (base32, nowMs, distance) => {
        const current = stepAt(nowMs);
        const key = fromBase32(base32);
        const code = codeOfStep(key, Math.max(0, current + distance));
        const near = [current - 1, current, current + 1].filter((step) => codeOfStep(key, step) === code);
        const found = totpCodes.stepOf(base32, code, nowMs);
        // Six digits may be those of a second step.
        expect(near.length === 0 ? [null] : near).toContain(found);
        if (Math.abs(distance) <= 1) expect(near).not.toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test('ends and begins with its step, to the millisecond', () => {
    const base32 = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
    const step = 60_000_000;
    const code = codeOfStep(fromBase32(base32), step);
    const acceptedAt = (nowMs: number) => totpCodes.stepOf(base32, code, nowMs) === step;
    const firstMs = (step - 1) * 30_000;
    const lastMs = (step + 2) * 30_000 - 1;
    expect([firstMs - 1, firstMs, lastMs, lastMs + 1].map(acceptedAt)).toEqual([false, true, true, false]);
  });

  test('is refused with any other digits', () => {
    fc.assert(
      fc.property(secret, time, fc.integer({ min: 0, max: 999_999 }), (base32, nowMs, number) => {
        const code = String(number).padStart(6, '0');
        const current = stepAt(nowMs);
        const key = fromBase32(base32);
        const isRight = [current - 1, current, current + 1].some((step) => codeOfStep(key, step) === code);
        expect(totpCodes.stepOf(base32, code, nowMs) !== null).toBe(isRight);
      }),
    );
  });
});

test('a new secret has 160 bits that differ each time, and its URL is what apps read', () => {
  const secrets = Array.from({ length: 50 }, () => totpCodes.newSecret());
  expect(new Set(secrets).size).toBe(50);
  for (const one of secrets) expect(fromBase32(one)).toHaveLength(20);
  const email = `joe+${randomBytes(4).toString('hex')}@acme.example`;
  const url = new URL(totpCodes.urlOf(secrets[0] ?? '', email));
  expect([url.protocol, url.host, decodeURIComponent(url.pathname)]).toEqual([
    'otpauth:',
    'totp',
    `/Hourglass:${email}`,
  ]);
  expect(Object.fromEntries(url.searchParams)).toEqual({
    issuer: 'Hourglass',
    secret: secrets[0],
    algorithm: 'SHA1',
    digits: '6',
    period: '30',
  });
});
