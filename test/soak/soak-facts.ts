import type { ContractClient } from '@hourglass/testing';

const proxies = 20;
const fixedStartMs = Date.UTC(2026, 2, 1);
const batchFacts = 500;
/** Large enough to become a segment directly, with `soakSettings`. */
const largeBatchFacts = 6_000;
const largeBatchEvery = 10;
/** Facts of a round lie in one hour, so that a report of a round reads few facts however long the soak is. */
const roundStartMs = Date.UTC(2026, 3, 1);
const hourMs = 3_600_000;

/** Seals after two seconds and merges small segments, so that both happen all the time. */
export const soakSettings = {
  HOURGLASS_BULK_BATCH_ROWS: '5000',
  HOURGLASS_SEAL_AFTER_SECONDS: '2',
  HOURGLASS_SEGMENT_FACTS: '200000',
};

/** A range and the sums of calls that a report or statistics of it may have, by proxy. */
export interface Question {
  readonly startMs: number;
  readonly endExclusiveMs: number;
  /** Called with the answer. Returns what is wrong, or null. */
  check(calls: ReadonlyMap<string, number>): string | null;
}

export async function storeFixedFacts(client: ContractClient, count: number): Promise<void> {
  for (let first = 0; first < count; first += largeBatchFacts) {
    const facts = Array.from({ length: Math.min(largeBatchFacts, count - first) }, (_, index) => ({
      timestamp: fixedStartMs + ((first + index) % 86_400) * 1000,
      apiproxy: `proxy-${(first + index) % proxies}`,
      message_count: 1 + ((first + index) % 3),
    }));
    await client.sendFacts(facts);
  }
}

export function askFixedFacts(count: number): Question {
  const expected = new Map<string, number>();
  for (let index = 0; index < count; index += 1) {
    const proxy = `proxy-${index % proxies}`;
    expected.set(proxy, (expected.get(proxy) ?? 0) + 1 + (index % 3));
  }
  const sorted = (calls: ReadonlyMap<string, number>) =>
    [...calls]
      .map(([proxy, sum]) => `${proxy} ${sum}`)
      .toSorted()
      .join(', ');
  return {
    startMs: fixedStartMs,
    endExclusiveMs: fixedStartMs + 24 * hourMs,
    check: (calls) =>
      sorted(calls) === sorted(expected)
        ? null
        : `fixed facts: ${sorted(calls)}; expected ${sorted(expected)}`,
  };
}

interface Round {
  readonly startMs: number;
  /** Facts of the round after each of its batches that was sent. */
  readonly totals: number[];
  acknowledged: number;
}

/**
 * Sends batches one after the other. An answer is right if it has the facts of whole batches: at
 * least those acknowledged before its question, at most those sent before it arrived.
 */
export function createRounds(client: ContractClient) {
  let round: Round = { startMs: roundStartMs, totals: [0], acknowledged: 0 };
  let batches = 0;
  return {
    next(): void {
      round = { startMs: round.startMs + hourMs, totals: [0], acknowledged: 0 };
    },
    async sendBatch(): Promise<void> {
      batches += 1;
      const count = batches % largeBatchEvery === 0 ? largeBatchFacts : batchFacts;
      const sent = round;
      const facts = Array.from({ length: count }, (_, index) => ({
        timestamp: sent.startMs + (index % 3_600) * 1000,
        apiproxy: 'round',
        message_count: 1,
      }));
      sent.totals.push((sent.totals.at(-1) ?? 0) + count);
      await client.sendFacts(facts);
      sent.acknowledged += 1;
    },
    ask(): Question {
      const { startMs, totals, acknowledged } = round;
      return {
        startMs,
        endExclusiveMs: startMs + hourMs,
        check(calls) {
          const found = calls.get('round') ?? 0;
          const allowed = totals.slice(acknowledged);
          return calls.size <= 1 && allowed.includes(found)
            ? null
            : `facts of batches: ${found}; expected one of ${allowed.join(', ')}`;
        },
      };
    },
  };
}
