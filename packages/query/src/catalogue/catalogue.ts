import { apiDataset } from './api/api-dataset.ts';
import { consumptionDataset } from './consumption/consumption-dataset.ts';
import type { Catalogue } from './dataset.ts';
import { instrumentsDataset } from './instruments/instruments-dataset.ts';
import { mintDataset } from './mint/mint-dataset.ts';
import { ordersDataset } from './orders/orders-dataset.ts';

/** The dataset of a query that names none. */
export const defaultDataset = apiDataset.name;

/** Every dataset that can be queried. `checkCatalogue` proves it sound; a start-up calls that once. */
export const catalogue: Catalogue = new Map(
  [apiDataset, mintDataset, instrumentsDataset, ordersDataset, consumptionDataset].map((dataset) => [
    dataset.name,
    dataset,
  ]),
);
