import type { HotFacts, SegmentStore } from '@hourglass/facts';
import {
  batchSeqColumn,
  compileFilledColumns,
  compileSealCopy,
  factRowColumns,
  sealedColumns,
  valueColumns,
} from '@hourglass/query';
import type { ClientBase } from 'pg';
import type { Scoped } from '../../connection/scoped-pool.ts';
import { inTransaction } from '../../connection/transaction.ts';
import { setLocalSettings, copyToFile } from '../copy-to-file.ts';

/** All statements see the same facts. `seal` detects facts that are moved or deleted afterwards. */
export function copyHotFacts(
  scoped: Scoped,
  hot: HotFacts,
  { path, signal }: { readonly path: string; readonly signal: AbortSignal },
): ReturnType<SegmentStore['copyHotFacts']> {
  const { dataset } = hot;
  return inTransaction(
    scoped,
    async (client) => {
      if ((await countHotFactsOf(client, hot)) !== hot.facts) return null;
      const possible = valueColumns(sealedColumns(dataset));
      const filled = compileFilledColumns(dataset, possible, hot);
      await setLocalSettings(client, filled.settings);
      const { rows } = await client.query<boolean[]>({ text: filled.sql, rowMode: 'array' });
      const values = possible.filter((_, index) => rows[0]?.[index] === true);
      const columns = factRowColumns([batchSeqColumn, ...values]);
      const facts = await copyToFile(client, compileSealCopy(dataset, columns, hot).sql, path, signal);
      return { facts, columns };
    },
    { begin: 'begin isolation level repeatable read read only', signal },
  );
}

async function countHotFactsOf(client: ClientBase, { batchSeqs }: HotFacts): Promise<number> {
  const { rows } = await client.query<{ facts: string }>(
    'select coalesce(sum(accepted - deleted), 0) as facts from batches where seq = any($1) and hot',
    [batchSeqs],
  );
  return Number(rows[0]?.facts);
}
