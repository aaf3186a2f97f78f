import type { Tenant } from '@hourglass/query';
import type { Maker } from '../accounts/maker.ts';
import type { AuditEvent, AuditOf } from '../audit/audit-event.ts';

/** Either the result of a query, or a saved report that runs when the view is opened. */
export type SharedSubject =
  | { readonly kind: 'query'; readonly query: string }
  | {
      readonly kind: 'report';
      readonly report: string;
      /** Holds beside the filter of the report. Null: none. */
      readonly filter: string | null;
    };

/** A page that its bearer may read without an account. */
export interface SharedView {
  readonly id: string;
  readonly subject: SharedSubject;
  readonly title: string | null;
  readonly frameOrigins: readonly string[];
  /** E-mail address of the user with whose rights it is opened. It ends with that user, and with the token if there was one. */
  readonly madeBy: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

export interface NewSharedView {
  readonly id: string;
  readonly subject: SharedSubject;
  readonly title: string | null;
  readonly frameOrigins: readonly string[];
  readonly secret: string;
  readonly lifetimeSeconds: number;
  readonly maker: Maker;
}

/** A view whose secret was shown. */
export interface UsableSharedView extends SharedView {
  readonly tenant: Tenant;
  readonly isSuspended: boolean;
  /** The query whose rows it shows. Null: its report has not run. */
  readonly queryId: string | null;
}

export interface SharedViewStore {
  /** Lists the views of an environment that have not expired, newest first. */
  list(tenant: Tenant): Promise<readonly SharedView[]>;
  /**
   * Also deletes the expired views of the environment. A view expires with the token of its maker at the latest.
   * @param rule receives the number of the others
   */
  create(
    tenant: Tenant,
    view: NewSharedView,
    rule: (existing: number) => void,
    audit: AuditOf<SharedView>,
  ): Promise<SharedView>;
  /** False: there is none with this id. */
  delete(tenant: Tenant, id: string, audit: AuditEvent): Promise<boolean>;
  /** Null: the secret is wrong, or the view was revoked or has expired. */
  findUsable(id: string, secret: string): Promise<UsableSharedView | null>;
  /** None for a view that is unknown or expired. */
  frameOrigins(id: string): Promise<readonly string[]>;
  /** Shows the rows of another query from now on. */
  setQuery(view: Pick<UsableSharedView, 'id' | 'tenant'>, queryId: string): Promise<void>;
}
