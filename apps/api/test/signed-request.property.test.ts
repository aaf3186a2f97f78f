import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import fc from 'fast-check';
import type { Request } from 'express';
import { describe, expect, test } from 'vitest';
import { ReportError, sealSecret, type UsableAccessKey } from '@hourglass/reports';
import {
  ordersPath,
  signRequest,
  tamperings,
  targetOf,
  type SignedRequest,
  suiteSize,
} from '@hourglass/testing';
import { signatureCheck, type Signed } from '../src/http/signed-request.ts';

const secretKey = Buffer.alloc(32, 3);
const nowMs = Date.UTC(2026, 10, 25);
const nowSeconds = nowMs / 1000;
const maxAheadSeconds = 86_400;

const keys = new Map<string, { readonly secret: string; readonly usable: UsableAccessKey }>();
for (const [index, accesskeyId] of ['first', 'second', 'third'].entries()) {
  const secret = `secret of ${accesskeyId}`;
  const sealedSecret = sealSecret(secret, secretKey, accesskeyId);
  const tenant = { organization: 'acme', environment: accesskeyId, environmentId: index };
  keys.set(accesskeyId, { secret, usable: { id: accesskeyId, tenant, isSuspended: false, sealedSecret } });
}
const accessKeys = { findUsable: (id: string) => Promise.resolve(keys.get(id)?.usable ?? null) };
const check = signatureCheck({ accessKeys, secretKey, nowMs: () => nowMs });

function requestOf(signed: SignedRequest): Request {
  const message = new IncomingMessage(new Socket());
  return Object.assign(message, { method: signed.method, originalUrl: targetOf(signed) }) as Request;
}

const accepts = (signed: SignedRequest): Promise<boolean> =>
  check(requestOf(signed)).then(
    () => true,
    (error: unknown) => {
      if (error instanceof ReportError && error.code === 'signature.refused') return false;
      throw error;
    },
  );

const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }).filter((text) => !/[&=]/.test(text));
const value = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((text) => !text.includes('&'));
const carriers = ['accesskey_id', 'expires', 'signature', 'added'];
const parameters = fc
  .uniqueArray(fc.tuple(name, value), { minLength: 1, maxLength: 6, selector: ([text]) => text })
  .filter((list) => list.every(([text]) => !carriers.includes(text)));
const toSign = fc.record({
  accesskeyId: fc.constantFrom(...keys.keys()),
  method: fc.constantFrom('GET', 'HEAD', 'POST'),
  expires: fc.integer({ min: nowSeconds + 1, max: nowSeconds + maxAheadSeconds - 1 }),
  parameters,
  asSent: fc.boolean(),
});

describe('a signature', () => {
  test('admits exactly the unmodified ones of random requests, signed sorted or as sent', async () => {
    const modification = fc.option(fc.constantFrom(...Object.keys(tamperings)), { freq: 2 });
    const runs = suiteSize({ short: 2_000, full: 10_000 });
    const counts = { accepted: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(toSign, modification, async ({ accesskeyId, ...request }, tampering) => {
        const secret = keys.get(accesskeyId)?.secret ?? '';
        const signed = signRequest({ accesskeyId, secret }, request);
        const sent = tampering === null ? signed : (tamperings[tampering]?.(signed) ?? signed);
        const accepted = await accepts(sent);
        counts[accepted ? 'accepted' : 'refused'] += 1;
        expect(accepted).toBe(tampering === null);
      }),
      { numRuns: runs },
    );
    expect(Math.min(counts.accepted, counts.refused)).toBeGreaterThan(runs / 5);
  });

  test('yields the environment of its key and the other parameters, in the order sent', async () => {
    const request = {
      expires: nowSeconds + 1,
      parameters: [
        ['size', '5'],
        ['page', '2 +'],
      ] as const,
    };
    const signed = signRequest({ accesskeyId: 'second', secret: 'secret of second' }, request);
    expect(await check(requestOf(signed))).toEqual<Signed>({
      tenant: { organization: 'acme', environment: 'second', environmentId: 1 },
      parameters: request.parameters,
    });
  });

  const key = { accesskeyId: 'first', secret: 'secret of first' };
  test.each([
    ['a second after now', nowSeconds + 1, true],
    ['24 hours ahead', nowSeconds + maxAheadSeconds, true],
    ['now', nowSeconds, false],
    ['a second ago', nowSeconds - 1, false],
    ['a second more than 24 hours ahead', nowSeconds + maxAheadSeconds + 1, false],
    ['in milliseconds', nowMs + 1000, false],
    ['at a fraction of a second', nowSeconds + 1.5, false],
    ['before 1970', -5, false],
  ])('that expires %s is judged by the clock', async (_, expires, accepted) => {
    expect(await accepts(signRequest(key, { expires }))).toBe(accepted);
  });

  test.each([
    ['no query string', ordersPath],
    ['an invalid escape', `${ordersPath}?a=%zz`],
    ['bytes that are not UTF-8', `${ordersPath}?a=%ff`],
    ['a parameter without a value', `${targetOf(signRequest(key, { expires: nowSeconds + 9 }))}&a`],
    ['an empty parameter', `${targetOf(signRequest(key, { expires: nowSeconds + 9 }))}&`],
    ['a NUL as its key', targetOf(signRequest({ ...key, accesskeyId: '\0' }, { expires: nowSeconds + 9 }))],
  ])('is not found in a URL with %s', async (_, originalUrl) => {
    const request = Object.assign(new IncomingMessage(new Socket()), {
      method: 'GET',
      originalUrl,
    }) as Request;
    await expect(check(request)).rejects.toMatchObject({ code: 'signature.refused' });
  });

  test('cannot be checked without the configured secret key, or with another one', async () => {
    const request = requestOf(signRequest(key, { expires: nowSeconds + 9 }));
    const without = signatureCheck({ accessKeys, secretKey: null, nowMs: () => nowMs });
    const another = signatureCheck({ accessKeys, secretKey: Buffer.alloc(32, 4), nowMs: () => nowMs });
    for (const one of [without, another]) {
      await expect(one(request)).rejects.toMatchObject({ code: 'access_key.unavailable' });
    }
  });
});
