import { instrumentFigures, type InstrumentResource } from '@hourglass/reports';

type FigureName<Resource extends InstrumentResource> = (typeof instrumentFigures)[Resource][number];

/** Where the records of a resource are, and how its figures come out of some of them. */
type Sources = {
  readonly [Resource in InstrumentResource]: {
    readonly table: string;
    /** Column of the time by which a record is counted. */
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

/** A row for each instrument that has data, and one without instrument for all of them, also when there is nothing. */
export function selectTotals(resource: InstrumentResource): string {
  const { table, happenedAt } = sources[resource];
  return `
    select '${resource}' as resource, equipment as key, ${figuresOf(resource)} as figures
      from ${table}
     where ${isAskedFor(happenedAt)}
     group by grouping sets ((equipment), ())`;
}

/** A row for each bucket that has data. $5 is its unit, $6 the time zone, $7 the format of its date. */
export function selectByDate(resource: InstrumentResource): string {
  const { table, happenedAt } = sources[resource];
  return `
    select '${resource}' as resource, to_char(bucket, $7) as key, ${figuresOf(resource)} as figures
      from (select *, date_trunc($5, ${happenedAt} at time zone $6) as bucket
              from ${table}
             where ${isAskedFor(happenedAt)}) happened
     group by bucket`;
}

/** $1 is the environment, $2 the ids of the instruments, $3 and $4 the range in seconds since 1970. */
function isAskedFor(happenedAt: string): string {
  return `environment_id = $1 and equipment = any($2::text[])
       and ${happenedAt} >= to_timestamp($3) and ${happenedAt} < to_timestamp($4)`;
}

function figuresOf(resource: InstrumentResource): string {
  const expressions: Readonly<Record<string, string>> = sources[resource].figures;
  const figures = instrumentFigures[resource].map((name) => `coalesce(${expressions[name]}, 0)::text`);
  return `array[${figures.join(', ')}]`;
}
