import { quoted } from '@hourglass/contract/messages';
import type { Dataset, Dimension, Metric } from '../catalogue/dataset.ts';
import { findDimension, findMetric } from '../catalogue/look-up.ts';
import type { Plan, PlannedMetric, ReportFault } from '../plan/plan.ts';
import { readChoices, groupings } from './mint-choices.ts';
import type { MintCriteria } from './mint-criteria.ts';

type Columns = Pick<Plan, 'metrics' | 'dimensions' | 'perFact'>;

/** Dimensions of each grouping. A balance is that of a developer in one currency. */
const dimensionsOf: Record<(typeof groupings)[number], readonly string[]> = {
  APPLICATION: ['application', 'applicationId'],
  BALANCE: ['developer', 'developerId', 'currency'],
  DEVELOPER: ['developer', 'developerId'],
  ORG: ['organization'],
  PACKAGE: ['pkgName', 'pkgId'],
  PRODUCT: ['product', 'productId'],
  RATEPLAN: ['ratePlanName', 'ratePlanId'],
};

/** The dimensions of Apigee's detailed revenue report, in its order. */
const detailDimensions = [
  ...[...dimensionsOf.PACKAGE, ...dimensionsOf.RATEPLAN, ...dimensionsOf.PRODUCT],
  ...[...dimensionsOf.DEVELOPER, ...dimensionsOf.APPLICATION],
  ...['currency', 'type', 'txProviderStatus', 'id', 'providerTxId', 'utcStartTime', 'utcEndTime'],
];
const summaryMetrics = ['transactionCount', 'rate', 'revenueShareAmount', 'netAmount', 'taxAmount'];

/** Hidden by `showEntityId: false`. The transaction's own id stays visible. */
const entityIds: ReadonlySet<string> = new Set([
  ...['applicationId', 'developerId', 'pkgId', 'productId', 'ratePlanId'],
]);

/** Plans the columns and grouping of the report. Reports faults. */
export function planMintColumns(criteria: MintCriteria, dataset: Dataset, report: ReportFault): Columns {
  const groupBy = readChoices('groupBy', criteria.groupBy, groupings, report);
  if (groupBy.length < new Set(criteria.groupBy).size) return { metrics: [], dimensions: [] };
  const custom = planAttributes(criteria, dataset, report);
  const shown = (names: readonly string[]) =>
    [...new Set(names)].filter((name) => criteria.showEntityId !== false || !entityIds.has(name));
  const groups = shown(groupBy.flatMap((group) => dimensionsOf[group]));
  return isDetailed(criteria)
    ? detailColumns(criteria, { shown, groups, custom })
    : summaryColumns(criteria, { shown, groups, custom }, dataset);
}

/**
 * `showTxDetail` decides. Without it, details unless `showSummary` or a grouping requests a
 * summary.
 */
function isDetailed({ showTxDetail, showSummary, groupBy = [] }: MintCriteria): boolean {
  return showTxDetail ?? (showSummary !== true && groupBy.length === 0);
}

interface ChosenColumns {
  readonly shown: (names: readonly string[]) => string[];
  readonly groups: readonly string[];
  readonly custom: { readonly metrics: readonly string[]; readonly dimensions: readonly string[] };
}

function detailColumns(
  { showTxType, showRevSharePct }: MintCriteria,
  { shown, groups, custom }: ChosenColumns,
): Columns {
  const share = showRevSharePct === true ? ['revenueShareAmount', 'revSharePct'] : [];
  const metrics = new Set(['rate', ...share, 'batchSize', ...custom.metrics]);
  return {
    metrics: [...metrics].map((metric) => ({ metric, function: null, alias: metric })),
    dimensions: shown([...groups, ...detailDimensions, ...custom.dimensions]).filter(
      (name) => showTxType !== false || name !== 'type',
    ),
    perFact: { orderedBy: groups },
  };
}

/** Always groups by currency, so that amounts of different currencies are never added. */
function summaryColumns(
  { showTxType, showRevSharePct }: MintCriteria,
  { shown, groups, custom }: ChosenColumns,
  dataset: Dataset,
): Columns {
  const share = showRevSharePct === true ? ['revSharePct'] : [];
  const metrics = new Set([...summaryMetrics, ...share, ...custom.metrics]);
  const type = showTxType === true ? ['type'] : [];
  return {
    metrics: [...metrics].map((metric) => summed(metric, dataset)),
    dimensions: shown([...groups, 'currency', ...type, ...custom.dimensions]),
  };
}

function summed(metric: string, dataset: Dataset): PlannedMetric {
  return { metric, function: findMetric(dataset, metric)?.functions[0] ?? null, alias: metric };
}

const attributeLists = [
  ...(['devCustomAttribute', 'devCustomAttributes'] as const),
  ...(['transactionCustomAttribute', 'transactionCustomAttributes'] as const),
];

/** Plans custom fields: numbers are metrics, other types are dimensions. */
function planAttributes(
  criteria: MintCriteria,
  dataset: Dataset,
  report: ReportFault,
): ChosenColumns['custom'] {
  const metrics: string[] = [];
  const dimensions: string[] = [];
  for (const field of attributeLists) {
    for (const [index, name] of (criteria[field] ?? []).entries()) {
      if (isCustom(findDimension(dataset, name))) dimensions.push(name);
      else if (isCustom(findMetric(dataset, name))) metrics.push(name);
      else {
        const expected = `expected a custom field of the dataset "${dataset.name}"`;
        report(`${field}[${index}]`, `${quoted(name)} is not a custom field; ${expected}`);
      }
    }
  }
  return { metrics, dimensions };
}

function isCustom(column: Dimension | Metric | undefined): boolean {
  return column?.source.kind === 'column' && column.source.customFieldId !== undefined;
}
