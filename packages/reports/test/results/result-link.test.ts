import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isValidResultLink, signResultLink, type ResultLink } from '../../src/index.ts';

const link = fc.record({
  organization: fc.string(),
  environment: fc.string(),
  id: fc.uuid(),
  linkId: fc.uuid(),
  expiresSeconds: fc.integer({ min: 1, max: 4_000_000_000 }),
});
const key = fc.uint8Array({ minLength: 32, maxLength: 32 });

test('a link is valid until it expires and not a millisecond longer', () => {
  fc.assert(
    fc.property(link, key, (signed, secret) => {
      const signature = signResultLink(signed, secret);
      expect(signature).toMatch(/^[\w-]{43}$/);
      const endMs = signed.expiresSeconds * 1000;
      expect(isValidResultLink(signed, signature, { key: secret, nowMs: endMs - 1 })).toBe(true);
      expect(isValidResultLink(signed, signature, { key: secret, nowMs: endMs })).toBe(false);
    }),
  );
});

test('a modified link, or one that was signed with another key, is invalid', () => {
  const differs = (a: ResultLink, b: ResultLink) => JSON.stringify(a) !== JSON.stringify(b);
  fc.assert(
    fc.property(
      link,
      fc.record({ change: link, names: fc.subarray(Object.keys(fields)) }),
      key,
      key,
      (signed, { change, names }, secret, other) => {
        const signature = signResultLink(signed, secret);
        const changed = {
          ...signed,
          ...Object.fromEntries(Object.entries(change).filter(([name]) => names.includes(name))),
        };
        if (differs(changed, signed))
          expect(isValidResultLink(changed, signature, { key: secret, nowMs: 0 })).toBe(false);
        fc.pre(Buffer.compare(secret, other) !== 0);
        expect(isValidResultLink(signed, signature, { key: other, nowMs: 0 })).toBe(false);
      },
    ),
  );
});

/** The fields of a link. */
const fields = {
  organization: true,
  environment: true,
  id: true,
  linkId: true,
  expiresSeconds: true,
} satisfies Record<keyof ResultLink, true>;

test('a text that is not a signature is invalid', () => {
  const signed = { organization: 'o', environment: 'e', id: 'i', linkId: 'l', expiresSeconds: 9 };
  const signature = signResultLink(signed, new Uint8Array(32));
  for (const text of ['', 'x', signature.slice(1), `${signature}AAAA`, '\u0000'.repeat(43)]) {
    expect(isValidResultLink(signed, text, { key: new Uint8Array(32), nowMs: 0 })).toBe(false);
  }
});
