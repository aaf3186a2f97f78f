import type { CustomField, CustomFieldType, Tenant, UndeclaredFields } from '@hourglass/query';
import type { AuditEvent, AuditOf } from '../audit/audit-event.ts';

/** Maximum per environment and dataset. Keeps plans, facts and lists small. */
export const maxCustomFields = 100;

export interface Declaration {
  readonly dataset: string;
  readonly name: string;
  readonly type: CustomFieldType;
  readonly description: string | null;
}

export type DeclaredField = CustomField & Declaration & { readonly createdAt: Date };

export interface EnvironmentFields {
  readonly undeclaredFields: UndeclaredFields;
  /** Sorted by dataset and name. */
  readonly fields: readonly DeclaredField[];
}

/** An environment with its custom fields of one dataset, sorted by name. */
export interface EnvironmentWithFields {
  readonly tenant: Tenant;
  readonly fields: readonly CustomField[];
}

export type DeclarationOutcome =
  | { readonly kind: 'declared'; readonly field: DeclaredField }
  /** The dataset already has a custom field of this name. Names are case-insensitive. */
  | { readonly kind: 'exists' }
  /** The dataset has the maximum number of custom fields. */
  | { readonly kind: 'full' };

/**
 * The custom fields of environments. They are never cached, so a change applies to the next fact
 * and the next query in every process.
 */
export interface CustomFieldStore {
  /** Finds the fields of one dataset, or of all datasets. */
  find(tenant: Tenant, dataset?: string): Promise<EnvironmentFields>;
  /** Lists the environments of an organization with their fields of a dataset, sorted by name. */
  listEnvironments(organization: string, dataset: string): Promise<readonly EnvironmentWithFields[]>;
  /** Declares a field. Declarations of one environment are serialized, so `maxFields` is exact. */
  declare(
    tenant: Tenant,
    declaration: Declaration,
    maxFields: number,
    audit: AuditOf<DeclaredField>,
  ): Promise<DeclarationOutcome>;
  /**
   * Deletes the declaration; its values stay in the facts and are no longer read. False when there
   * is no such field.
   */
  delete(
    tenant: Tenant,
    field: { readonly dataset: string; readonly name: string },
    audit: AuditEvent,
  ): Promise<boolean>;
  changeUndeclared(tenant: Tenant, undeclaredFields: UndeclaredFields, audit: AuditEvent): Promise<void>;
}
