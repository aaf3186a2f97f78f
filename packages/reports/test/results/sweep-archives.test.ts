import { expect, test } from 'vitest';
import { testEvent } from '@hourglass/testing';
import { archiveKeyOf } from '../../src/results/archive-key.ts';
import type { IncompleteObject } from '../../src/results/object-store.ts';
import { sweepArchives } from '../../src/results/sweep-archives.ts';
import { MemoryQueries } from '../queries/query-life/memory-queries.ts';
import { planOf, terms } from '../queries/query-life/world.ts';

const idOf = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

test('an incomplete upload is kept only while its attempt runs, even under the key of a result', async () => {
  const memory = new MemoryQueries(() => 0);
  const [running, completed] = [idOf(1), idOf(2)];
  for (const id of [running, completed]) {
    memory.submit({ id, plan: planOf('acme'), submittedBy: '', audit: testEvent });
    memory.claim(id, terms);
  }
  const keyOf = (id: string, attempt = 1) => archiveKeyOf({ id, attempt, plan: planOf('acme') });
  const archiveKey = keyOf(completed);
  memory.complete(completed, 1, {
    archiveKey,
    archiveBytes: 1,
    archiveMd5: '',
    rows: 1,
    rowsScanned: 1,
    gzipBytes: 1,
    watermark: null,
    resultTtlSeconds: 60,
  });
  const ofEarlierVersion = `archives/${idOf(4)}/1/OfflineQueryResult-${idOf(4)}.zip`;
  const stored = new Set([keyOf(running), archiveKey, keyOf(idOf(3)), ofEarlierVersion, 'archives/unknown']);
  const open = new Set([keyOf(running), archiveKey, keyOf(idOf(3))]);
  const swept = await sweepArchives({
    queries: { orphanedWork: (works) => Promise.resolve(memory.orphanedWork(works)) },
    objects: {
      delete: (key) => Promise.resolve(void stored.delete(key)),
      async *list() {
        for (const key of stored) yield { key, bytes: 1 };
      },
      async *listIncomplete() {
        for (const key of open) {
          const discard: IncompleteObject['discard'] = () => Promise.resolve(void open.delete(key));
          yield { key, discard };
        }
      },
    },
  });
  expect(swept).toBe(4);
  expect([...stored]).toEqual([keyOf(running), archiveKey, 'archives/unknown']);
  expect([...open]).toEqual([keyOf(running)]);
});
