import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson, onceKeyOf } from '../src/once-key.ts';

test('the order of members and members without a value change nothing', () => {
  const one = { b: [1, { d: null, c: 'x' }], a: { f: true, e: undefined } };
  const other = { a: { f: true }, b: [1, { c: 'x', d: null }] };
  expect(canonicalJson(one)).toBe('{"a":{"f":true},"b":[1,{"c":"x","d":null}]}');
  expect(canonicalJson(other)).toBe(canonicalJson(one));
});

test('requests have the same hash if and only if they are the same JSON value', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 3 }), fc.jsonValue({ maxDepth: 3 }), (one, other) => {
      const hash = (value: unknown) => Buffer.from(onceKeyOf('a', value).requestSha256).toString('hex');
      const copy: unknown = JSON.parse(canonicalJson(one));
      expect(copy).toEqual(JSON.parse(JSON.stringify(one)));
      expect(hash(copy)).toBe(hash(one));
      const same = JSON.stringify(copy) === JSON.stringify(JSON.parse(canonicalJson(other)));
      expect(hash(other) === hash(one)).toBe(same);
    }),
  );
});
