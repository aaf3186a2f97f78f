import { sql, type Sql } from '../connection/sql.ts';

/** The origin of a result besides its plan and the facts. */
export interface ResultTerms {
  /** The version of this software. */
  readonly software: string;
  /** Retention of environments without their own. Null: they keep facts for ever. */
  readonly retentionDays: number | null;
}

/**
 * Returns the SQL of the text by which processes recognize results that they would make themselves. It names
 * the cluster, because transaction ids, by which snapshots are compared, mean nothing in another one, such as
 * one that was restored from a dump.
 */
export function producer({ software, retentionDays }: ResultTerms): Sql {
  const text = `${software}, retention ${retentionDays ?? 'unlimited'}, cluster `;
  return sql`(${text}::text || (select system_identifier from pg_control_system()))`;
}
