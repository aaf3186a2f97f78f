import { apiDataset } from './api-dataset.ts';
import type { Catalogue } from './dataset.ts';
import { mintDataset } from './mint-dataset.ts';

/** The dataset of a query that names none. */
export const defaultDataset = apiDataset.name;

/** Every dataset that can be queried. `checkCatalogue` proves it sound; a start-up calls that once. */
export const catalogue: Catalogue = new Map(
  [apiDataset, mintDataset].map((dataset) => [dataset.name, dataset]),
);
