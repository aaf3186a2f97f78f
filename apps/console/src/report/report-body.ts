import type { SubmitQueryBody } from '@hourglass/contract';

// The state of the form is the body itself, so that nothing is lost between both: members that the form does not show
// stay as they were pasted.
export type ReportBody = SubmitQueryBody;
export type Metric = NonNullable<ReportBody['metrics']>[number];
export type Order = NonNullable<ReportBody['orderBy']>[number];

/** A report that is right for every installation: calls by hour of the last day. */
export const firstReport: ReportBody = {
  metrics: [{ name: 'message_count', function: 'sum' }],
  dimensions: ['apiproxy'],
  timeRange: 'last24hours',
  groupByTimeUnit: 'hour',
};

/** Sets a member. Undefined, an empty text and an empty list remove it, as the API refuses some of them. */
export function withMember<Name extends keyof ReportBody>(
  body: ReportBody,
  name: Name,
  value: ReportBody[Name] | undefined,
): ReportBody {
  const { [name]: _removed, ...rest } = body;
  const isEmpty = value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
  return (isEmpty ? rest : { ...body, [name]: value }) as ReportBody;
}

/** Changes dataset: fields of another one have other names, so nothing but range and output stays. */
export function withDataset({ timeRange, timeZone, outputFormat }: ReportBody, dataset: string): ReportBody {
  return {
    ...(dataset === 'api' ? {} : { dataset }),
    timeRange,
    ...(timeZone === undefined ? {} : { timeZone }),
    ...(outputFormat === undefined ? {} : { outputFormat }),
  };
}

/** Returns the list with the item at `index` changed; null removes it. */
export function withItem<Item>(list: readonly Item[] = [], index: number, item: Item | null): Item[] {
  return item === null ? list.filter((_item, at) => at !== index) : list.toSpliced(index, 1, item);
}

/** Options of CSV are refused with other formats. */
export function withFormat(body: ReportBody, format: string): ReportBody {
  const { csvDelimiter: _delimiter, csvBom: _bom, csvHeader: _header, csvSafe: _safe, ...rest } = body;
  return withMember(format === 'csv' ? body : rest, 'outputFormat', format === 'json' ? undefined : format);
}

export type ParsedBody =
  | { readonly body: ReportBody }
  /** The message of the parser; null: it is JSON, but no object. */
  | { readonly error: string | null };

/** Reads a pasted body. Only its JSON is checked here: the API finds every other fault, with the same words for all. */
export function parseBody(text: string): ParsedBody {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { error: null };
  return { body: value as ReportBody };
}

/** Reads the report in the URL; null: there is none, or a broken one. */
export function bodyOf(text: string | null): ReportBody | null {
  const parsed = parseBody(text ?? '');
  return 'body' in parsed ? parsed.body : null;
}

const shown = new Set([
  ...['dataset', 'name', 'metrics', 'dimensions', 'timeRange', 'timeZone', 'groupByTimeUnit'],
  ...['filter', 'orderBy', 'limit', 'having', 'compareTo', 'others', 'fillGaps', 'outputFormat'],
]);

/** Returns the members that the form does not show. */
export function otherMembers(body: ReportBody): string[] {
  return Object.keys(body).filter((name) => !shown.has(name));
}
