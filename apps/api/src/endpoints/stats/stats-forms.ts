import * as contract from '@hourglass/contract';
import type { Tenant } from '@hourglass/query';
import type { Stats } from '@hourglass/reports';
import { z } from 'zod';
import type { StatsParameters } from './stats-parameters.ts';
import { optimizedStats, verboseStats } from './stats-view.ts';

/** What the statistics are of: the answer names it as the path or the parameter does. */
export interface StatsPlace {
  readonly tenant: Tenant;
  /** Where the verbose form lists it. */
  readonly list: 'environments' | 'hosts';
  readonly name: string;
}

export interface StatsForm {
  readonly json: z.ZodType;
  readonly view: (stats: Stats, place: StatsPlace, parameters: StatsParameters) => object;
}

/** What `stats` and `hostStats` answer: the verbose form, or the optimized one that Edge's clients ask for. */
export function chosenForm(verbose: z.ZodType): StatsForm {
  return {
    json: z.union([verbose, contract.edgeOptimizedStats]),
    view: (stats, place, { _optimized }) =>
      _optimized === 'js' ? optimizedStats(stats, Number) : verboseStats(stats, place),
  };
}

/** What `optimizedStats` and `optimizedHostStats` answer, which only X has. */
export const optimizedForm: StatsForm = {
  json: contract.optimizedStats,
  view: (stats) => optimizedStats(stats, String),
};
