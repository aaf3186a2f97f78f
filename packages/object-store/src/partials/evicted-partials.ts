/** A kept partial, as the choice of those to delete sees it. */
export interface KeptPartial {
  readonly path: string;
  readonly bytes: number;
  /** Facts that reports need not read because of it. */
  readonly facts: number;
  readonly usedMs: number;
}

/**
 * Returns the partials to delete so that at most `maxBytes` are left: first those that spare the fewest
 * facts for each byte and for the time since their last use.
 */
export function evictedPartials(
  kept: readonly KeptPartial[],
  { maxBytes, nowMs }: { readonly maxBytes: number; readonly nowMs: number },
): readonly KeptPartial[] {
  const cost = ({ bytes, facts, usedMs }: KeptPartial) => (bytes * Math.max(1, nowMs - usedMs)) / facts;
  let bytesLeft = kept.reduce((sum, { bytes }) => sum + bytes, 0);
  const evicted: KeptPartial[] = [];
  for (const partial of kept.toSorted((one, other) => cost(other) - cost(one))) {
    if (bytesLeft <= maxBytes) break;
    evicted.push(partial);
    bytesLeft -= partial.bytes;
  }
  return evicted;
}
