import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { groupsFromSample } from '@hourglass/query';
import type { ReportEngine } from '@hourglass/reports';
import { temporaryFolder, type TemporaryFolder } from '@hourglass/testing';
import { createDuckDbEngine } from '../src/index.ts';
import { createKeySlices } from '../src/key-slices.ts';
import { linesOf, planOf, taskOver, taskOverMany } from './hot-facts-file.ts';

const { signal } = new AbortController();

test('slices by text are contiguous, cover all texts and count down the limit', () => {
  const boundaries = fc.uniqueArray(fc.string(), { maxLength: 5 }).map((texts) => texts.toSorted());
  fc.assert(
    fc.property(
      boundaries,
      fc.option(fc.integer({ min: 1, max: 50 })),
      fc.nat(20),
      (texts, limitRows, rows) => {
        const slices = createKeySlices({ plan: planOf({ limitRows }) }, texts);
        const ends: (string | null)[] = [];
        let after: string | null = null;
        let missing = limitRows;
        while (slices.remaining !== null) {
          const { plan, keyRange } = slices.next();
          expect(plan.limitRows).toBe(missing);
          expect(keyRange?.after).toBe(after);
          expect(slices.remaining.keyRange).toEqual({ after, atMost: null });
          expect(slices.isLast).toBe(keyRange?.atMost === null);
          after = keyRange?.atMost ?? null;
          ends.push(after);
          const written = missing === null ? rows : Math.min(rows, missing);
          if (missing !== null) missing -= written;
          slices.recordWritten(written);
        }
        if (missing === 0) expect([...texts, null].slice(0, ends.length)).toEqual(ends);
        else expect(ends).toEqual([...texts, null]);
        expect(slices.completedShare(0)).toBe(1);
      },
    ),
  );
});

test('the groups of all facts are estimated within a tenth from a sample of equally large ones', () => {
  for (const groups of [10, 1_000, 100_000, 2_000_000]) {
    // A generator of its own, so that the expected number does not come from the formula.
    let state = 1;
    const seen = new Set<number>();
    for (let fact = 0; fact < 100_000; fact += 1) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      seen.add(Math.floor((state / 2 ** 32) * groups));
    }
    const estimated = groupsFromSample({ facts: 100_000, groups: seen.size }, 50_000_000);
    expect(Math.abs(estimated / groups - 1)).toBeLessThan(0.1);
  }
  expect(groupsFromSample({ facts: 1_000, groups: 1_000 }, 50_000_000)).toBe(50_000_000);
  expect(groupsFromSample({ facts: 1_000, groups: 0 }, 50_000_000)).toBe(0);
});

describe('a report without time', () => {
  let folder: TemporaryFolder;
  let whole: ReportEngine;
  let slicing: ReportEngine;
  beforeAll(async () => {
    folder = await temporaryFolder();
    const options = { directory: folder.path, memoryMb: 512, threads: 2, maxConcurrentRuns: 1 };
    whole = createDuckDbEngine(options);
    slicing = createDuckDbEngine({ ...options, sliceFacts: 500, sampleFacts: 100 });
  });
  afterAll(() => folder.remove());

  const proxies = ['', '(not set)', '~', 'a', 'A', 'ä', '\u{1f600}', "o'brien", ...hashes(2_000)];

  test.each([null, 1, 1_200, 5_000])('has the same rows in slices, with a limit of %s', async (limitRows) => {
    const plan = planOf({ limitRows, dimensions: ['apiproxy', 'request_verb'] });
    const facts = [...proxies, null, ...proxies].map((apiproxy, index) => ({
      environment_id: 7,
      timestamp: plan.range.startMs + index,
      apiproxy,
      request_verb: index % 3 === 0 ? null : 'GET',
      message_count: index,
    }));
    const task = await taskOver(facts, { plan, directory: folder.path, signal });
    const expected = await linesOf(whole.writeRows(task));
    const sliced = await linesOf(slicing.writeRows(task));
    expect(sliced.text).toBe(expected.text);
    expect(sliced.rows.length > 1).toBe(limitRows !== 1);
  });

  test('that exceeds its memory is completed in smaller slices', async () => {
    const facts = 400_000;
    const task = await taskOverMany(facts, { plan: planOf(), directory: folder.path, signal });
    const written = await linesOf(littleMemory(folder.path).writeRows(task));
    const expected = Array.from(
      { length: facts },
      (_, n) => `{"apiproxy":"proxy ${createHash('md5').update(String(n)).digest('hex')}"`,
    ).toSorted();
    const found = written.text.split('\n').slice(0, -1);
    expect(found).toHaveLength(facts);
    expect(found.every((line, index) => line.includes(expected[index]?.slice(1) ?? 'none'))).toBe(true);
    expect(written.rows.length).toBeGreaterThan(1);
  });
});

/** An engine that cannot spill, so that it runs out of memory with many groups, and takes all facts for one slice. */
function littleMemory(directory: string): ReportEngine {
  return createDuckDbEngine({
    ...{ directory, memoryMb: 96, threads: 1, maxConcurrentRuns: 1, maxSpillMb: 1 },
    sliceFacts: 10_000_000,
  });
}

function hashes(count: number): readonly string[] {
  return Array.from({ length: count }, (_, n) => createHash('md5').update(String(n)).digest('hex'));
}
