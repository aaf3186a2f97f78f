import type { RecordSet } from '@hourglass/query';
import { escapeIdentifier } from 'pg';

/** Statements that upsert the rows of one batch into a record set's table. */
export interface RecordStatements {
  /** Creates the staging table, which is dropped on commit. */
  readonly prepare: string;
  /** Makes the COPY statement for `columns`; other columns are null. */
  readonly copy: (columns: readonly string[]) => string;
  /** $1: environment, $2: batch. The last row with a key wins. */
  readonly merge: string;
}

const incoming = escapeIdentifier('incoming_records');
const position = escapeIdentifier('incoming_position');

export function recordStatements({ table, key, columns }: RecordSet): RecordStatements {
  const names = columns.map(({ name }) => escapeIdentifier(name));
  const keyColumns = key.map(escapeIdentifier);
  const others = names.filter((name) => !keyColumns.includes(name));
  const replaced = [escapeIdentifier('batch_seq'), ...others].map((name) => `${name} = excluded.${name}`);
  const list = names.join(', ');
  return {
    prepare: `
      create temporary table ${incoming} on commit drop as
      select ${list} from ${escapeIdentifier(table)} with no data;
      alter table ${incoming} add column ${position} bigint generated always as identity`,
    copy: (names) => `copy ${incoming} (${names.map(escapeIdentifier).join(', ')}) from stdin`,
    merge: `
      insert into ${escapeIdentifier(table)} (environment_id, batch_seq, ${list})
      select $1::integer, $2::bigint, ${list}
        from (select distinct on (${keyColumns.join(', ')}) * from ${incoming}
               order by ${keyColumns.join(', ')}, ${position} desc) newest
      on conflict (environment_id, ${keyColumns.join(', ')}) do update set ${replaced.join(', ')}`,
  };
}
