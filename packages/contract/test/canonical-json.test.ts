import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson } from '../src/index.ts';

test('the order of members and undefined members do not matter', () => {
  const one = { b: [1, { d: null, c: 'x' }], a: { f: true, e: undefined } };
  const other = { a: { f: true }, b: [1, { c: 'x', d: null }] };
  expect(canonicalJson(one)).toBe('{"a":{"f":true},"b":[1,{"c":"x","d":null}]}');
  expect(canonicalJson(other)).toBe(canonicalJson(one));
});

test('strings are quoted and escaped as by JSON.stringify', () => {
  expect(canonicalJson({ b: [1.5, null, { z: 'é"', a: true }], a: undefined, A: {} })).toBe(
    '{"A":{},"b":[1.5,null,{"a":true,"z":"é\\""}]}',
  );
});

test('canonical JSON parses to the same value and is stable', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(canonicalJson(JSON.parse(text))).toBe(text);
    }),
  );
});
