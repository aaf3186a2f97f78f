import type { HotFacts, SegmentStore } from '@hourglass/facts';
import {
  compileFilledColumns,
  compileSealCopy,
  factRowColumns,
  sealedColumns,
  valueColumns,
} from '@hourglass/query';
import type { Pool } from 'pg';
import { inTransaction } from '../../connection/transaction.ts';
import { setLocalSettings, copyToFile } from '../copy-to-file.ts';

/**
 * Batches are immutable, so both statements see the same facts unless they are sealed in between,
 * which `seal` detects.
 */
export function copyHotFacts(
  pool: Pool,
  hot: HotFacts,
  { path, signal }: { readonly path: string; readonly signal: AbortSignal },
): ReturnType<SegmentStore['copyHotFacts']> {
  const { dataset } = hot;
  return inTransaction(
    pool,
    async (client) => {
      const possible = valueColumns(sealedColumns(dataset));
      const filled = compileFilledColumns(dataset, possible, hot);
      await setLocalSettings(client, filled.settings);
      const { rows } = await client.query<boolean[]>({ text: filled.sql, rowMode: 'array' });
      const columns = factRowColumns(possible.filter((_, index) => rows[0]?.[index] === true));
      const facts = await copyToFile(client, compileSealCopy(dataset, columns, hot).sql, path, signal);
      return { facts, columns };
    },
    { begin: 'begin read only', signal },
  );
}
