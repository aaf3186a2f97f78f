import { createHash } from 'node:crypto';
import { invalidRequest, type AuditPosition, type ListPosition } from '@hourglass/reports';
import { z } from 'zod';

const queryPosition = z.tuple([z.int().min(0).max(8_640_000_000_000_000), z.uuid()]);
const batchPosition = z.tuple([z.string().regex(/^\d{1,18}$/)]);
const auditPosition = z.tuple([z.int().min(0).max(8_640_000_000_000_000), z.string().regex(/^\d{1,18}$/)]);
/** Ids of records have at most the bytes of an index entry. PostgreSQL accepts neither NUL nor halves of pairs. */
const namePosition = z.tuple([
  z
    .string()
    .max(4096)
    .regex(/^[^\0\p{Surrogate}]*$/u),
]);
const rowPosition = z.tuple([z.int().min(0)]);
const tokenParts = z.tuple([z.unknown(), z.string()]);

/**
 * Encodes the position after which the next page begins, with a digest of the list's criteria. It
 * is neither secret nor a permission: a forged token only starts elsewhere in the caller's own
 * list.
 */
export function pageToken({ createdAt, id }: ListPosition, listed: object): string {
  return encode([createdAt.getTime(), id], listed);
}

/** @throws ReportError `request.invalid` for a token that this list did not return */
export function positionOf(token: string, listed: object): ListPosition {
  const [createdAtMs, id] = decode(token, queryPosition, listed);
  return { createdAt: new Date(createdAtMs), id };
}

/** Like `pageToken`, for a list of batches. */
export function batchPageToken(seq: bigint, listed: object): string {
  return encode([String(seq)], listed);
}

/** @throws ReportError `request.invalid` for a token that this list did not return */
export function batchSeqOf(token: string, listed: object): bigint {
  const [seq] = decode(token, batchPosition, listed);
  return BigInt(seq);
}

/** Like `pageToken`, for the audit log. */
export function auditPageToken({ at, id }: AuditPosition, listed: object): string {
  return encode([at.getTime(), id], listed);
}

/** @throws ReportError `request.invalid` for a token that this list did not return */
export function auditPositionOf(token: string, listed: object): AuditPosition {
  const [atMs, id] = decode(token, auditPosition, listed);
  return { at: new Date(atMs), id };
}

/** Like `pageToken`, for a list by name. */
export function namePageToken(name: string, listed: object): string {
  return encode([name], listed);
}

/** @throws ReportError `request.invalid` for a token that this list did not return */
export function nameAfter(token: string, listed: object): string {
  const [name] = decode(token, namePosition, listed);
  return name;
}

/** Like `pageToken`, for the rows of a result: the number of rows before the page. */
export function rowPageToken(skippedRows: number, listed: object): string {
  return encode([skippedRows], listed);
}

/** @throws ReportError `request.invalid` for a token that this list did not return */
export function skippedRowsOf(token: string, listed: object): number {
  const [skippedRows] = decode(token, rowPosition, listed);
  return skippedRows;
}

function encode(position: readonly unknown[], listed: object): string {
  return Buffer.from(JSON.stringify([position, digest(listed)])).toString('base64url');
}

/** @throws ReportError `request.invalid` */
function decode<Position>(token: string, schema: z.ZodType<Position>, listed: object): Position {
  const parts = tokenParts.safeParse(parse(token));
  const position = schema.safeParse(parts.data?.[0]);
  if (!position.success || parts.data?.[1] !== digest(listed)) {
    const message = 'expected the nextPageToken of a response to the same parameters';
    throw invalidRequest([{ field: 'pageToken', message }]);
  }
  return position.data;
}

function digest(listed: object): string {
  return createHash('sha256').update(JSON.stringify(listed)).digest('base64url').slice(0, 16);
}

function parse(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}
