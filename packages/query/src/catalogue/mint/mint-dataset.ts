import type { Dataset } from '../dataset.ts';
import { mintDimensions } from './mint-dimensions.ts';
import { mintMetrics } from './mint-metrics.ts';

/** Monetization: one fact is one transaction. */
export const mintDataset: Dataset = {
  name: 'mint',
  hotTable: 'hot_mint_facts',
  takesCustomFields: true,
  records: [],
  metrics: mintMetrics,
  dimensions: mintDimensions,
  currencyDimension: 'currency',
};
