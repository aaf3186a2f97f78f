import {
  customFieldsColumn,
  storedColumns,
  type Catalogue,
  type ColumnType,
  type Dataset,
} from '@hourglass/query';
import { escapeIdentifier, type ClientBase } from 'pg';

const sqlTypes: Readonly<Record<ColumnType, string>> = {
  text: 'text',
  integer: 'bigint',
  decimal: 'numeric(24,6)',
  float: 'double precision',
  boolean: 'boolean',
  timestamp: 'timestamptz(3)',
};

/**
 * Creates the hot tables and columns that the database lacks, so that a new dataset, dimension or
 * metric needs no migration. Existing columns are neither changed nor dropped. Datasets made of
 * records are skipped: migrations create their tables and the view that shows them as facts.
 */
export async function createMissingHotTables(
  client: ClientBase,
  catalogue: Catalogue,
  log: (message: string) => void,
): Promise<void> {
  for (const dataset of catalogue.values()) {
    if (dataset.records.length > 0) continue;
    const present = await columnsOf(client, dataset.hotTable);
    if (present.size === 0) {
      await client.query(createTable(dataset));
      log(`created table ${dataset.hotTable}`);
      continue;
    }
    for (const { name, sqlType } of columnsOfDataset(dataset)) {
      if (present.has(name)) continue;
      const [table, column] = [dataset.hotTable, name].map(escapeIdentifier);
      await client.query(`alter table ${table} add column ${column} ${sqlType}`);
      log(`added column ${name} to table ${dataset.hotTable}`);
    }
  }
}

function createTable(dataset: Dataset): string {
  const table = escapeIdentifier(dataset.hotTable);
  const columns = columnsOfDataset(dataset).map(
    ({ name, sqlType }) => `, ${escapeIdentifier(name)} ${sqlType}`,
  );
  return `
    create table ${table} (
      environment_id integer not null, batch_seq bigint not null, "timestamp" ${sqlTypes.timestamp} not null
      ${columns.join('')}
    ) ${hotTableStorage};
    ${hotTableIndex(dataset.hotTable)}`;
}

/**
 * Facts are inserted once and soon deleted again by sealing: their space is reused after the next
 * run of autovacuum, which therefore depends on the number of deleted facts only and neither pauses
 * nor runs for facts that were only inserted.
 */
export const hotTableStorage = `with (
  autovacuum_vacuum_threshold = 50000, autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_insert_threshold = -1, autovacuum_vacuum_cost_delay = 0)`;

/** Makes the statement for the index under which reports, sealing and deletions find facts. */
export function hotTableIndex(table: string): string {
  return `create index on ${escapeIdentifier(table)} (environment_id, "timestamp")`;
}

function columnsOfDataset(dataset: Dataset): readonly { readonly name: string; readonly sqlType: string }[] {
  const stored = storedColumns(dataset).map(({ name, type }) => ({ name, sqlType: sqlTypes[type] }));
  return dataset.takesCustomFields ? [...stored, { name: customFieldsColumn, sqlType: 'jsonb' }] : stored;
}

/** Returns an empty set when the table does not exist. */
async function columnsOf(client: ClientBase, table: string): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ name: string }>(
    `select attname as name from pg_attribute
      where attrelid = to_regclass($1) and attnum > 0 and not attisdropped`,
    [escapeIdentifier(table)],
  );
  return new Set(rows.map(({ name }) => name));
}
