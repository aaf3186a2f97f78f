import { apiDataset } from './api/api-dataset.ts';
import { consumptionDataset } from './consumption/consumption-dataset.ts';
import type { Catalogue } from './dataset.ts';
import { instrumentsDataset } from './instruments/instruments-dataset.ts';
import { mintDataset } from './mint/mint-dataset.ts';
import { ordersDataset } from './orders/orders-dataset.ts';

/** The dataset of queries that do not name one. */
export const defaultDataset = apiDataset.name;

/**
 * All datasets that can be queried. Each process checks it with `checkCatalogue` when it starts.
 */
export const catalogue: Catalogue = new Map(
  [apiDataset, mintDataset, instrumentsDataset, ordersDataset, consumptionDataset].map((dataset) => [
    dataset.name,
    dataset,
  ]),
);
