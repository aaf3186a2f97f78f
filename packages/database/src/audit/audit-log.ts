import type { AuditLog } from '@hourglass/reports';
import type { Pool } from 'pg';
import { servedByDatabase } from '../connection/database-errors.ts';
import { sql } from '../connection/sql.ts';
import { insertedEvent } from './insert-audit-event.ts';

export function createAuditLog(pool: Pool): AuditLog {
  return {
    record: (event) =>
      servedByDatabase(async () => {
        await pool.query(sql`select ${insertedEvent(event)}`);
      }),
  };
}
