/**
 * The roles of PostgreSQL that API and worker assume. Each has the least grants for its part of the
 * work, and policies restrict the rows that it sees. They cannot log in.
 */
export const databaseRoles = [
  /** The API, for one environment. */
  'hourglass_api',
  /** The API, for one organization and its environments: administration. */
  'hourglass_api_accounts',
  /** The API, before the caller is known: reads of credentials, names and polled queries. */
  'hourglass_api_reads',
  /** The API, for all tenants: overviews of operators, times of last use, sign-ins. */
  'hourglass_api_global',
  /** The worker, for all tenants: claims and periodic jobs. It sees no facts. */
  'hourglass_worker',
  /** The worker, for one environment: its facts and segments. */
  'hourglass_worker_facts',
] as const;

export type DatabaseRole = (typeof databaseRoles)[number];

/** The roles in which a process runs the statements of each kind of scope. */
export interface ProcessRoles {
  /** The role of a connection from its start. */
  readonly base: DatabaseRole;
  readonly environment: DatabaseRole;
  readonly organization: DatabaseRole;
  readonly requests: DatabaseRole;
  readonly everyTenant: DatabaseRole;
}

export type ProcessKind = 'api' | 'worker' | 'owner';

/** Null: the process keeps the role of its user, the owner of the tables: policies do not apply. */
export const processRoles: Readonly<Record<ProcessKind, ProcessRoles | null>> = {
  api: {
    base: 'hourglass_api',
    environment: 'hourglass_api',
    organization: 'hourglass_api_accounts',
    requests: 'hourglass_api_reads',
    everyTenant: 'hourglass_api_global',
  },
  worker: {
    base: 'hourglass_worker',
    environment: 'hourglass_worker_facts',
    organization: 'hourglass_worker',
    requests: 'hourglass_worker',
    everyTenant: 'hourglass_worker',
  },
  owner: null,
};
