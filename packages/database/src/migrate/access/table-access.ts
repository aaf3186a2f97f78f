import type { DatabaseRole } from '../../connection/roles.ts';
import * as rows from './row-rules.ts';

/** The access of a role to a table. */
export interface TableAccess {
  /** Each is like `select` or, for some columns, `select (id, name)`. */
  readonly verbs: readonly string[];
  /** The condition of its policy. Null: the table has no rows of tenants, and no policies. */
  readonly rows: string | null;
}

export type AccessByRole = Partial<Readonly<Record<DatabaseRole, TableAccess>>>;

function may(verbs: string, condition: string | null): TableAccess {
  // Splits at commas outside of the parentheses of columns.
  return { verbs: verbs.split(/, (?![^(]*\))/), rows: condition };
}

/**
 * Facts are inserted by COPY, which PostgreSQL refuses on tables with policies. So a trigger checks
 * what is inserted, and a view shows the facts of one environment.
 */
export const hotTableAccess: AccessByRole = { hourglass_api: may('insert', null) };

/** Hot facts are appended and deleted, never changed. */
export const hotViewAccess: AccessByRole = {
  hourglass_api: may('select, delete', null),
  hourglass_worker_facts: may('select, delete', null),
};

/** Records are inserted or replaced. */
export const recordTableAccess: AccessByRole = {
  hourglass_api: may('select, insert, update', rows.inEnvironment),
  hourglass_worker_facts: may('select, delete', rows.inEnvironment),
};

/** Views of records show what their readers see of the tables. */
export const viewAccess: AccessByRole = {
  hourglass_api: may('select', null),
  hourglass_worker_facts: may('select', null),
};

/** Grants and policies of every table but those of facts and records. */
export const tableAccess: Readonly<Record<string, AccessByRole>> = {
  organizations: {
    hourglass_api: may('select', rows.organizationOfEnvironment('id')),
    hourglass_api_accounts: may('select, insert, update', rows.theOrganization),
    hourglass_api_reads: may('select', rows.everyRow),
    hourglass_api_global: may('select, update (last_used_at)', rows.everyRow),
    hourglass_worker: may('select, delete', rows.everyRow),
    hourglass_worker_facts: may('select', rows.organizationOfEnvironment('id')),
  },
  environments: {
    hourglass_api: may('select, update (undeclared_fields)', rows.theEnvironment),
    hourglass_api_accounts: may('select, insert, update', rows.environmentsOfOrganization),
    hourglass_api_reads: may('select', rows.everyRow),
    /** A deleted environment leaves its organization, which the rows of an organization cannot. */
    hourglass_api_global: may('select, update (organization_id)', rows.everyRow),
    hourglass_worker: may('select, update (next_turn)', rows.everyRow),
    hourglass_worker_facts: may('select, update (next_turn), delete', rows.theEnvironment),
  },
  users: {
    hourglass_api_accounts: may('select, insert, update, delete', rows.inOrganization),
    hourglass_api_reads: may('select', rows.everyRow),
    hourglass_api_global: may('select (id, organization_id, email)', rows.everyRow),
    hourglass_worker_facts: may(
      'select (id, organization_id)',
      rows.organizationOfEnvironment('organization_id'),
    ),
    hourglass_worker: may('select (id, organization_id, email)', rows.everyRow),
  },
  tokens: {
    hourglass_api_accounts: may('select, insert, update (made_with_id), delete', rows.ofUserOfOrganization),
    hourglass_api_reads: may('select', rows.everyRow),
    hourglass_api_global: may('select (id, user_id), update (last_used_at)', rows.everyRow),
    hourglass_worker_facts: may('select (id, user_id, expires_at)', rows.ofUserOfOrganization),
    hourglass_worker: may('select (id)', rows.everyRow),
  },
  second_factors: {
    hourglass_api_accounts: may('select, insert, update, delete', rows.ofUserOfOrganization),
    hourglass_api_reads: may('select (user_id, confirmed_at)', rows.everyRow),
  },
  access_keys: {
    hourglass_api_accounts: may('select, insert, update, delete', rows.inEnvironmentsOfOrganization),
    hourglass_api_reads: may('select', rows.everyRow),
  },
  sign_in_addresses: {
    hourglass_api_reads: may('select', rows.everyRow),
    hourglass_api_global: may('select, insert, update, delete', rows.everyRow),
  },
  /** By hashes of accounts and addresses. */
  password_failures: {
    hourglass_api_reads: may('select', null),
    hourglass_api_global: may('select, insert, update, delete', null),
  },
  environment_hostnames: {
    hourglass_api_accounts: may('select, insert, delete', rows.inOrganization),
  },
  result_links: {
    hourglass_api_accounts: may('select, insert, delete', rows.linkOfOrganization),
    hourglass_api_global: may('select, delete', rows.everyRow),
    hourglass_worker: may('select, insert, delete', rows.everyRow),
  },
  shared_views: {
    hourglass_api_accounts: may(
      'select, insert, update (shown_query_id), delete',
      rows.inEnvironmentsOfOrganization,
    ),
    hourglass_api_global: may('select', rows.everyRow),
  },
  data_collectors: {
    hourglass_api_accounts: may('select, insert, delete', rows.inOrganization),
  },
  saved_reports: {
    hourglass_api_accounts: may('select, insert, update, delete', rows.inOrganization),
    hourglass_worker_facts: may('select, update (run_at)', rows.organizationOfEnvironment('organization_id')),
  },
  schedules: {
    hourglass_api_accounts: may('select, insert, update, delete', rows.inEnvironmentsOfOrganization),
    hourglass_worker: may('select, update (wake_at)', rows.everyRow),
    hourglass_worker_facts: may('select, update', rows.inEnvironment),
  },
  schedule_runs: {
    hourglass_api_accounts: may('select', rows.inEnvironmentsOfOrganization),
    hourglass_worker: may('select, update, delete', rows.everyRow),
    hourglass_worker_facts: may('select, insert, update', rows.inEnvironment),
  },
  webhook_endpoints: {
    hourglass_api_accounts: may('select, insert, update, delete', rows.inEnvironmentsOfOrganization),
    hourglass_api_global: may('select (disabled_reason)', rows.everyRow),
    hourglass_worker: may(
      'select, update (position, enabled, failing_since, disabled_reason, disabled_at)',
      rows.everyRow,
    ),
  },
  delivery_targets: {
    hourglass_api_accounts: may('select, insert, update, delete', rows.inEnvironmentsOfOrganization),
    hourglass_worker: may('select, delete', rows.everyRow),
  },
  deliveries: {
    hourglass_api_accounts: may('select, insert, update', rows.inEnvironmentsOfOrganization),
    hourglass_api_global: may('select (state)', rows.everyRow),
    hourglass_worker: may('select, insert, update, delete', rows.everyRow),
  },
  exchange_rates: {
    hourglass_api: may('select', rows.organizationOfEnvironment('organization_id')),
    hourglass_api_accounts: may('select, insert, update', rows.inOrganization),
    hourglass_worker: may('select, delete', rows.everyRow),
    hourglass_worker_facts: may('select', rows.organizationOfEnvironment('organization_id')),
  },
  custom_fields: {
    hourglass_api: may('select, insert, delete', rows.inEnvironment),
    hourglass_api_accounts: may('select, insert, delete', rows.inEnvironmentsOfOrganization),
    hourglass_api_reads: may('select', rows.inNamedTenants),
    /** The worker names the tenant whose scheduled report it plans. */
    hourglass_worker: may('select', rows.inNamedTenants),
    hourglass_worker_facts: may('select', rows.inEnvironment),
  },
  deleted_custom_fields: {
    hourglass_api: may('insert', rows.inEnvironment),
    hourglass_api_accounts: may('insert', rows.inEnvironmentsOfOrganization),
    hourglass_worker_facts: may('select, delete', rows.inEnvironment),
  },
  queries: {
    hourglass_api: may('select, insert, update', rows.inEnvironment),
    hourglass_api_accounts: may('select, update', rows.inEnvironmentsOfOrganization),
    hourglass_api_reads: may('select', rows.inNamedTenants),
    hourglass_api_global: may(
      'select (id, environment_id, state, rows_scanned, execution_ms, expires_at, reused_from)',
      rows.everyRow,
    ),
    hourglass_worker: may('select, update, delete', rows.everyRow),
    hourglass_worker_facts: may('select, insert', rows.inEnvironment),
  },
  /** Inserted by triggers, see `function-access.ts`. */
  query_events: {
    /** The newest event, after which an endpoint begins. */
    hourglass_api_accounts: may('select (id, environment_id)', rows.inEnvironmentsOfOrganization),
    hourglass_api_reads: may('select', rows.inNamedTenants),
    hourglass_worker: may('select, delete', rows.everyRow),
  },
  idempotency_keys: {
    hourglass_api: may('select, insert, update', rows.inEnvironment),
    hourglass_worker: may('select, delete', rows.everyRow),
    hourglass_worker_facts: may('select, delete', rows.inEnvironment),
  },
  batches: {
    hourglass_api: may('select, insert, update, delete', rows.inEnvironment),
    hourglass_api_accounts: may('select', rows.inEnvironmentsOfOrganization),
    hourglass_api_global: may('select (accepted, deleted, hot)', rows.everyRow),
    hourglass_worker: may('select', rows.everyRow),
    hourglass_worker_facts: may('select, update, delete', rows.inEnvironment),
  },
  /** Inserted by triggers, see `function-access.ts`. */
  fact_changes: {
    hourglass_api: may('select', rows.inEnvironment),
    hourglass_worker: may('select, delete', rows.everyRow),
  },
  segments: {
    hourglass_api: may('select, insert, update, delete', rows.inEnvironment),
    hourglass_api_accounts: may('select, update', rows.inEnvironmentsOfOrganization),
    hourglass_worker: may('select, update', rows.everyRow),
    hourglass_worker_facts: may('select, insert, update, delete', rows.inEnvironment),
  },
  /** Inserted by a function, see `function-access.ts`. */
  audit_events: {
    hourglass_api_accounts: may('select', rows.inNamedOrganization),
    hourglass_api_global: may('select', rows.everyRow),
    hourglass_worker: may('select, delete', rows.everyRow),
  },
  signing_keys: {
    hourglass_api_global: may('select, insert, update', null),
    hourglass_worker: may('select, insert', null),
  },
  scheduler: { hourglass_worker: may('select, update', null) },
  periodic_jobs: { hourglass_worker: may('select, insert, update', null) },
  event_counts: {
    hourglass_worker: may('select, insert, update', null),
    hourglass_api_global: may('select', null),
  },
};

/** The sequences from which a role takes ids. */
export const sequenceAccess: Readonly<Record<string, readonly DatabaseRole[]>> = {
  organizations_id_seq: ['hourglass_api_accounts'],
  environments_id_seq: ['hourglass_api_accounts'],
  users_id_seq: ['hourglass_api_accounts'],
  custom_fields_id_seq: ['hourglass_api', 'hourglass_api_accounts'],
  batches_seq_seq: ['hourglass_api', 'hourglass_api_global'],
};
