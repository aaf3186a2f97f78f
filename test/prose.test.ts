import { describe, expect, test } from 'vitest';

interface Piece {
  readonly kind: string;
  readonly text: string;
  readonly line: number;
}
interface Fault {
  readonly line: number;
  readonly message: string;
}

/** The checks are plain JavaScript without declarations. */
async function proseModule<Module>(name: string): Promise<Module> {
  return (await import(new URL(`../scripts/prose/${name}.mjs`, import.meta.url).href)) as Module;
}
const { sourceProse } = await proseModule<{ sourceProse: (file: string, source: string) => Piece[] }>(
  'source-prose',
);
const { documentProse } = await proseModule<{ documentProse: (source: string) => Piece[] }>('document-prose');
const { vocabularyFaults } = await proseModule<{ vocabularyFaults: (pieces: Piece[]) => Fault[] }>(
  'vocabulary',
);
const { documentFaults } = await proseModule<{ documentFaults: (file: string, source: string) => Fault[] }>(
  'document-faults',
);

const linesOf = (faults: Fault[]) => faults.map(({ line }) => line);

describe('the check of prose', () => {
  test('reads comments, messages and test names, and no code', () => {
    const source = [
      '/** Returns the row. */',
      'const who = read(`the ${kind} of a row`);',
      '// One comment',
      '// on two lines.',
      "test('keeps every row', () => run('who'));",
    ].join('\n');
    expect(sourceProse('a.ts', source)).toEqual([
      { kind: 'comment', text: 'Returns the row.', line: 1 },
      { kind: 'comment', text: 'One comment\n on two lines.', line: 3 },
      { kind: 'text', text: ' of a row', line: 2 },
      { kind: 'text', text: 'keeps every row', line: 5 },
    ]);
  });

  test('finds a word that the glossary replaces, on its line', () => {
    const comment = { kind: 'comment', text: 'Returns the row\nwho claimed it.', line: 7 };
    expect(vocabularyFaults([comment])).toEqual([
      { line: 8, message: expect.stringMatching(/^"who"; expected: /) },
    ]);
  });

  test('refuses a comment that begins with "Of" or "What", but not a title', () => {
    const begins = (kind: string) => vocabularyFaults([{ kind, text: 'What happens on a crash', line: 1 }]);
    expect(linesOf(begins('comment'))).toEqual([1]);
    expect(begins('document')).toEqual([]);
  });

  test('passes over code in documents', () => {
    const document = ['Ask `who` first.', '```', 'who', '```', 'Nobody answers.'].join('\n');
    expect(linesOf(vocabularyFaults(documentProse(document)))).toEqual([5]);
  });

  test('refuses a table cell over 120 characters and a document over 400 lines', () => {
    const row = (characters: number) => `| ${'x'.repeat(characters)} | short |`;
    expect(linesOf(documentFaults('docs/a.md', `${row(120)}\n${row(121)}`))).toEqual([2]);
    expect(documentFaults('docs/a.md', 'line\n'.repeat(400))).toEqual([]);
    expect(linesOf(documentFaults('docs/a.md', 'line\n'.repeat(401)))).toEqual([400]);
  });
});
