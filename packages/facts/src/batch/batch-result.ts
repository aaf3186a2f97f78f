import type { RowFormat } from '../check/row-format.ts';
import type { RowFault } from '../formats/raw-fact.ts';
import { BatchReader } from './batch-reader.ts';
import type { AcceptedBatch } from './fact-store.ts';

export type BatchResult =
  | {
      readonly kind: 'accepted';
      readonly batch: string;
      /** Whether the batch was accepted before, and nothing was stored now. */
      readonly repeated: boolean;
      readonly accepted: number;
      readonly rejected: number;
      readonly faults: readonly RowFault[];
    }
  | { readonly kind: 'refused'; readonly faults: readonly RowFault[] }
  /** The same id was used with a different body. */
  | { readonly kind: 'conflict' };

/** The result of a batch that was stored now. */
export function acceptedBatch(id: string, { rows, accepted, faults }: BatchReader): BatchResult {
  return { kind: 'accepted', batch: id, repeated: false, accepted, rejected: rows - accepted, faults };
}

/** Counts and checks the rows of a body that may repeat an accepted batch, without keeping them. */
export async function readRepeat(body: AsyncIterable<Buffer>, format: RowFormat): Promise<BatchReader> {
  const reader = new BatchReader({ format, refuseAll: false, sink: null });
  await reader.read(body);
  return reader;
}

/** The result of a body with the id of an accepted batch: the same again, or a conflict. */
export function repeatResult(earlier: AcceptedBatch, reader: BatchReader, bodySha256: string): BatchResult {
  if (bodySha256 !== earlier.bodySha256) return { kind: 'conflict' };
  const { id, accepted } = earlier;
  return {
    kind: 'accepted',
    batch: id,
    repeated: true,
    accepted,
    rejected: reader.rows - accepted,
    faults: reader.faults,
  };
}

/** The result of a body with a fault that refuses it, or without any valid row. */
export function refusedBatch({ rows, faults }: BatchReader): BatchResult {
  const empty: RowFault = { line: 1, field: '', message: 'the body is empty; expected at least one row' };
  return { kind: 'refused', faults: rows === 0 ? [empty] : faults };
}
