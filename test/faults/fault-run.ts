/** `npm run test:faults` has the whole numbers, `npm test` a short form of everything. */
const isFull = process.env['FULL_FAULTS'] === 'true';

export function many(full: number, short: number): number {
  return isFull ? full : short;
}

/** For docs/reliability.md. */
export function printFigure(what: string, figures: Readonly<Record<string, string | number>>): void {
  const listed = Object.entries(figures).map(([name, value]) => `${name} ${value}`);
  process.stdout.write(`figure: ${what}: ${listed.join(', ')}\n`);
}

/** Long enough for the leases of killed workers to run out again and again. */
export const patienceMs = isFull ? 3_600_000 : 600_000;
