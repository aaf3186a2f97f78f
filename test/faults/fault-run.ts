/** `npm run test:faults` runs the full numbers; `npm run test:long` runs every test in a short form. */
const isFull = process.env['TEST_SUITE'] === 'faults';

export function fullOrShort(full: number, short: number): number {
  return isFull ? full : short;
}

/** Long enough for the leases of many killed workers to lapse. */
export const patienceMs = isFull ? 3_600_000 : 600_000;
