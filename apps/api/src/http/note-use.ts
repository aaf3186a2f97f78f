import type { LastUses, Principal } from '@hourglass/reports';

/** Notes that credentials were accepted. Costs no statement. */
export type NoteUse = (principal: Pick<Principal, 'organization' | 'tokenId'>) => void;

export interface NotedUses {
  readonly note: NoteUse;
  /** Writes what was noted, and stops. */
  close(): Promise<void>;
}

export interface NotedUsesOptions {
  readonly lastUses: LastUses;
  readonly everyMs: number;
  /** Further ones are not noted until the next write. */
  readonly maxNoted: number;
  /** Called when a write failed. The uses it had are lost; the next request notes them again. */
  readonly onError: (error: unknown) => void;
}

/**
 * Keeps the times of last use without a write per request: each organization and token is written at
 * most once in `everyMs`, all in two statements.
 */
export function createNotedUses({ lastUses, everyMs, maxNoted, onError }: NotedUsesOptions): NotedUses {
  const organizations = new Set<string>();
  const tokenIds = new Set<string>();

  async function write(): Promise<void> {
    if (organizations.size === 0) return;
    const uses = { organizations: [...organizations], tokenIds: [...tokenIds] };
    organizations.clear();
    tokenIds.clear();
    await lastUses.record(uses).catch(onError);
  }

  const timer = setInterval(() => void write(), everyMs);
  timer.unref();
  return {
    note({ organization, tokenId }) {
      if (organizations.size < maxNoted) organizations.add(organization);
      if (tokenId !== null && tokenIds.size < maxNoted) tokenIds.add(tokenId);
    },
    async close() {
      clearInterval(timer);
      await write();
    },
  };
}
