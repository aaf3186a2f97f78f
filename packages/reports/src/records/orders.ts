import type { OrderCondition, Tenant } from '@hourglass/query';

/** Conditions on listed orders. */
export interface OrderCriteria {
  readonly conditions: readonly OrderCondition[];
  /** Only orders with remaining grants. */
  readonly remainingOnly: boolean;
  /** Page number, from 1. */
  readonly page: number;
  /** Orders per page. */
  readonly size: number;
}

/** A whole number made of several; a `bigint` where a double would lose digits. */
export type WholeSum = number | bigint;

/**
 * An order with its product, under the field names of the contract. Missing product fields are
 * empty strings or 0. Times are `YYYY-MM-DD HH:MM:SS.ffffff` in UTC.
 */
export interface OrderRecord {
  readonly no: string;
  readonly count: number;
  readonly return_count: WholeSum;
  readonly grant_count: WholeSum;
  readonly remain_count: WholeSum;
  readonly total_price: number;
  readonly product_id: number;
  readonly product_name: string;
  readonly product_brief: string;
  readonly product_price: number;
  readonly product_remark: string;
  readonly product_image_url: string;
  readonly product_firmware_version: string;
  readonly product_period_time: number;
  readonly product_period_unit: number;
  readonly product_series_name: string;
  readonly buy_user_id: number;
  readonly buy_accesskey_id: string;
  readonly remark: string;
  readonly create_time: string;
  readonly update_time: string;
}

export interface OrderPage {
  /** Number of matching orders on all pages. */
  readonly total: number;
  readonly orders: readonly OrderRecord[];
}

export interface OrderStore {
  /**
   * Returns one page, newest orders first, then by number. Total and page come from one snapshot.
   */
  page(tenant: Tenant, criteria: OrderCriteria): Promise<OrderPage>;
}
