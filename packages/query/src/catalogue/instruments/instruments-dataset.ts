import { additive, distinctValues, measured, type Aggregation } from '../aggregations.ts';
import { column } from '../column-dimension.ts';
import type { Dataset, Dimension, Metric, NumericType } from '../dataset.ts';
import { instrumentsRecords } from './instruments-records.ts';

const text = column('text');

const dimensions: readonly Dimension[] = [
  text('equipment', 'Id of the instrument.'),
  text('equipment_name', 'What people call the instrument.'),
  text('equipment_location', 'Where the instrument stands.'),
  text('activity', 'What happened: charge, follow, use, sample, fault or training.'),
  text('service_user', 'Who used the instrument; of uses only.'),
  text('follower', 'Who follows the instrument; of followers only.'),
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

/** The first function is the one a request gets that names none. */
const metrics: readonly Metric[] = [
  metric('charge_amount', 'decimal', measured, 'currency', 'What was charged.'),
  metric('follow_numbers', 'integer', additive, 'users', 'Users who began to follow the instrument.'),
  metric('service_times', 'integer', additive, 'uses', 'Uses of the instrument.'),
  metric('service_time', 'integer', measured, 'seconds', 'How long the instrument was used.'),
  metric('sample_times', 'integer', additive, 'samples', 'Samples that were handed in.'),
  metric('break_time', 'integer', measured, 'seconds', 'How long the instrument was out of order.'),
  metric('break_times', 'integer', additive, 'faults', 'Faults of the instrument.'),
  metric('training_times', 'integer', additive, 'trainings', 'Trainings that were asked for.'),
  metric('approved_times', 'integer', additive, 'trainings', 'Trainings that were approved.'),
  {
    name: 'use_numbers',
    description: 'Different users of the instrument.',
    unit: 'users',
    ...distinctValues,
    source: { kind: 'distinct', dimension: 'service_user' },
  },
];

/** One fact is one thing that happened to an instrument, at the time at which it began. */
export const instrumentsDataset: Dataset = {
  name: 'instruments',
  hotTable: 'instrument_facts',
  takesCustomFields: false,
  records: instrumentsRecords,
  metrics,
  dimensions,
};
