import { z } from 'zod';
import { displayText } from './display-text.ts';
import { submitQueryBody } from './queries.ts';

/** Maximum size of a definition. A list of all definitions of an organization stays below 8 MiB. */
export const maxReportBytes = 16_384;

const wholeNumber = 'expected a whole number from 0, as a string or a number';

/** A 64-bit integer: a string in Apigee X, a number in Edge. Consoles send an empty string for none. */
const int64 = z
  .union([z.string().regex(/^\d{0,19}$/, wholeNumber), z.int(wholeNumber).min(0, wholeNumber)], {
    error: wholeNumber,
  })
  .transform(String);

const momentForms = 'expected milliseconds since 1970, or an ISO 8601 time';
const moment = z
  .union([z.string().max(64, momentForms), z.int(momentForms).min(0, momentForms)], { error: momentForms })
  .transform(String);

const reportMetric = z.strictObject({
  name: z.string(),
  function: z.string().optional().describe('Such as sum or p95.'),
});

const property = z.strictObject({
  property: z.string().optional(),
  value: z.array(z.strictObject({ name: z.string().optional(), value: z.string().optional() })).optional(),
});

/** Members of Apigee's form from which the query is made. */
const apigeeQuery = {
  metrics: z.array(reportMetric),
  dimensions: z.array(z.string()),
  filter: z.string().describe('Condition that facts must match.'),
  timeUnit: z.string().describe('Length of a time bucket, such as hour.'),
  sortByCols: z
    .array(z.string())
    .describe('Metrics, such as message_count or sum(message_count), and dimensions.'),
  sortOrder: z
    .enum(['ASC', 'DESC', 'asc', 'desc', ''], { error: 'expected ASC or DESC' })
    .describe('Order of sortByCols: ASC, or by default DESC.'),
  topk: int64.describe('Maximum number of rows, like limit; the smaller one holds.'),
  limit: int64.describe('Maximum number of rows.'),
  fromTime: moment.describe('Start of the range: milliseconds since 1970, or an ISO 8601 time.'),
  toTime: moment.describe('End of the range, exclusive.'),
};

/** Members that are kept for the client. */
const kept = {
  displayName: displayText.describe('Name that people read; need not be unique.'),
  chartType: z.string(),
  comments: z.array(z.string()),
  tags: z.array(z.string()),
  properties: z.array(property).describe('Kept for the client.'),
  offset: int64.describe('Kept for the client.'),
};

/** Members that the server decides. Clients send back what they received, so they are ignored. */
const ofServer = {
  name: z.string().describe('Ignored: the server makes the id.'),
  organization: z.string(),
  createdAt: int64,
  createdBy: z.string(),
  lastModifiedAt: int64,
  lastModifiedBy: z.string(),
  lastViewedAt: int64,
  lastRunAt: int64,
};

/** A query body of Hourglass without what a run decides. */
const reportQuery = submitQueryBody
  .omit({ name: true, reportDefinitionId: true, reuse: true })
  .extend({ timeRange: submitQueryBody.shape.timeRange.optional() })
  .meta({ id: 'ReportQuery' });

/**
 * Body of `POST …/reports` and `PUT …/reports/{name}`: its shape only, like that of a query. The
 * query is either `query` or the members of Apigee's form.
 */
export const saveReportBody = z
  .strictObject({
    ...z.object({ ...kept, ...apigeeQuery, ...ofServer }).partial().shape,
    sortbyCols: apigeeQuery.sortByCols.optional().describe("Edge's spelling of sortByCols."),
    environment: z
      .string()
      .optional()
      .describe('The environment whose custom fields the report uses; by default any of the organization.'),
    query: reportQuery.optional().describe('A query of Hourglass, instead of the members of Apigee.'),
  })
  .superRefine((body, context) => {
    if (body.query === undefined) return;
    for (const name of [...Object.keys(apigeeQuery), 'sortbyCols']) {
      if (!Object.hasOwn(body, name)) continue;
      const message = 'is part of the query, which "query" already describes; expected one of them';
      context.addIssue({ code: 'custom', path: [name], message });
    }
  })
  .meta({ id: 'SaveReport' });
export type SaveReportBody = z.infer<typeof saveReportBody>;

const millis = z.string().regex(/^\d+$/).describe('Milliseconds since 1970.');

/** A saved report as Apigee X shows it. */
export const savedReport = z
  .strictObject({
    ...z.object({ ...kept, ...apigeeQuery }).partial().shape,
    topk: z.string().optional(),
    limit: z.string().optional(),
    offset: z.string().optional(),
    fromTime: z.string().optional(),
    toTime: z.string().optional(),
    query: reportQuery.optional(),
    name: z.uuid().describe('Id, by which the report is changed, deleted and run.'),
    organization: z.string(),
    environment: z.string().optional(),
    createdAt: millis,
    lastModifiedAt: millis,
    lastViewedAt: millis.describe('Milliseconds since 1970, within a minute.'),
    lastRunAt: millis.optional().describe('Milliseconds since 1970. Absent: it never ran.'),
  })
  .meta({ id: 'SavedReport' });
export type SavedReportView = z.infer<typeof savedReport>;

export const namedReport = z
  .strictObject({ name: z.uuid(), displayName: z.string().optional() })
  .meta({ id: 'NamedReport' });

/** The list without expand=true. */
export const namedReports = z.strictObject({ qualifier: z.array(namedReport) });

/** Response to `GET …/reports`, oldest first. */
export const savedReportList = z
  .strictObject({
    qualifier: z
      .union([z.array(savedReport), z.array(namedReport)])
      .describe('Whole with expand=true; otherwise names only.'),
  })
  .meta({ id: 'SavedReports' });

/** Response to `DELETE …/reports/{name}`. */
export const deletedReport = z.strictObject({ message: z.string() });

/** Body of `POST …/reports/{name}:run`: words of a query that replace those of the report. */
export const runReportBody = submitQueryBody
  .omit({ dataset: true, reportDefinitionId: true })
  .partial()
  .meta({ id: 'RunReport' })
  .prefault({});
export type RunReportBody = z.infer<typeof runReportBody>;
