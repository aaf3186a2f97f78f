import type { EncodedRow } from '../src/batch/fact-store.ts';

/** Joins the cells of a row to a line of `COPY`. */
export function copyLineOf({ cells }: EncodedRow): string {
  return `${cells.join('\t')}\n`;
}

const unescaped: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** Decodes one line of `COPY … (FORMAT text)` by the rules in PostgreSQL's manual. */
export function decodeCopyLine(line: string): (string | null)[] {
  if (!line.endsWith('\n')) throw new Error('the line has no end');
  const cells: (string | null)[] = [];
  let cell = '';
  let isNull = false;
  for (let index = 0; index < line.length - 1; index += 1) {
    const character = line.charAt(index);
    if (character === '\n' || character === '\r') throw new Error('a line end inside of the line');
    if (character === '\t') {
      cells.push(isNull ? null : cell);
      cell = '';
      isNull = false;
    } else if (character === '\\') {
      index += 1;
      const escaped = line.charAt(index);
      if (escaped === 'N') isNull = true;
      else cell += unescaped[escaped] ?? escaped;
    } else {
      cell += character;
    }
  }
  cells.push(isNull ? null : cell);
  return cells;
}
