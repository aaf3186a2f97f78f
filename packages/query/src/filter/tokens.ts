import { quoted } from '@hourglass/contract/messages';
import { FilterFault } from './filter-fault.ts';

export interface Token {
  readonly kind: 'word' | 'name' | 'text' | 'number' | 'sign' | 'end';
  /** The token as written; of a quoted text or name its content. */
  readonly text: string;
  /** Index of its first UTF-16 unit in the filter. */
  readonly at: number;
}

const space = /[ \t\r\n]*/y;
const word = /[A-Za-z_][A-Za-z0-9_]*/y;
const number = /[+-]?[0-9]+(?:\.[0-9]+)?/y;
/** Must not follow a number: `1e5`, `1.`, `12ab`. */
const restOfWord = /[A-Za-z0-9_.]+/y;
/** NUL and unpaired surrogates: neither PostgreSQL nor a fact can contain them. */
const unstorable = /\0|\p{Cs}/u;

/** Scans one token at a time, so that the first fault of the text is the one reported. */
export class TokenReader {
  readonly #text: string;
  readonly #takesNames: boolean;
  #next: Token;

  /** `takesNames`: names may be in double quotes. */
  constructor(text: string, takesNames: boolean) {
    this.#text = text;
    this.#takesNames = takesNames;
    this.#next = this.#scan(0);
  }

  get next(): Token {
    return this.#next;
  }

  /**
   * Returns the next token and moves behind it. Throws a `FilterFault` if no valid token follows.
   */
  take(): Token {
    const taken = this.#next;
    if (taken.kind !== 'end') this.#next = this.#scan(this.#end);
    return taken;
  }

  #end = 0;

  #scan(from: number): Token {
    const at = from + (this.#match(space, from)?.length ?? 0);
    const first = this.#text[at];
    if (first === undefined) return this.#token('end', '', at, at);
    if (first === "'") return this.#scanQuoted(first, at);
    if (first === '"') {
      if (this.#takesNames) return this.#scanQuoted(first, at);
      throw new FilterFault(at, 'found a double quote; expected text in single quotes');
    }
    const name = this.#match(word, at);
    if (name !== null) return this.#token('word', name, at, at + name.length);
    const digits = this.#match(number, at);
    if (digits !== null) return this.#scanNumber(digits, at);
    const sign = String.fromCodePoint(this.#text.codePointAt(at) ?? 0);
    return this.#token('sign', sign, at, at + sign.length);
  }

  /** Reads a text or a name, in which two quotes stand for one. */
  #scanQuoted(quote: "'" | '"', at: number): Token {
    const [kind, quotes] = quote === "'" ? (['text', 'single'] as const) : (['name', 'double'] as const);
    let end = at;
    do {
      end = this.#text.indexOf(quote, end + 1);
      if (end === -1)
        throw new FilterFault(
          at,
          `found the unterminated ${kind} ${quoted(this.#text.slice(at))}; expected a closing ${quotes} quote`,
        );
      if (this.#text[end + 1] !== quote) break;
      end += 1;
    } while (end < this.#text.length);
    const content = this.#text.slice(at + 1, end).replaceAll(quote + quote, quote);
    if (unstorable.test(content)) {
      throw new FilterFault(
        at,
        `found ${quoted(content)}; expected text without NUL and unpaired surrogates`,
      );
    }
    return this.#token(kind, content, at, end + 1);
  }

  #scanNumber(digits: string, at: number): Token {
    const end = at + digits.length;
    const rest = this.#match(restOfWord, end);
    if (rest === null) return this.#token('number', digits, at, end);
    throw new FilterFault(at, `found ${quoted(digits + rest)}; expected a number such as 504 or -1.5`);
  }

  #match(pattern: RegExp, at: number): string | null {
    pattern.lastIndex = at;
    return pattern.exec(this.#text)?.[0] ?? null;
  }

  #token(kind: Token['kind'], text: string, at: number, end: number): Token {
    this.#end = end;
    return { kind, text, at };
  }
}

/** Describes a token for a message. */
export function describeToken({ kind, text }: Token): string {
  if (kind === 'end') return 'the end';
  return kind === 'text' || kind === 'name' ? `the ${kind} ${quoted(text)}` : quoted(text);
}
