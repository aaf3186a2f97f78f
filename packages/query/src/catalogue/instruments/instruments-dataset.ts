import { additive, distinctValues, measured, type Aggregation } from '../aggregations.ts';
import { column } from '../column-dimension.ts';
import type { Dataset, Dimension, Metric, NumericType } from '../dataset.ts';
import { instrumentsRecords } from './instruments-records.ts';

const text = column('text');

const dimensions: readonly Dimension[] = [
  text('equipment', 'Id of the instrument.'),
  text('equipment_name', 'Name of the instrument.'),
  text('equipment_location', 'Location of the instrument.'),
  text('activity', 'Kind of event: charge, follow, use, sample, fault or training.'),
  text('service_user', 'User of the instrument; only for uses.'),
  text('follower', 'Follower of the instrument; only for follows.'),
];

function metric(
  name: string,
  type: NumericType,
  aggregation: Aggregation,
  unit: string,
  description: string,
): Metric {
  return { name, description, unit, ...aggregation, source: { kind: 'column', type } };
}

/** The first function of a metric is the default of requests. */
const metrics: readonly Metric[] = [
  metric('charge_amount', 'decimal', measured, 'currency', 'Amount charged.'),
  metric('follow_numbers', 'integer', additive, 'users', 'New followers of the instrument.'),
  metric('service_times', 'integer', additive, 'uses', 'Uses of the instrument.'),
  metric('service_time', 'integer', measured, 'seconds', 'Duration of use.'),
  metric('sample_times', 'integer', additive, 'samples', 'Samples submitted.'),
  metric('break_time', 'integer', measured, 'seconds', 'Time out of order.'),
  metric('break_times', 'integer', additive, 'faults', 'Faults of the instrument.'),
  metric('training_times', 'integer', additive, 'trainings', 'Trainings requested.'),
  metric('approved_times', 'integer', additive, 'trainings', 'Trainings approved.'),
  {
    name: 'use_numbers',
    description: 'Distinct users of the instrument.',
    unit: 'users',
    ...distinctValues,
    source: { kind: 'distinct', dimension: 'service_user' },
  },
];

/**
 * Use of instruments: one fact is one event of an instrument. Its timestamp is the start of the
 * event.
 */
export const instrumentsDataset: Dataset = {
  name: 'instruments',
  hotTable: 'instrument_facts',
  takesCustomFields: false,
  records: instrumentsRecords,
  metrics,
  dimensions,
};
