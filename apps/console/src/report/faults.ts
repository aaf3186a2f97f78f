import { faultIndex } from './filter-tokens.ts';

export interface FieldFault {
  readonly field: string;
  readonly message: string;
}

/** Parts of the form that show faults of a body. */
const sections = [
  ...['dataset', 'name', 'metrics', 'dimensions', 'timeRange', 'timeZone', 'groupByTimeUnit'],
  ...['filter', 'orderBy', 'limit', 'having', 'compareTo', 'others', 'fillGaps', 'outputFormat'],
] as const;

/** Returns the faults of a member and of what is in it: `metrics[0].name` is one of `metrics` and of `metrics[0]`. */
export function faultsOf(faults: readonly FieldFault[], member: string): string[] {
  return faults.filter(({ field }) => isWithin(field, member)).map(({ message }) => message);
}

/** Returns the faults of everything that the form does not show, with their fields. */
export function otherFaults(faults: readonly FieldFault[]): string[] {
  return faults
    .filter(({ field }) => !sections.some((section) => isWithin(field, section)))
    .map(({ field, message }) => `${field}: ${message}`);
}

function isWithin(field: string, member: string): boolean {
  return field === member || field.startsWith(`${member}.`) || field.startsWith(`${member}[`);
}

/** Returns where the API found the first fault of a condition; null: it did not say. */
export function firstFault(text: string, errors: readonly string[]): number | null {
  return errors.map((error) => faultIndex(text, error)).find((index) => index !== null) ?? null;
}
