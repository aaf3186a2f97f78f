import { createHash } from 'node:crypto';
import { invalidRequest, type ListPosition } from '@hourglass/reports';
import { z } from 'zod';

const tokenParts = z.tuple([z.int().min(0).max(8_640_000_000_000_000), z.uuid(), z.string()]);

/**
 * Encodes the position after which the next page begins, with a digest of the list's criteria. It
 * is neither secret nor a permission: a forged token only starts elsewhere in the caller's own
 * list.
 */
export function pageToken({ createdAt, id }: ListPosition, listed: object): string {
  return Buffer.from(JSON.stringify([createdAt.getTime(), id, digest(listed)])).toString('base64url');
}

/** @throws ReportError `request.invalid` for a token that this list did not return */
export function positionOf(token: string, listed: object): ListPosition {
  const parts = tokenParts.safeParse(parse(token));
  if (!parts.success || parts.data[2] !== digest(listed)) {
    const message = 'expected the nextPageToken of a response to the same parameters';
    throw invalidRequest([{ field: 'pageToken', message }]);
  }
  const [createdAtMs, id] = parts.data;
  return { createdAt: new Date(createdAtMs), id };
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
