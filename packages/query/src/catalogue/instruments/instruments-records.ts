import { optional, required, type RecordSet } from '../record-set.ts';

const id = required('id', 'text', 'Id of the row in the system that it comes from.');
const equipment = required('equipment', 'text', 'Id of the instrument.');

/** What the statistics of instruments are made of. */
export const instrumentsRecords: readonly RecordSet[] = [
  {
    name: 'instruments.instruments',
    table: 'instruments',
    key: ['id'],
    columns: [
      required('id', 'text', 'Id of the instrument.'),
      optional('name', 'text', 'What people call it.'),
      optional('location', 'text', 'Where it stands.'),
    ],
  },
  {
    name: 'instruments.charges',
    table: 'instrument_charges',
    key: ['id'],
    columns: [
      id,
      equipment,
      required('charged_at', 'timestamp', 'When it was charged.'),
      required('amount', 'decimal', 'What was charged, in the unit of the sender.'),
    ],
  },
  {
    name: 'instruments.followers',
    table: 'instrument_followers',
    key: ['equipment', 'user_id'],
    columns: [
      equipment,
      required('user_id', 'text', 'Who follows the instrument.'),
      required('followed_at', 'timestamp', 'Since when.'),
    ],
  },
  {
    name: 'instruments.uses',
    table: 'instrument_uses',
    key: ['id'],
    columns: [
      id,
      equipment,
      required('user_id', 'text', 'Who used the instrument.'),
      required('started_at', 'timestamp', 'Start of the use, by which it is counted.'),
      required('seconds', 'integer', 'How long it lasted.'),
    ],
  },
  {
    name: 'instruments.samples',
    table: 'instrument_samples',
    key: ['id'],
    columns: [
      id,
      equipment,
      required('sampled_at', 'timestamp', 'When the samples were handed in.'),
      required('count', 'integer', 'How many there were.'),
    ],
  },
  {
    name: 'instruments.faults',
    table: 'instrument_faults',
    key: ['id'],
    columns: [
      id,
      equipment,
      required('broke_at', 'timestamp', 'Start of the fault, by which it is counted.'),
      required('seconds', 'integer', 'How long the instrument was out of order.'),
    ],
  },
  {
    name: 'instruments.trainings',
    table: 'instrument_trainings',
    key: ['id'],
    columns: [
      id,
      equipment,
      required('trained_at', 'timestamp', 'When the training was asked for.'),
      required('approved', 'boolean', 'Whether it was approved.'),
    ],
  },
];
