import { z } from 'zod';
import { oneOf } from './query-parameters.ts';

/** More would be a question about everything, for which there are queries. */
export const maxInstruments = 2_000;
/** Days or months of one chart: a hundred years of days. */
export const maxBuckets = 36_600;
/** Nobody has as many names of resources, and each that is wrong costs time. */
const maxResourceNames = 100;

const dayMs = 86_400_000;

const instrumentId = z.string().min(1, 'expected the id of an instrument');

/** A list whose items count once; the bound is checked before the items are looked at. */
function eachOnce<Item extends z.ZodType<unknown, string>>(item: Item, max: number, expected: string) {
  return z
    .array(z.string())
    .transform((texts) => [...new Set(texts)])
    .refine((texts) => texts.length >= 1 && texts.length <= max, { error: expected, abort: true })
    .pipe(z.array(item));
}

/** As milliseconds since 1970 as if it were UTC. From the year 1000 on: records begin in 1990. */
const localTime = z
  .string()
  .regex(/^[1-9]\d{3}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/, {
    error: 'expected a time as YYYY-MM-DD HH:MM:SS',
    abort: true,
  })
  .transform((text) => ({ text, ms: Date.parse(`${text.replace(' ', 'T')}Z`) }))
  .refine(
    ({ text, ms }) => !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text.replace(' ', 'T')),
    {
      error: 'expected a day and a time of day that exist',
      abort: true,
    },
  )
  .transform(({ ms }) => ms);

const equipment = eachOnce(
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
    error: 'expected a time that is not before the other one',
  })
  .describe('Required. bt, from, to: times YYYY-MM-DD HH:MM:SS in the zone of the server, both inclusive.');

function resourcesAmong<const Names extends readonly [string, ...string[]]>(names: Names) {
  const list = names.join(', ');
  return eachOnce(oneOf(names), maxResourceNames, `expected some of ${list}`).describe(
    `Required. Some of ${list}.`,
  );
}

/** What `GET /dashboard` is asked, whichever form it was given in. */
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
    .describe('Whether buckets without data are there too.'),
});

/** What `GET /charts` is asked, whichever form it was given in. */
export const chartsRequest = chartsFields.refine(
  ({ time: [, fromMs, toMs], unit }) => bucketNumber(toMs, unit) - bucketNumber(fromMs, unit) < maxBuckets,
  { path: ['time'], error: `expected at most ${maxBuckets} buckets of the unit` },
);

/** Days or months since 1970 of a local time, in milliseconds since 1970 as if it were UTC. */
export function bucketNumber(localMs: number, unit: 'day' | 'month'): number {
  if (unit === 'day') return Math.floor(localMs / dayMs);
  const date = new Date(localMs);
  return (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
}

/** As query parameters; each may also be in the body. */
export const dashboardParameters = dashboardRequest.partial().shape;
export const chartsParameters = chartsFields.partial().shape;

export type DashboardRequest = z.output<typeof dashboardRequest>;
export type ChartsRequest = z.output<typeof chartsRequest>;

const texts = z.array(z.string());
const bodyLists = { equipment: texts, resource: texts, time: texts };

/** Shape of the body of `GET /dashboard`, which may be left out. */
export const dashboardBody = z.strictObject(bodyLists).partial().meta({ id: 'DashboardRequest' }).optional();

/** Shape of the body of `GET /charts`, which may be left out. */
export const chartsBody = z
  .strictObject({ ...bodyLists, unit: z.string(), fill: z.boolean() })
  .partial()
  .meta({ id: 'ChartsRequest' })
  .optional();
