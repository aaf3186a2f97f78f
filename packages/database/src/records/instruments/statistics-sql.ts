import { instrumentFigures, type InstrumentResource } from '@hourglass/reports';

type FigureName<Resource extends InstrumentResource> = (typeof instrumentFigures)[Resource][number];

/** The table of each resource's records and the expressions of its figures. */
type Sources = {
  readonly [Resource in InstrumentResource]: {
    readonly table: string;
    /** The column whose time assigns a record to a range or bucket. */
    readonly happenedAt: string;
    readonly figures: Readonly<Record<FigureName<Resource>, string>>;
  };
};

const sources: Sources = {
  charge: {
    table: 'instrument_charges',
    happenedAt: 'charged_at',
    figures: { charge_amount: 'trim_scale(sum(amount))' },
  },
  follow: {
    table: 'instrument_followers',
    happenedAt: 'followed_at',
    figures: { follow_numbers: 'count(*)' },
  },
  record: {
    table: 'instrument_uses',
    happenedAt: 'started_at',
    figures: {
      use_numbers: 'count(distinct user_id)',
      service_times: 'count(*)',
      service_time: 'sum(seconds)',
    },
  },
  sample: {
    table: 'instrument_samples',
    happenedAt: 'sampled_at',
    figures: { sample_times: 'sum(count)' },
  },
  status: {
    table: 'instrument_faults',
    happenedAt: 'broke_at',
    figures: { break_time: 'sum(seconds)', break_times: 'count(*)' },
  },
  training: {
    table: 'instrument_trainings',
    happenedAt: 'trained_at',
    figures: { training_times: 'count(*)', approved_times: 'count(*) filter (where approved)' },
  },
};

/**
 * Selects a row per instrument with data, and always one row without an instrument for the total.
 */
export function selectTotals(resource: InstrumentResource): string {
  const { table, happenedAt } = sources[resource];
  return `
    select '${resource}' as resource, equipment as key, ${figuresOf(resource)} as figures
      from ${table}
     where ${isRequested(happenedAt)}
     group by grouping sets ((equipment), ())`;
}

/** Selects a row per bucket with data. $5: unit of the buckets, $6: time zone, $7: date format. */
export function selectByDate(resource: InstrumentResource): string {
  const { table, happenedAt } = sources[resource];
  return `
    select '${resource}' as resource, to_char(bucket, $7) as key, ${figuresOf(resource)} as figures
      from (select *, date_trunc($5, ${happenedAt} at time zone $6) as bucket
              from ${table}
             where ${isRequested(happenedAt)}) happened
     group by bucket`;
}

/** $1: environment, $2: ids of the instruments, $3 and $4: range in seconds since 1970. */
function isRequested(happenedAt: string): string {
  return `environment_id = $1 and equipment = any($2::text[])
       and ${happenedAt} >= to_timestamp($3) and ${happenedAt} < to_timestamp($4)`;
}

function figuresOf(resource: InstrumentResource): string {
  const expressions: Readonly<Record<string, string>> = sources[resource].figures;
  const figures = instrumentFigures[resource].map((name) => `coalesce(${expressions[name]}, 0)::text`);
  return `array[${figures.join(', ')}]`;
}
