import type { Place } from '../api/environments.ts';

/** The command that imports a file of records, which the page does not read. */
export function importCommand({ organization, environment }: Place, set: string, file: string): string {
  const format = file.slice(file.lastIndexOf('.') + 1);
  return `hourglass import --org ${organization} --env ${environment} --dataset ${set} --format ${format} ${file}`;
}
