import type { OrderCondition, Tenant } from '@hourglass/query';

/** Which orders are asked for. */
export interface OrderCriteria {
  readonly conditions: readonly OrderCondition[];
  /** Only orders of which something can still be granted. */
  readonly remainingOnly: boolean;
  /** From 1. */
  readonly page: number;
  /** Orders on a page. */
  readonly size: number;
}

/**
 * An order with its product, under the names that its contract has. Of what the product lacks, texts are empty and
 * numbers 0. Times are `YYYY-MM-DD HH:MM:SS.ffffff` in UTC.
 */
export interface OrderRecord {
  readonly no: string;
  readonly count: number;
  readonly return_count: number;
  readonly grant_count: number;
  readonly remain_count: number;
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
  /** How many meet the criteria, on all pages. */
  readonly total: number;
  readonly orders: readonly OrderRecord[];
}

export interface OrderStore {
  /** Newest first, then by number; total and page are of one moment. */
  page(tenant: Tenant, criteria: OrderCriteria): Promise<OrderPage>;
}
