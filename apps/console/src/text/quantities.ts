const byteUnits = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
const unitBytes = 1000;

/** Formats a number of bytes in the largest unit of which there is at least one. */
export function formatBytes(bytes: number, tag: string): string {
  let power = 0;
  while (power < byteUnits.length - 1 && bytes >= unitBytes ** (power + 1)) power += 1;
  const format = new Intl.NumberFormat(tag, {
    style: 'unit',
    unit: byteUnits[power] ?? 'byte',
    unitDisplay: power === 0 ? 'long' : 'short',
    maximumFractionDigits: power === 0 ? 0 : 1,
  });
  return format.format(bytes / unitBytes ** power);
}

export function formatCount(count: number, tag: string): string {
  return new Intl.NumberFormat(tag).format(count);
}

const timeUnits = [
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

/** Formats a duration, rounded up to whole seconds, to minutes from 90 seconds, and to hours from 90 minutes. */
export function formatDuration(seconds: number, tag: string): string {
  const [unit, length] = timeUnits.find(([, each]) => seconds >= each * 1.5) ?? (['second', 1] as const);
  return new Intl.NumberFormat(tag, { style: 'unit', unit, unitDisplay: 'long' }).format(
    Math.max(1, Math.ceil(seconds / length)),
  );
}
