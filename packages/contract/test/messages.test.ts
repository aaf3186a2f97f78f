import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { counted, didYouMean, listFaults, quoted, visible } from '../src/messages.ts';

test('a number has its noun in the right form', () => {
  expect([counted(1, 'fact'), counted(0, 'fact'), counted(2, 'query', 'queries')]).toEqual([
    '1 fact',
    '0 facts',
    '2 queries',
  ]);
});

describe('an invisible or misleading character', () => {
  test.each([
    ['\u00a0', 'U+00A0 no-break space'],
    ['\u202f', 'U+202F narrow no-break space'],
    ['\u200b', 'U+200B zero width space'],
    ['\u200d', 'U+200D zero width joiner'],
    ['\ufeff', 'U+FEFF byte order mark'],
    ['\u200e', 'U+200E left-to-right mark'],
    ['\u202e', 'U+202E'],
    ['\u2066', 'U+2066'],
    ['\u2018', 'U+2018 left single quote'],
    ['\u2019', 'U+2019 right single quote'],
    ['\u201c', 'U+201C left double quote'],
    ['\u2212', 'U+2212 minus sign'],
    ['\u3164', 'U+3164'],
    ['\ufe0f', 'U+FE0F'],
    ['\u0000', 'U+0000 NUL'],
    ['\u001b', 'U+001B'],
    ['\ud800', 'U+D800'],
    ['\u{e0001}', 'U+E0001'],
  ])('%j is shown by its code point', (character, shown) => {
    expect(visible(`a${character}b`)).toBe(`a<${shown}>b`);
    expect(quoted(`a${character}b`)).toBe(`"a<${shown}>b"`);
  });

  test('leaves other text unchanged', () => {
    for (const text of ['api-proxy_1 é ü 漢字 😀', "it's", '"x"', 'a\tb\nc'])
      expect(visible(text)).toBe(text);
  });

  test('never reaches a message', () => {
    const clean = /^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]*$/u;
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
        expect(quoted(text)).toMatch(clean);
      }),
    );
  });
});

describe('a suggestion', () => {
  const known = ['apiproxy', 'proxy_basepath', 'response_status_code', 'client_ip', 'metrics', 'dimensions'];

  test.each([
    ['metric', 'metrics'],
    ['dimension', 'dimensions'],
    ['Dimensions', 'dimensions'],
    ['dimentions', 'dimensions'],
    ['proxy', 'apiproxy'],
    ['api-proxy', 'apiproxy'],
    ['responseStatusCode', 'response_status_code'],
    ['status_code', 'response_status_code'],
    ['clientip', 'client_ip'],
    ['apiprxoy', 'apiproxy'],
    ['response_code_status', 'response_status_code'],
  ])('for %s is %s', (mistyped, nearest) => {
    expect(didYouMean(mistyped, known)).toBe(`. Did you mean "${nearest}"?`);
  });

  test.each(['', 'x', 'ip', 'developer', 'quota', '___', 'metrics'.repeat(20)])(
    'for "%s" is none',
    (mistyped) => {
      expect(didYouMean(mistyped, known)).toBe('');
    },
  );
});

describe('the list of faults in a message', () => {
  test('names each, and the number of those that do not fit', () => {
    const fault = (name: number) => ({ field: `f${name}`, message: 'is required' });
    expect(listFaults([fault(1)])).toBe('f1: is required');
    expect(listFaults([fault(1), { field: '', message: 'it is empty' }])).toBe(
      'f1: is required; it is empty',
    );
    const many = listFaults(Array.from({ length: 13 }, (_, index) => fault(index)));
    expect(many).toContain('f9: is required; and 3 more');
    const long = { field: 'a', message: 'x'.repeat(1_500) };
    expect(listFaults([long, long, long])).toBe(`a: ${long.message}; and 2 more`);
  });
});
