import { literal } from './pattern-regex.ts';

type Bracket =
  | { readonly ok: true; readonly regex: string; readonly length: number }
  | { readonly ok: false; readonly message: string };

/** SQL's named classes. RE2's equivalents contain ASCII characters only. */
const namedClasses: ReadonlyMap<string, string> = new Map([
  ['alpha', '[:alpha:]'],
  ['upper', '[:upper:]'],
  ['lower', '[:lower:]'],
  ['digit', '[:digit:]'],
  ['alnum', '[:alnum:]'],
  ['space', '[:space:]'],
  ['whitespace', '[:space:]'],
]);
const unclosed = 'it leaves a class open; expected "]"';
const namedClass = /\[:([A-Za-z]{1,20}):\]/y;

/** Reads the character class whose `[` is at `start`. `length` is its length in UTF-16 units. */
export function readBracket(pattern: string, start: number): Bracket {
  let index = start + 1;
  const negated = pattern[index] === '^';
  if (negated) index += 1;
  const elements: string[] = [];
  while (pattern[index] !== ']') {
    if (index >= pattern.length) return fault(unclosed);
    namedClass.lastIndex = index;
    const named = namedClass.exec(pattern);
    if (named !== null) {
      const element = namedClasses.get((named[1] ?? '').toLowerCase());
      if (element === undefined) {
        return fault(
          `it has the unknown class "${named[0]}"; expected one of ${[...namedClasses.keys()].join(', ')}`,
        );
      }
      elements.push(element);
      index += named[0].length;
      continue;
    }
    const first = characterAt(pattern, index);
    if (first === null) return fault(unclosed);
    index += first.length;
    const isRange = pattern[index] === '-' && pattern[index + 1] !== ']';
    const last = isRange ? characterAt(pattern, index + 1) : first;
    if (last === null) return fault(unclosed);
    if (isRange) index += 1 + last.length;
    if (codePoint(last) < codePoint(first)) {
      return fault(
        `it has the reversed range "${first.text}-${last.text}"; expected the lower character first`,
      );
    }
    elements.push(isRange ? `${literal(first.text)}-${literal(last.text)}` : literal(first.text));
  }
  if (elements.length === 0) return fault('it has an empty class; expected a character in it');
  return { ok: true, regex: `[${negated ? '^' : ''}${elements.join('')}]`, length: index + 1 - start };
}

interface Character {
  readonly text: string;
  /** Length in the pattern, including a backslash. */
  readonly length: number;
}

function characterAt(pattern: string, index: number): Character | null {
  const escaped = pattern[index] === '\\';
  const point = pattern.codePointAt(escaped ? index + 1 : index);
  if (point === undefined) return null;
  const text = String.fromCodePoint(point);
  return { text, length: text.length + Number(escaped) };
}

function codePoint({ text }: Character): number {
  return text.codePointAt(0) ?? 0;
}

function fault(message: string): { readonly ok: false; readonly message: string } {
  return { ok: false, message };
}
