import { randomUUID } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import type { Uses } from '@hourglass/reports';
import { createNotedUses } from '../src/http/note-use.ts';

describe('the last use of credentials', () => {
  const notedUses = ({ maxNoted = 100 } = {}) => {
    const written: Uses[] = [];
    const record = (uses: Uses) => Promise.resolve(void written.push(uses));
    const options = { lastUses: { record }, everyMs: 60_000, maxNoted, onError: vi.fn() };
    return { ...createNotedUses(options), written };
  };

  test('is written once per interval, whatever the number of requests', async () => {
    vi.useFakeTimers();
    try {
      const uses = notedUses();
      const tokenId = randomUUID();
      for (let request = 0; request < 1000; request += 1) uses.note({ organization: 'acme', tokenId });
      await vi.advanceTimersByTimeAsync(180_000);
      expect(uses.written).toEqual([{ organizations: ['acme'], tokenIds: [tokenId] }]);
      await uses.close();
    } finally {
      vi.useRealTimers();
    }
  });

  test('is kept in bounded memory, and written when the process ends', async () => {
    const uses = notedUses({ maxNoted: 10 });
    for (let request = 0; request < 1000; request += 1)
      uses.note({ organization: `acme-${request}`, tokenId: null });
    await uses.close();
    expect(uses.written[0]?.organizations).toHaveLength(10);
  });
});
