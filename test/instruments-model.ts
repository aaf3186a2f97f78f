import * as fc from 'fast-check';

/** An event, as the test ingests and counts it. */
export interface Happened {
  readonly id: string;
  readonly equipment: string;
  readonly user: string;
  readonly kind: Kind;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** Seconds, samples, or millionths of the amount. */
  readonly quantity: number;
  readonly approved: boolean;
}

type Kind = 'charge' | 'follow' | 'record' | 'sample' | 'status' | 'training';

const kinds: readonly Kind[] = ['charge', 'follow', 'record', 'sample', 'status', 'training'];
export const modelEquipment = ['i1', 'i2', 'i3', 'i4'];
const hourMs = 3_600_000;

/** In Berlin: the end of a year, a leap day, a skipped hour and a repeated one. */
const eventfulMs = ['2024-01-01', '2024-02-29', '2024-03-31', '2024-10-27'].map((day) => Date.parse(day));

/** Times around these days, more often at the edges of seconds and hours. */
export const eventfulTimesMs = fc
  .record({
    day: fc.constantFrom(...eventfulMs),
    hour: fc.integer({ min: -30, max: 54 }),
    withinMs: fc.oneof(
      fc.constantFrom(0, hourMs - 1, hourMs - 1000),
      fc.integer({ min: 0, max: hourMs - 1 }),
    ),
  })
  .map(({ day, hour, withinMs }) => day + hour * hourMs + withinMs);

export const happenings: fc.Arbitrary<Omit<Happened, 'id'>> = fc.record({
  equipment: fc.constantFrom(...modelEquipment, 'never asked for'),
  user: fc.constantFrom('u1', 'u2', 'u3', 'u4', 'u5', 'u6'),
  kind: fc.constantFrom(...kinds),
  atMs: eventfulTimesMs,
  quantity: fc.integer({ min: 0, max: 5_000_000 }),
  approved: fc.boolean(),
});

/** The record set and record of each kind. */
export const recordsOf: Readonly<
  Record<Kind, { readonly set: string; readonly record: (happened: Happened) => object }>
> = {
  charge: {
    set: 'charges',
    record: ({ id, equipment, quantity, ...rest }) => {
      return { id, equipment, charged_at: timeOf(rest), amount: decimalOf(BigInt(quantity)) };
    },
  },
  follow: {
    set: 'followers',
    record: ({ id, equipment, ...rest }) => ({ equipment, user_id: id, followed_at: timeOf(rest) }),
  },
  record: {
    set: 'uses',
    record: ({ id, equipment, user, quantity, ...rest }) => {
      return { id, equipment, user_id: user, started_at: timeOf(rest), seconds: quantity };
    },
  },
  sample: {
    set: 'samples',
    record: ({ id, equipment, quantity, ...rest }) => {
      return { id, equipment, sampled_at: timeOf(rest), count: quantity };
    },
  },
  status: {
    set: 'faults',
    record: ({ id, equipment, quantity, ...rest }) => {
      return { id, equipment, broke_at: timeOf(rest), seconds: quantity };
    },
  },
  training: {
    set: 'trainings',
    record: ({ id, equipment, approved, ...rest }) => ({ id, equipment, trained_at: timeOf(rest), approved }),
  },
};

/** Adds up the figures of events one by one. */
export function figuresOf(kind: Kind, happened: readonly Happened[]): Record<string, string> {
  let sum = 0n;
  let approved = 0;
  const users = new Set<string>();
  for (const one of happened) {
    sum += BigInt(one.quantity);
    approved += one.approved ? 1 : 0;
    users.add(one.user);
  }
  const times = String(happened.length);
  switch (kind) {
    case 'charge':
      return { charge_amount: decimalOf(sum) };
    case 'follow':
      return { follow_numbers: times };
    case 'record':
      return { use_numbers: String(users.size), service_times: times, service_time: String(sum) };
    case 'sample':
      return { sample_times: String(sum) };
    case 'status':
      return { break_time: String(sum), break_times: times };
    case 'training':
      return { training_times: times, approved_times: String(approved) };
    default:
      return kind satisfies never;
  }
}

function timeOf({ atMs }: { readonly atMs: number }): string {
  return new Date(atMs).toISOString();
}

/** Formats millionths as a decimal without trailing zeros. */
function decimalOf(millionths: bigint): string {
  const fraction = String(millionths % 1_000_000n)
    .padStart(6, '0')
    .replace(/0+$/, '');
  return `${millionths / 1_000_000n}${fraction === '' ? '' : `.${fraction}`}`;
}
