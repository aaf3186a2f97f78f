import { visible } from './messages/visible.ts';

/** The message of a fault that names a repeated parameter, member or field. */
export const repeatedMessage = 'given more than once; expected once';

/** An object or array that is not closed yet. */
interface Open {
  /** The names of an object so far; null for an array. */
  readonly names: Set<string> | null;
  /** The name or index of the value being read. */
  step: string | number;
}

/**
 * Lists the names that an object of the JSON text has more than once, as paths such as
 * `metrics[0].name`, at most `maxPaths`. `JSON.parse` keeps the last of their values without a word.
 * Names are compared as they are read: `"a"` and `"\u0061"` are the same. `json` must be valid.
 */
export function repeatedNames(json: string, maxPaths: number): readonly string[] {
  const paths: string[] = [];
  const open: Open[] = [];
  let expectsName = false;
  const endOfString = stringEnds(json);
  // A search skips what is between, because a number or white space may be megabytes long.
  const structural = /[{}[\],"]/g;
  for (let found = structural.exec(json); found !== null; found = structural.exec(json)) {
    const { index } = found;
    const top = open.at(-1);
    switch (found[0]) {
      case '{':
        open.push({ names: new Set(), step: '' });
        expectsName = true;
        break;
      case '[':
        open.push({ names: null, step: 0 });
        expectsName = false;
        break;
      case '}':
      case ']':
        open.pop();
        expectsName = false;
        break;
      case ',':
        if (typeof top?.step === 'number') top.step += 1;
        else expectsName = true;
        break;
      case '"': {
        const end = endOfString(index);
        if (expectsName && top !== undefined && top.names !== null) {
          const name = readString(json.slice(index, end));
          top.step = name;
          if (top.names.has(name) && paths.push(pathText(open.map(({ step }) => step))) === maxPaths)
            return paths;
          top.names.add(name);
          expectsName = false;
        }
        structural.lastIndex = end;
        break;
      }
      default:
    }
  }
  return paths;
}

const quote = 0x22;
const backslash = 0x5c;

/**
 * Returns a function that returns the index after the string that begins at an index, for growing
 * indexes. A string without an escape is skipped by one search, because it may be megabytes long.
 */
function stringEnds(json: string): (start: number) => number {
  let nextEscape = 0;
  return (start) => {
    if (nextEscape !== -1 && nextEscape <= start) nextEscape = json.indexOf('\\', start);
    const end = json.indexOf('"', start + 1);
    if (end === -1) return json.length;
    if (nextEscape === -1 || end < nextEscape) return end + 1;
    for (let index = nextEscape; index < json.length; index += 1) {
      const character = json.charCodeAt(index);
      if (character === quote) return index + 1;
      if (character === backslash) index += 1;
    }
    return json.length;
  };
}

function readString(token: string): string {
  return token.includes('\\') ? (JSON.parse(token) as string) : token.slice(1, -1);
}

const maxPathLength = 100;

/** Writes the path of a value in a JSON document, such as `metrics[0].name`; a long one is cut. */
export function pathText(steps: readonly PropertyKey[]): string {
  let path = '';
  for (const step of steps) {
    if (typeof step === 'number') path += `[${step}]`;
    else path += path === '' ? String(step) : `.${String(step)}`;
    if (path.length > maxPathLength) return visible(`${path.slice(0, maxPathLength)}…`);
  }
  return visible(path);
}
