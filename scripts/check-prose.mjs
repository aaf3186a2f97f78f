// npm run check:prose [-- folders]: finds words that docs/glossary.md replaces by others, in comments, messages, help
// texts, test names and documents, and documents that have grown too long to read.
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { documentFaults } from './prose/document-faults.mjs';
import { documentProse, markedComments } from './prose/document-prose.mjs';
import { sourceProse } from './prose/source-prose.mjs';
import { vocabularyFaults } from './prose/vocabulary.mjs';
import { reportFailure } from './report-failure.mjs';

const root = path.join(import.meta.dirname, '..');

// Applied migrations keep their bytes, because databases record their checksums. The vocabulary and its test quote its words.
const exempt = /^prisma\/migrations\/|^scripts\/prose\/vocabulary\.mjs$|^test\/prose\.test\.ts$/;

await reportFailure(async () => {
  const listed = execFileSync('git', ['ls-files', '-z', '--', ...process.argv.slice(2)], { cwd: root });
  const files = listed
    .toString()
    .split('\0')
    .filter((file) => file !== '' && !exempt.test(file));
  const faults = [];
  for (const file of files) {
    for (const { line, message } of await faultsIn(file)) faults.push(`${file}:${line}: ${message}`);
  }
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) throw new Error(`${faults.length} faults of prose in ${files.length} files`);
});

async function faultsIn(file) {
  const read = async () => await readFile(path.join(root, file), 'utf8');
  if (/\.[cm]?[jt]s$/.test(file)) return vocabularyFaults(sourceProse(file, await read()));
  if (file.endsWith('.md')) {
    const source = await read();
    return [...vocabularyFaults(documentProse(source)), ...documentFaults(file, source)];
  }
  const hasMarkedComments = /\.(?:prisma|ya?ml|sh|example)$|^Dockerfile$|^\.ci\/run$/.test(file);
  return hasMarkedComments ? vocabularyFaults(markedComments(await read())) : [];
}
