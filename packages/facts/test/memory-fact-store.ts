import type {
  AcceptedBatch,
  BatchIdentity,
  BatchWriter,
  EncodedRows,
  FactStore,
} from '../src/batch/fact-store.ts';

/** The calls of the store, in order. */
export type StoreCall = 'open' | `write ${number}` | 'commit' | 'rollback';

/**
 * Implements the port in memory. Batches become visible at commit, and calls on a closed writer are
 * errors.
 */
export class MemoryFactStore implements FactStore {
  readonly calls: StoreCall[] = [];
  readonly batches = new Map<string, AcceptedBatch>();
  /** Each has the cells of a fact from the first one on. */
  readonly copyLines: string[] = [];
  private readonly onCall: (call: StoreCall) => void;

  /** `onCall` may throw, to simulate a failing database. */
  constructor(onCall: (call: StoreCall) => void = () => {}) {
    this.onCall = onCall;
  }

  async findBatch({ id }: BatchIdentity): Promise<AcceptedBatch | null> {
    return Promise.resolve(this.batches.get(id) ?? null);
  }

  async storeTogether(): Promise<'apart'> {
    return Promise.resolve('apart');
  }

  async reserveBatch(): Promise<string> {
    return Promise.resolve('7');
  }

  async openBatch({ id }: BatchIdentity): Promise<{ writer: BatchWriter } | { accepted: AcceptedBatch }> {
    this.record('open');
    const accepted = this.batches.get(id);
    if (accepted !== undefined) return { accepted };
    const pending: string[] = [];
    let isOpen = true;
    const called = (call: StoreCall): void => {
      if (!isOpen) throw new Error(`${call} after the end of the transaction`);
      this.record(call);
    };
    return {
      writer: {
        batchSeq: '7',
        write: async (rows) => {
          await Promise.resolve();
          called(`write ${rows.count}`);
          pending.push(...allCells(rows));
        },
        commit: async (batch) => {
          await Promise.resolve();
          called('commit');
          isOpen = false;
          this.copyLines.push(...pending);
          this.batches.set(id, { id, ...batch });
        },
        rollback: async () => {
          await Promise.resolve();
          called('rollback');
          isOpen = false;
        },
      },
    };
  }

  private record(call: StoreCall): void {
    this.calls.push(call);
    this.onCall(call);
  }
}

/** Puts the cells of the lines in their places. The others are null. */
function allCells({ lines, cells }: EncodedRows): readonly string[] {
  const text = lines.toString();
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const places = Array.from({ length: Math.max(...cells) + 1 }, () => '\\N');
      for (const [index, value] of line.split('\t').entries()) places[cells[index] ?? 0] = value;
      return `${places.join('\t')}\n`;
    });
}
