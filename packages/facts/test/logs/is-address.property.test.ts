import { isIP } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isAddress } from '../../src/formats/logs/is-address.ts';

test('a text is an address for browsers exactly if it is one for Node.js', () => {
  const piece = fc.constantFrom(
    '0',
    '1',
    'ff',
    'FFFF',
    '12345',
    ':',
    '::',
    '.',
    '%',
    'eth0',
    '192.0.2.1',
    '256',
    '01',
    'g',
    '',
  );
  const likely = fc.array(piece, { maxLength: 18 }).map((pieces) => pieces.join(''));
  const groups = fc
    .array(fc.constantFrom('0', 'ab', 'FFFF', '', '192.0.2.255'), { maxLength: 9 })
    .map((all) => all.join(':'));
  fc.assert(
    fc.property(fc.oneof(likely, groups, fc.ipV4(), fc.ipV6()), (text) => {
      expect([text, isAddress(text)]).toEqual([text, isIP(text) !== 0]);
    }),
    { numRuns: 20_000 },
  );
});
