import type { CustomField, CustomFieldType, Tenant, UndeclaredFields } from '@hourglass/query';

/** Of one environment and dataset: a plan, a fact and a list of them stay small. */
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
  /** In the order of their datasets and names. */
  readonly fields: readonly DeclaredField[];
}

export type DeclarationOutcome =
  | { readonly kind: 'declared'; readonly field: DeclaredField }
  /** The dataset has a custom field of this name, apart from its letter case. */
  | { readonly kind: 'exists' }
  /** The dataset has as many as it may. */
  | { readonly kind: 'full' };

/**
 * The custom fields of environments. Nothing of it is remembered anywhere: the next fact and the next query, in any
 * process, meet what was changed.
 */
export interface CustomFieldStore {
  /** Those of all datasets, where none is named. */
  find(tenant: Tenant, dataset?: string): Promise<EnvironmentFields>;
  /** Declarations of one environment follow each other, so that there are never more than `maxFields`. */
  declare(tenant: Tenant, declaration: Declaration, maxFields: number): Promise<DeclarationOutcome>;
  /** False: there is no such field. Its values stay in the facts, and nothing reads them any more. */
  delete(tenant: Tenant, field: { readonly dataset: string; readonly name: string }): Promise<boolean>;
  changeUndeclared(tenant: Tenant, undeclaredFields: UndeclaredFields): Promise<void>;
}
