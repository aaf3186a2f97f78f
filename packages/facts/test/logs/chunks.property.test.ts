import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { UnfinishedLine } from '../../src/formats/raw-fact.ts';
import { importFormats, readFacts } from '../../src/formats/read-facts.ts';
import { chunkSizes, collectRows, inChunks } from '../chunked.ts';

const seed = Number(process.env['SEED'] ?? randomInt(2 ** 31));
console.log(`seed ${seed}; repeat with SEED=${seed}`);

const combined = '192.0.2.10 - - [22/Nov/2026:10:02:11 +0000] "GET /é?x=1 HTTP/1.1" 200 5 "-" "curl/8.5.0"';
const line = fc.oneof(
  { weight: 4, arbitrary: fc.constant(combined) },
  fc.constant(`${combined} 0.120`),
  fc.constant(`web-1  | ${combined}`),
  fc.constant('{"msec":1763805600.123,"request_uri":"/a","status":200}'),
  fc.constant(combined.replace('22/Nov', '31/Nov')),
  fc.constantFrom('', 'rubbish', '{}', '{"a":1}', '{"a":'),
);
const file = fc
  .tuple(fc.array(line, { maxLength: 130 }), fc.constantFrom('\n', '\r\n'), fc.boolean())
  .map(([lines, end, isEnded]) => lines.join(end) + (isEnded ? end : ''));
const format = fc.constantFrom(...importFormats.filter((name) => name !== 'csv'));

async function read(text: string, name: (typeof importFormats)[number], sizes: readonly number[]) {
  const chosen: string[] = [];
  const unfinished: UnfinishedLine[] = [];
  const options = name === 'ndjson' ? { format: name } : { format: name as 'auto', proxy: null };
  const facts = await collectRows(
    readFacts(inChunks(text, sizes), options, {
      onFormat: (format) => chosen.push(format),
      onUnfinished: (line) => unfinished.push(line),
    }),
  );
  return { facts, chosen, unfinished };
}

test('facts, faults and notices of a log are the same, however its bytes arrive', async () => {
  await fc.assert(
    fc.asyncProperty(file, format, chunkSizes, async (text, name, sizes) => {
      expect(await read(text, name, sizes)).toEqual(await read(text, name, [text.length * 2 + 1]));
    }),
    { seed, numRuns: 100 },
  );
});
