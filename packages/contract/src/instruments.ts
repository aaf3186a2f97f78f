import { z } from 'zod';
import { fieldFault } from './errors.ts';
import { readIsoTime } from './iso-time.ts';
import { oneOf } from './query-parameters.ts';

/** Larger reports are a case for queries. */
export const maxInstruments = 2_000;
/** Days or months of one chart: a hundred years of days. */
export const maxBuckets = 36_600;
/** Far above the number of resources. Each wrong name costs time. */
const maxResourceNames = 100;

const dayMs = 86_400_000;

const instrumentId = z.string().min(1, 'expected the id of an instrument');

/** A list without duplicates. Its length is checked before its items. */
function distinctList<Item extends z.ZodType<unknown, string>>(item: Item, max: number, expected: string) {
  return z
    .array(z.string())
    .transform((texts) => [...new Set(texts)])
    .refine((texts) => texts.length >= 1 && texts.length <= max, { error: expected, abort: true })
    .pipe(z.array(item));
}

/**
 * Local clock time, as milliseconds since 1970 in UTC. Starts in the year 1000; records begin in
 * 1970.
 */
const localTime = z
  .string()
  .regex(/^[1-9]\d{3}-\d{2}-\d{2}[ Tt]\d{2}:\d{2}:\d{2}$/, {
    error: 'expected a time as YYYY-MM-DD HH:MM:SS',
    abort: true,
  })
  // A leap second is one of UTC: the clocks of a zone do not show it.
  .refine((text) => readIsoTime(text) !== null && !text.endsWith(':60'), {
    error: 'expected an existing date and time of day',
    abort: true,
  })
  .transform((text) => readIsoTime(text)?.ms ?? 0);

const equipment = distinctList(
  instrumentId,
  maxInstruments,
  `expected 1 to ${maxInstruments} ids of instruments`,
).describe(`Required. 1 to ${maxInstruments} ids of instruments.`);

const time = z
  .tuple([z.literal('bt', 'expected bt'), localTime, localTime], {
    error: 'expected bt and two times as YYYY-MM-DD HH:MM:SS',
  })
  .refine(([, fromMs, toMs]) => fromMs <= toMs, {
    path: [2],
    error: 'expected a time at or after the first one',
  })
  .describe(
    "Required. bt, then from and to as YYYY-MM-DD HH:MM:SS in the server's time zone, both inclusive.",
  );

function resourcesAmong<const Names extends readonly [string, ...string[]]>(names: Names) {
  const list = names.join(', ');
  return distinctList(oneOf(names), maxResourceNames, `expected one or more of ${list}`).describe(
    `Required. One or more of ${list}.`,
  );
}

/** A request of `GET /dashboard`, after its query string and body are merged. */
export const dashboardRequest = z.strictObject({
  equipment,
  resource: resourcesAmong(['charge', 'follow', 'record', 'sample', 'status', 'training']),
  time,
});

const chartsFields = z.strictObject({
  equipment,
  resource: resourcesAmong(['charge', 'record', 'sample', 'status', 'training']),
  time,
  unit: oneOf(['day', 'month']).describe('Required. Length of a bucket.'),
  fill: oneOf(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true')
    .describe('true: include buckets without data.'),
});

/** A request of `GET /charts`, after its query string and body are merged. */
export const chartsRequest = chartsFields.refine(
  ({ time: [, fromMs, toMs], unit }) => bucketNumber(toMs, unit) - bucketNumber(fromMs, unit) < maxBuckets,
  { path: ['time'], error: `expected at most ${maxBuckets} buckets of the unit` },
);

/** Days or months since 1970 of a local clock time, in milliseconds since 1970 in UTC. */
export function bucketNumber(localMs: number, unit: 'day' | 'month'): number {
  if (unit === 'day') return Math.floor(localMs / dayMs);
  const date = new Date(localMs);
  return (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
}

/** The query parameters. Each may be in the body instead. */
export const dashboardParameters = dashboardRequest.partial().shape;
export const chartsParameters = chartsFields.partial().shape;

export type DashboardRequest = z.output<typeof dashboardRequest>;
export type ChartsRequest = z.output<typeof chartsRequest>;

const texts = z.array(z.string());
const bodyLists = { equipment: texts, resource: texts, time: texts };

/** Shape of the optional body of `GET /dashboard`. */
export const dashboardBody = z.strictObject(bodyLists).partial().meta({ id: 'DashboardRequest' }).optional();

/** Shape of the optional body of `GET /charts`. */
export const chartsBody = z
  .strictObject({ ...bodyLists, unit: z.string(), fill: z.boolean() })
  .partial()
  .meta({ id: 'ChartsRequest' })
  .optional();

/** Totals are numbers, the figures of one instrument strings. */
function totals<const Name extends string>(...names: readonly Name[]) {
  return z
    .strictObject({
      total: z.strictObject(figures(names, z.number())),
      detail: z.array(z.strictObject({ equipment: z.string(), ...figures(names, z.string()) })),
    })
    .optional();
}

function buckets<const Name extends string>(names: readonly Name[], figure: z.ZodString | z.ZodNumber) {
  return z
    .strictObject({ detail: z.array(z.strictObject({ date: z.string(), ...figures(names, figure) })) })
    .optional();
}

function figures<Name extends string, Figure>(names: readonly Name[], figure: Figure): Record<Name, Figure> {
  return Object.fromEntries(names.map((name) => [name, figure])) as Record<Name, Figure>;
}

/** Response to `GET /dashboard`: a member for each requested resource. */
export const dashboard = z
  .strictObject({
    charge: totals('charge_amount'),
    follow: totals('follow_numbers'),
    record: totals('use_numbers', 'service_times', 'service_time'),
    sample: totals('sample_times'),
    status: totals('break_time', 'break_times'),
    training: totals('training_times', 'approved_times'),
  })
  .meta({ id: 'Dashboard' });

/** Response to `GET /charts`: a member for each requested resource. */
export const charts = z
  .strictObject({
    charge: buckets(['charge_amount'], z.string()),
    record: buckets(['use_numbers', 'service_times', 'service_time'], z.string()),
    sample: buckets(['sample_times'], z.string()),
    status: buckets(['break_time', 'break_times'], z.number()),
    training: buckets(['training_times', 'approved_times'], z.number()),
  })
  .meta({ id: 'Charts' });

/** Response to `GET …/instruments`. */
export const instrumentList = z
  .strictObject({
    timeZone: z.string().describe('Zone of the times, days and months of dashboard and charts.'),
    instruments: z
      .array(
        z.strictObject({
          id: z.string(),
          name: z.string().nullable(),
          location: z.string().nullable(),
        }),
      )
      .describe('Those with a record of their own or of something that happened, by id.'),
    nextPageToken: z.string().optional().describe('Present if there are more instruments.'),
  })
  .meta({ id: 'InstrumentList' });
export type InstrumentList = z.infer<typeof instrumentList>;

/** Error body of both endpoints. */
export const instrumentsError = z
  .strictObject({
    error: z.strictObject({ code: z.string(), message: z.string(), faults: z.array(fieldFault).optional() }),
  })
  .meta({ id: 'InstrumentsError' });

export type Dashboard = z.infer<typeof dashboard>;
export type Charts = z.infer<typeof charts>;
export type InstrumentsError = z.infer<typeof instrumentsError>;
