import type { ObjectStore } from '../results/object-store.ts';

export interface EndedQuery {
  readonly id: string;
  readonly archiveKey: string | null;
}

/**
 * Deleted environments and organizations, which no request finds any more, and what is left of
 * them.
 */
export interface DeletedTenants {
  /** Lists the ids of deleted environments. */
  listEnvironments(): Promise<readonly number[]>;
  /** Cancels queries and retires segments that requests in progress added after the deletion. */
  endWork(environmentId: number): Promise<void>;
  /** Lists queries that have ended, in any order. */
  listQueries(environmentId: number, limit: number): Promise<readonly EndedQuery[]>;
  deleteQueries(ids: readonly string[]): Promise<void>;
  /**
   * Deletes the oldest batches with their hot facts and records, at least one. Returns the number
   * of batches.
   */
  deleteBatches(
    environmentId: number,
    limits: { readonly maxBatches: number; readonly maxRows: number },
  ): Promise<number>;
  /**
   * Deletes the environment with its custom fields. Returns false while it has batches, queries or
   * segments, or a request still writes to it.
   */
  deleteEnvironment(environmentId: number): Promise<boolean>;
  /**
   * Deletes at most `limit` exchange rates of deleted organizations, and the organizations that
   * have none left and were deleted at least `olderThanMs` ago. Returns the number of both.
   */
  deleteOrganizationsData(olderThanMs: number, limit: number): Promise<number>;
}

export interface SweepDeletedTenantsPorts {
  readonly tenants: DeletedTenants;
  readonly objects: Pick<ObjectStore, 'delete'>;
}

export interface SweepDeletedTenantsTerms {
  /** How long the name of a deleted organization stays in use; see `deletedOrganizationMs`. */
  readonly organizationForMs: number;
  readonly signal: AbortSignal;
}

/**
 * API processes remember verified passwords for a minute, with the name of the organization. No other
 * organization may get that name before they have forgotten it.
 */
export const deletedOrganizationMs = 120_000;

const queriesPerStep = 100;
const limitsOfStep = { maxBatches: 1_000, maxRows: 200_000 } as const;
const ratesPerStep = 10_000;

/**
 * Deletes the data of deleted environments and organizations in bounded steps. Each step may be the
 * last before a crash: the next sweep continues. Segments are retired here and deleted by the sweep
 * of segments, and an environment is deleted after its last segment. Returns the number of deleted
 * environments, organizations and exchange rates.
 */
export async function sweepDeletedTenants(
  { tenants, objects }: SweepDeletedTenantsPorts,
  { organizationForMs, signal }: SweepDeletedTenantsTerms,
): Promise<number> {
  let deleted = 0;
  for (const environmentId of await tenants.listEnvironments()) {
    await tenants.endWork(environmentId);
    await deleteQueries(environmentId, { tenants, objects }, signal);
    while ((await tenants.deleteBatches(environmentId, limitsOfStep)) > 0) signal.throwIfAborted();
    if (await tenants.deleteEnvironment(environmentId)) deleted += 1;
  }
  for (;;) {
    signal.throwIfAborted();
    const handled = await tenants.deleteOrganizationsData(organizationForMs, ratesPerStep);
    deleted += handled;
    if (handled < ratesPerStep) return deleted;
  }
}

async function deleteQueries(
  environmentId: number,
  { tenants, objects }: SweepDeletedTenantsPorts,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const queries = await tenants.listQueries(environmentId, queriesPerStep);
    if (queries.length === 0) return;
    // The row is deleted last: while it exists, deleting the object is retried.
    for (const { archiveKey } of queries) if (archiveKey !== null) await objects.delete(archiveKey);
    await tenants.deleteQueries(queries.map(({ id }) => id));
  }
}
