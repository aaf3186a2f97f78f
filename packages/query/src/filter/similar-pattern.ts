import { readBracket } from './similar-bracket.ts';
import { anyCharacter, anyText, literal, maxPatternLength, type PatternRegex } from './pattern-regex.ts';

/** Groups inside of groups: RE2 reads them by recursion. */
const maxGroupDepth = 100;
const repetition = /\{([0-9]{1,4})(,([0-9]{0,4}))?\}/y;

/**
 * `similar to` in SQL: `%` and `_` as in `like`, `|`, `*`, `+`, `?`, `{m}`, `{m,}`, `{m,n}`, groups, character
 * classes; everything else, `.`, `^` and `$` too, is itself, and so is what follows a backslash. The engine's own
 * SIMILAR TO takes its pattern for an RE2 expression, in which `%` means nothing, so it is translated here.
 */
export function similarRegex(pattern: string): PatternRegex {
  if (pattern.length > 2 * maxPatternLength) return fault(`it is too long; ${expectedLength}`);
  const groups: Group[] = [];
  let group: Group = { size: 0, repeatable: 0 };
  let regex = '';
  /** What a quantifier may follow has a size: its characters when all repetitions are written out. */
  const add = (text: string, size: number) => {
    regex += text;
    group.size += size;
    group.repeatable = size;
  };

  let index = 0;
  while (index < pattern.length) {
    const character = String.fromCodePoint(pattern.codePointAt(index) ?? 0);
    let length = character.length;
    switch (character) {
      case '%':
        add(`(?:${anyText})`, 1);
        break;
      case '_':
        add(anyCharacter, 1);
        break;
      case '|':
        regex += '|';
        group.repeatable = 0;
        break;
      case '(':
        if (groups.length === maxGroupDepth) {
          return fault(`expected at most ${maxGroupDepth} groups inside of each other`);
        }
        groups.push(group);
        group = { size: 1, repeatable: 0 };
        regex += '(?:';
        break;
      case ')': {
        const outer = groups.pop();
        if (outer === undefined) return fault('it closes a group that is not open; expected "(" before ")"');
        const { size } = group;
        group = outer;
        add(')', size);
        break;
      }
      case '*':
      case '+':
      case '?':
      case '{': {
        const quantifier = readQuantifier(pattern, index);
        if (!quantifier.ok) return quantifier;
        if (group.repeatable === 0) {
          return fault(`it repeats nothing with "${quantifier.regex}"; expected a character before it`);
        }
        group.size += group.repeatable * (quantifier.times - 1);
        group.repeatable = 0;
        regex += quantifier.regex;
        length = quantifier.regex.length;
        break;
      }
      case '[': {
        const bracket = readBracket(pattern, index);
        if (!bracket.ok) return bracket;
        add(bracket.regex, 1);
        length = bracket.length;
        break;
      }
      case '\\': {
        const codePoint = pattern.codePointAt(index + 1);
        if (codePoint === undefined) return fault('it ends in a backslash; expected a character after it');
        const escaped = String.fromCodePoint(codePoint);
        add(literal(escaped), 1);
        length += escaped.length;
        break;
      }
      default:
        add(literal(character), 1);
    }
    if (group.size > maxPatternLength) return fault(`it is too long; ${expectedLength}`);
    index += length;
  }
  if (groups.length > 0) return fault('it leaves a group open; expected ")"');
  return { ok: true, regex };
}

interface Group {
  size: number;
  /** Size of what stands before a quantifier, or 0 where there is nothing to repeat. */
  repeatable: number;
}

const expectedLength = `expected at most ${maxPatternLength} characters, repeated ones counted as often as they are repeated`;

function fault(message: string): { readonly ok: false; readonly message: string } {
  return { ok: false, message };
}

/** `times` is how often what is repeated has to be written out. */
function readQuantifier(
  pattern: string,
  index: number,
):
  | { readonly ok: true; readonly regex: string; readonly times: number }
  | { readonly ok: false; readonly message: string } {
  const sign = pattern[index];
  if (sign === '*' || sign === '+' || sign === '?') return { ok: true, regex: sign, times: 1 };
  repetition.lastIndex = index;
  const found = repetition.exec(pattern);
  if (found === null) return fault('it has a "{" without a count; expected {2}, {2,} or {2,5}');
  const [regex, least = '0', , most] = found;
  const times = Math.max(Number(least), Number(most ?? 0), 1);
  if (most !== undefined && most !== '' && Number(most) < Number(least)) {
    return fault(`it repeats "${regex}", the second count below the first; expected {2}, {2,} or {2,5}`);
  }
  return { ok: true, regex, times };
}
