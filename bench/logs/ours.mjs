import { createReadStream } from 'node:fs';
import { makeNdjsonBatches, readFacts } from '@hourglass/facts/formats';
import { reportReading } from './report-reading.mjs';

await reportReading(async (file) => {
  let [rows, chars] = [0, 0];
  const facts = readFacts(createReadStream(file), {
    format: 'combined',
    proxy: { kind: 'path', segment: 1 },
  });
  for await (const { body, fileLines } of makeNdjsonBatches(facts, { maxRows: 50_000 })) {
    rows += fileLines.length;
    chars += body.length;
  }
  return { rows, chars };
}, process.argv[2]);
