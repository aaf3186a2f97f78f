import type { AuditDetails, AuditEvent } from '@hourglass/reports';
import type { Connection } from '../connection/scoped-prisma.ts';
import { sql, type Sql } from '../connection/sql.ts';

const maxTextLength = 512;
const maxListed = 10;

/** Inserts the event in the transaction of the write that it describes. */
export async function insertAuditEvent(transaction: Connection, event: AuditEvent): Promise<void> {
  await transaction.$queryRaw`select insert_audit_event(${auditJson(event)}::jsonb)`;
}

/** An expression that inserts the event within the statement of the write that it describes. */
export function insertedEvent(event: AuditEvent): Sql {
  return sql`insert_audit_event(${auditJson(event)}::jsonb)`;
}

/** The argument of the SQL function `insert_audit_event`, of bounded size. */
export function auditJson({ actor: { kind, ...actor }, object, details, ...event }: AuditEvent): string {
  return JSON.stringify({
    ...actor,
    ...event,
    actor: kind,
    object: object === null ? null : boundedText(object),
    details: boundedDetails(details),
  });
}

function boundedDetails(details: AuditDetails): AuditDetails {
  return Object.fromEntries(
    Object.entries(details).map(([name, value]) => {
      if (typeof value === 'string') return [name, boundedText(value)];
      return [name, isList(value) ? boundedList(value) : value];
    }),
  );
}

function isList(value: AuditDetails[string]): value is readonly string[] {
  return Array.isArray(value);
}

function boundedList(list: readonly string[]): readonly string[] {
  const listed = list.slice(0, maxListed).map(boundedText);
  return list.length > maxListed ? [...listed, `and ${list.length - maxListed} more`] : listed;
}

/** JSON in PostgreSQL takes neither NUL nor half a surrogate pair. */
function boundedText(text: string): string {
  const bounded = text.length > maxTextLength ? `${text.slice(0, maxTextLength - 1)}…` : text;
  return bounded.replaceAll(/\0|\p{Surrogate}/gu, '\ufffd');
}
