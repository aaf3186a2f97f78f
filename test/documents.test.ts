import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { repositoryRoot } from '@hourglass/testing';

const documents = [
  ...readdirSync(repositoryRoot).filter((name) => name.endsWith('.md')),
  ...readdirSync(path.join(repositoryRoot, 'docs'), { encoding: 'utf8', recursive: true })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** Names, without folders, of the sources of all packages and apps. */
const sourceFiles = new Set(
  ['packages', 'apps']
    .flatMap((folder) =>
      readdirSync(path.join(repositoryRoot, folder)).map((name) => `${folder}/${name}/src`),
    )
    .filter((folder) => existsSync(path.join(repositoryRoot, folder)))
    .flatMap((folder) =>
      readdirSync(path.join(repositoryRoot, folder), { encoding: 'utf8', recursive: true }),
    )
    .map((file) => path.basename(file)),
);

describe.each(documents)('%s', (document) => {
  const text = readFileSync(path.join(repositoryRoot, document), 'utf8');

  test('names files, folders and commands that exist', () => {
    const paths = [...text.matchAll(/`((?:apps|packages|scripts|prisma|test|bench|docs)\/[\w./-]+)`/g)];
    const missing = paths
      .map(([, name]) => name ?? '')
      .filter((name) => !existsSync(path.join(repositoryRoot, name)));
    const { scripts } = JSON.parse(readFileSync(path.join(repositoryRoot, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const names = [...text.matchAll(/`([\w-]+\.ts)`/g)].map(([, name]) => name ?? '');
    missing.push(...names.filter((name) => !sourceFiles.has(name)));
    const commands = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name ?? '');
    expect([...missing, ...commands.filter((name) => !(name in scripts))]).toEqual([]);
  });
});

test('Every row of the threat model names its test', () => {
  const text = readFileSync(path.join(repositoryRoot, 'docs/operate/threat-model.md'), 'utf8');
  const [, , ...rows] = text.split('\n').filter((line) => line.startsWith('|'));
  const tests = rows.map((row) => row.split('|').at(-2)?.trim() ?? '');
  expect(rows.length).toBeGreaterThan(20);
  // The files that they name exist, as in every document.
  for (const cell of tests) expect(cell).toMatch(/^`[\w./-]+\.(?:test\.ts|mjs)`/);
});
