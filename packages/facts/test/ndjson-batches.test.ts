import { catalogue, factsTarget, type Dataset } from '@hourglass/query';
import { unlimitedBatchSpace } from '@hourglass/testing';
import { describe, expect, test } from 'vitest';
import { acceptBatch } from '../src/batch/accept-batch.ts';
import { toFileLine, makeNdjsonBatches } from '../src/formats/ndjson-batches.ts';
import { readFacts } from '../src/formats/read-facts.ts';
import { collect, inChunks } from './chunked.ts';
import { MemoryFactStore } from './memory-fact-store.ts';

const dataset = catalogue.get('api') as Dataset;
const logLine = '10.0.0.1 - - [17/May/2015:10:05:03 +0000] "GET /a HTTP/1.1" 200 5 "-" "curl/7.0"';

describe('batches of an import', () => {
  test('contain every readable row once, in order, with its line of the file', async () => {
    const file = '{"a":1}\n\n{"a":2}\nnonsense\n{"a":3}\n{"a":4}\n{"a":5}\n';
    const facts = readFacts(inChunks(file, [3]), { format: 'ndjson' });
    const batches = await collect(makeNdjsonBatches(facts, { maxRows: 2 }));
    expect(batches.map((batch) => batch.body)).toEqual([
      '{"a":1}\n{"a":2}\n',
      '{"a":3}\n{"a":4}\n',
      '{"a":5}\n',
    ]);
    expect(batches.map((batch) => batch.fileLines)).toEqual([[1, 3], [5, 6], [7]]);
    expect(batches.flatMap((batch) => batch.faults.map((fault) => fault.line))).toEqual([4]);
  });

  test('are bounded if rows are long or unreadable', async () => {
    const long = `${JSON.stringify({ a: 'x'.repeat(1000) })}\n`.repeat(10);
    const facts = readFacts(inChunks(long), { format: 'ndjson' });
    const batches = await collect(makeNdjsonBatches(facts, { maxRows: 100, maxChars: 3000 }));
    expect(batches.map((batch) => batch.fileLines.length)).toEqual([3, 3, 3, 1]);

    const rubbish = readFacts(inChunks(`${logLine}\n${'rubbish\n'.repeat(5)}`), {
      format: 'combined',
      proxy: null,
    });
    const faulty = await collect(makeNdjsonBatches(rubbish, { maxRows: 2 }));
    expect(faulty.map((batch) => [batch.fileLines.length, batch.faults.length])).toEqual([
      [1, 2],
      [0, 2],
      [0, 1],
    ]);
  });

  test('convert the line of a fault in the body to the line of the file', async () => {
    const file =
      'timestamp,apiproxy,response_size\n2026-11-22,"two\nlines",1\n\n2026-11-22,b,many\n2026-11-22,c,-1\n';
    const facts = readFacts(inChunks(file), { format: 'csv', target: factsTarget(dataset) });
    const [batch] = await collect(makeNdjsonBatches(facts, { maxRows: 100 }));
    if (batch === undefined) throw new Error('no batch');
    const answer = await acceptBatch(inChunks(batch.body), {
      identity: { environmentId: 1, target: factsTarget(dataset), id: 'b' },
      store: new MemoryFactStore(),
      ...unlimitedBatchSpace('/nonexistent'),
      onError: 'refuse',
      times: { earliestMs: 0, latestMs: Date.UTC(2026, 10, 24) },
      signal: new AbortController().signal,
    });
    const faults = answer.kind === 'refused' ? answer.faults : [];
    expect(faults.map((fault) => toFileLine(fault, batch))).toEqual([
      { line: 5, field: 'response_size', message: expect.stringContaining('"many"') as string },
    ]);
  });

  test('of a log pass the row checker', async () => {
    const file = `${logLine}\n${logLine.replace('GET /a HTTP/1.1', String.raw`\x16\x03`)}\n`;
    const facts = readFacts(inChunks(file), { format: 'combined', proxy: { kind: 'path', segment: 1 } });
    const [batch] = await collect(makeNdjsonBatches(facts, { maxRows: 100 }));
    const answer = await acceptBatch(inChunks(batch?.body ?? ''), {
      identity: { environmentId: 1, target: factsTarget(dataset), id: 'b' },
      store: new MemoryFactStore(),
      ...unlimitedBatchSpace('/nonexistent'),
      onError: 'refuse',
      times: { earliestMs: 0, latestMs: Date.UTC(2026, 10, 24) },
      signal: new AbortController().signal,
    });
    expect(answer).toMatchObject({ kind: 'accepted', accepted: 2 });
  });
});
