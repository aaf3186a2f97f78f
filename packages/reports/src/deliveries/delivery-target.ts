import type { Tenant } from '@hourglass/query';
import type { Maker } from '../accounts/maker.ts';
import type { AuditEvent } from '../audit/audit-event.ts';
import type { DeliveryRecord } from './delivery.ts';

export type DeliveryKind = 'webhook' | 's3' | 'email' | 'slack';

/** A bucket of the client's own, without its secret. */
export interface BucketTarget {
  /** Null: AWS. */
  readonly endpoint: string | null;
  readonly region: string;
  readonly bucket: string;
  readonly prefix: string;
  readonly accessKeyId: string;
  readonly forcePathStyle: boolean;
}

/** Where the result of a query goes, as a client states it. */
export type DeliveryTarget =
  | { readonly kind: 'webhook'; readonly url: string; readonly secret: string | null }
  | { readonly kind: 'webhook'; readonly endpoint: string }
  | ({ readonly kind: 's3'; readonly secretAccessKey: string } & BucketTarget)
  | { readonly kind: 'email'; readonly to: readonly string[] }
  | { readonly kind: 'slack'; readonly url: string };

/** A target that a schedule has and keeps, with its secrets. */
export interface KeptTarget {
  readonly kind: 'kept';
  readonly id: string;
}

/** The part of a target that responses show. */
export type ShownTarget =
  | { readonly kind: 'webhook' | 'slack'; readonly host: string }
  | { readonly kind: 'webhook'; readonly endpoint: string }
  | ({ readonly kind: 's3' } & BucketTarget)
  | { readonly kind: 'email'; readonly to: readonly string[] };

/** The part of a target that is sealed. */
export interface TargetSecrets {
  /** Only `webhook` and `slack`. */
  readonly url?: string;
  /** Only `webhook`: signs messages. Absent: they are not signed. */
  readonly secret?: string;
  /** Only `s3`. */
  readonly secretAccessKey?: string;
}

/** A target as it is stored. */
export interface StoredTarget {
  readonly id: string;
  readonly kind: DeliveryKind;
  readonly lane: string;
  readonly shown: ShownTarget;
  /** The result of `sealSecret` for JSON of `TargetSecrets`, with the target's id as owner. */
  readonly sealed: Uint8Array<ArrayBuffer>;
  readonly endpointId: string | null;
}

export interface QueryDeliveryRecord extends DeliveryRecord {
  readonly target: ShownTarget;
}

/** The deliveries of the results of single queries. */
export interface QueryDeliveryStore {
  /**
   * Adds a delivery of a query, which waits for the query's end.
   * @param rule receives the number of the query's deliveries
   * @throws ReportError `webhook.not_found`, `webhook.disabled` for the endpoint of the target
   */
  create(
    tenant: Tenant,
    delivery: {
      readonly id: string;
      readonly queryId: string;
      readonly target: StoredTarget;
      readonly maker: Maker;
    },
    rule: (existing: number) => void,
    audit: AuditEvent,
  ): Promise<QueryDeliveryRecord>;
  /** Lists the deliveries of a query, oldest first. */
  list(tenant: Tenant, queryId: string): Promise<readonly QueryDeliveryRecord[]>;
}
