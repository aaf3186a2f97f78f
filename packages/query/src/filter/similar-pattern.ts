import { anyCharacter, anyText, literal, maxPatternLength, type PatternRegex } from './pattern-regex.ts';
import { readBracket } from './similar-bracket.ts';
import { readQuantifier } from './similar-quantifier.ts';

/** Maximum nesting of groups: RE2 reads them by recursion. */
const maxGroupDepth = 100;
const tooLong = `it is too long; expected at most ${maxPatternLength} characters, with repetitions written out`;

/**
 * Translates SQL's `similar to`: `%` and `_` as in `like`, `|`, `*`, `+`, `?`, `{m}`, `{m,}`,
 * `{m,n}`, groups and character classes. All other characters stand for themselves, including `.`,
 * `^` and `$`, and so does a character after a backslash. DuckDB's own SIMILAR TO takes its pattern
 * for an RE2 expression, in which `%` has no meaning.
 */
export function similarRegex(pattern: string): PatternRegex {
  return new SimilarTranslator(pattern).translate();
}

interface Group {
  /** Number of characters when all repetitions are written out. */
  size: number;
  /** Size of the element that a quantifier would repeat; 0 if there is none. */
  repeatable: number;
}

type Fault = Extract<PatternRegex, { ok: false }>;

class SimilarTranslator {
  readonly #pattern: string;
  readonly #outerGroups: Group[] = [];
  #group: Group = { size: 0, repeatable: 0 };
  #regex = '';
  #index = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  translate(): PatternRegex {
    if (this.#pattern.length > 2 * maxPatternLength) return fault(tooLong);
    while (this.#index < this.#pattern.length) {
      const found = this.#translateNext();
      if (found !== null) return found;
      if (this.#group.size > maxPatternLength) return fault(tooLong);
    }
    if (this.#outerGroups.length > 0) return fault('it leaves a group open; expected ")"');
    return { ok: true, regex: this.#regex };
  }

  /** Translates the next element and moves behind it. Returns null, or its fault. */
  #translateNext(): Fault | null {
    const character = String.fromCodePoint(this.#pattern.codePointAt(this.#index) ?? 0);
    switch (character) {
      case '%':
        return this.#add(`(?:${anyText})`, 1, 1);
      case '_':
        return this.#add(anyCharacter, 1, 1);
      case '|':
        return this.#addAlternative();
      case '(':
        return this.#openGroup();
      case ')':
        return this.#closeGroup();
      case '*':
      case '+':
      case '?':
      case '{':
        return this.#addQuantifier();
      case '[':
        return this.#addBracket();
      case '\\':
        return this.#addEscaped();
      default:
        return this.#add(literal(character), 1, character.length);
    }
  }

  /**
   * Adds an element of `size` characters that a quantifier may follow. `length` is its length in
   * the pattern.
   */
  #add(regex: string, size: number, length: number): null {
    this.#group.size += size;
    this.#group.repeatable = size;
    return this.#append(regex, length);
  }

  #append(regex: string, length: number): null {
    this.#regex += regex;
    this.#index += length;
    return null;
  }

  #addAlternative(): null {
    this.#group.repeatable = 0;
    return this.#append('|', 1);
  }

  #openGroup(): Fault | null {
    if (this.#outerGroups.length === maxGroupDepth) {
      return fault(`it nests groups too deeply; expected at most ${maxGroupDepth} levels`);
    }
    this.#outerGroups.push(this.#group);
    this.#group = { size: 1, repeatable: 0 };
    return this.#append('(?:', 1);
  }

  #closeGroup(): Fault | null {
    const outer = this.#outerGroups.pop();
    if (outer === undefined) return fault('it closes a group that is not open; expected "(" before ")"');
    const { size } = this.#group;
    this.#group = outer;
    return this.#add(')', size, 1);
  }

  #addQuantifier(): Fault | null {
    const quantifier = readQuantifier(this.#pattern, this.#index);
    if (!quantifier.ok) return quantifier;
    const { regex, repetitions } = quantifier;
    if (this.#group.repeatable === 0) {
      return fault(`it repeats nothing with "${regex}"; expected a character before it`);
    }
    this.#group.size += this.#group.repeatable * (repetitions - 1);
    this.#group.repeatable = 0;
    return this.#append(regex, regex.length);
  }

  #addBracket(): Fault | null {
    const bracket = readBracket(this.#pattern, this.#index);
    return bracket.ok ? this.#add(bracket.regex, 1, bracket.length) : bracket;
  }

  #addEscaped(): Fault | null {
    const codePoint = this.#pattern.codePointAt(this.#index + 1);
    if (codePoint === undefined) return fault('it ends in a backslash; expected a character after it');
    const escaped = String.fromCodePoint(codePoint);
    return this.#add(literal(escaped), 1, 1 + escaped.length);
  }
}

function fault(message: string): Fault {
  return { ok: false, message };
}
