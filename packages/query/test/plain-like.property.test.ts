import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { likeRegex, plainLike, type PlainPattern } from '../src/filter/like-pattern.ts';

const characters = fc.constantFrom('%', '%', '_', '\\', 'a', 'b', 'é', '\n', '\u{1f600}', '*');
const patterns = fc.string({ unit: characters, maxLength: 8 });
const texts = fc.string({
  unit: fc.constantFrom('%', '_', '\\', 'a', 'b', 'é', '\n', '\u{1f600}'),
  maxLength: 6,
});

/** Finds a text at a place, by JavaScript. */
const matches: Record<PlainPattern['place'], (text: string, wanted: string) => boolean> = {
  whole: (text, wanted) => text === wanted,
  start: (text, wanted) => text.startsWith(wanted),
  end: (text, wanted) => text.endsWith(wanted),
  anywhere: (text, wanted) => text.includes(wanted),
};

test('a pattern that is found as a part of the text matches the texts that its expression does', () => {
  let plainPatterns = 0;
  fc.assert(
    fc.property(patterns, texts, (pattern, text) => {
      const translated = likeRegex(pattern);
      if (!translated.ok) return;
      const plain = plainLike(pattern);
      if (plain === null) return;
      plainPatterns += 1;
      // RE2 writes a character as \x{…}, JavaScript as \u{…}.
      const regex = new RegExp(
        `^(?:${translated.regex.replaceAll(String.raw`\x{`, String.raw`\u{`)})$`,
        'su',
      );
      expect(matches[plain.place](text, plain.text)).toBe(regex.test(text));
    }),
    { numRuns: 5_000 },
  );
  expect(plainPatterns).toBeGreaterThan(500);
});

test.each([
  ['a%b', null],
  ['_a', null],
  [String.raw`100\%`, { place: 'whole', text: '100%' }],
  [String.raw`%\_`, { place: 'end', text: '_' }],
  ['%%a%', { place: 'anywhere', text: 'a' }],
  ['%', { place: 'anywhere', text: '' }],
  ['', { place: 'whole', text: '' }],
])('%j is read as %j', (pattern, expected) => {
  expect(plainLike(pattern)).toEqual(expected);
});
