import { anyCharacter, anyText, literal, maxPatternLength, type PatternRegex } from './pattern-regex.ts';

/**
 * Translates SQL's `like`: `%` matches any text, `_` any one character, and a character after a
 * backslash stands for itself. DuckDB's own LIKE takes time exponential in the number of `%`.
 */
export function likeRegex(pattern: string): PatternRegex {
  const characters = Array.from(pattern);
  if (characters.length > maxPatternLength) {
    return {
      ok: false,
      message: `it has ${characters.length} characters; expected at most ${maxPatternLength}`,
    };
  }
  let regex = '';
  for (let index = 0; index < characters.length; index += 1) {
    const character = characters[index];
    if (character === '%') regex += anyText;
    else if (character === '_') regex += anyCharacter;
    else if (character !== '\\') regex += literal(character ?? '');
    else {
      index += 1;
      const escaped = characters[index];
      if (escaped === undefined)
        return { ok: false, message: 'it ends in a backslash; expected a character after it' };
      regex += literal(escaped);
    }
  }
  return { ok: true, regex };
}

/** The texts that a pattern with `%` at its ends only matches: those with `text` at this place. */
export interface PlainPattern {
  readonly place: 'whole' | 'start' | 'end' | 'anywhere';
  readonly text: string;
}

/**
 * Reads a valid pattern of `like` that has no `%` within and no `_`. Null: it is another one. Engines find a text
 * several times as fast as they match an expression.
 */
export function plainLike(pattern: string): PlainPattern | null {
  const within = /^(%*)((?:[^%_\\]|\\.)*)(%*)$/su.exec(pattern);
  if (within === null) return null;
  const [, before = '', escaped = '', after = ''] = within;
  const text = escaped.replaceAll(/\\(.)/gsu, '$1');
  // A pattern of `%` alone has all of them before the text.
  if (before !== '' && (after !== '' || escaped === '')) return { place: 'anywhere', text };
  if (before !== '') return { place: 'end', text };
  return { place: after === '' ? 'whole' : 'start', text };
}
