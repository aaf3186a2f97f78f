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
