import { happened, optional, required, type RecordSet } from '../record-set.ts';

const id = required('id', 'text', 'Id of the record in its source system.');
const equipment = required('equipment', 'text', 'Id of the instrument.');

/** The records behind the statistics of instruments. */
export const instrumentsRecords: readonly RecordSet[] = [
  {
    name: 'instruments.instruments',
    table: 'instruments',
    key: ['id'],
    columns: [
      required('id', 'text', 'Id of the instrument.'),
      optional('name', 'text', 'Name of the instrument.'),
      optional('location', 'text', 'Location of the instrument.'),
    ],
  },
  {
    name: 'instruments.charges',
    table: 'instrument_charges',
    key: ['id'],
    columns: [
      id,
      equipment,
      happened('charged_at', 'Time of the charge.'),
      required('amount', 'decimal', 'Amount charged, in the currency unit of the sender.'),
    ],
  },
  {
    name: 'instruments.followers',
    table: 'instrument_followers',
    key: ['equipment', 'user_id'],
    columns: [
      equipment,
      required('user_id', 'text', 'Id of the follower.'),
      happened('followed_at', 'Time since which the user follows the instrument.'),
    ],
  },
  {
    name: 'instruments.uses',
    table: 'instrument_uses',
    key: ['id'],
    columns: [
      id,
      equipment,
      required('user_id', 'text', 'Id of the user.'),
      happened('started_at', 'Start of the use; decides the period in which it counts.'),
      required('seconds', 'integer', 'Duration of the use.'),
    ],
  },
  {
    name: 'instruments.samples',
    table: 'instrument_samples',
    key: ['id'],
    columns: [
      id,
      equipment,
      happened('sampled_at', 'Time at which the samples were submitted.'),
      required('count', 'integer', 'Number of samples.'),
    ],
  },
  {
    name: 'instruments.faults',
    table: 'instrument_faults',
    key: ['id'],
    columns: [
      id,
      equipment,
      happened('broke_at', 'Start of the fault; decides the period in which it counts.'),
      required('seconds', 'integer', 'Time out of order.'),
    ],
  },
  {
    name: 'instruments.trainings',
    table: 'instrument_trainings',
    key: ['id'],
    columns: [
      id,
      equipment,
      happened('trained_at', 'Time at which the training was requested.'),
      required('approved', 'boolean', 'Whether the training was approved.'),
    ],
  },
];
