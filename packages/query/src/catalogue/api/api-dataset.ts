import { apiDimensions } from './api-dimensions.ts';
import { apiMetrics } from './api-metrics.ts';
import type { Dataset } from '../dataset.ts';

/** Gateway traffic: one fact is one API call. */
export const apiDataset: Dataset = {
  name: 'api',
  hotTable: 'hot_api_facts',
  takesCustomFields: true,
  records: [],
  metrics: apiMetrics,
  dimensions: apiDimensions,
};
