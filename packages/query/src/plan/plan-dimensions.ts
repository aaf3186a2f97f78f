import { didYouMean, quoted } from '@hourglass/contract/messages';
import type { Dataset } from '../catalogue/dataset.ts';
import { findDimension, findMetric } from '../catalogue/look-up.ts';
import type { ReportFault } from './plan.ts';

/** Returns the valid dimensions and reports the faults of the others. */
export function planDimensions(
  requested: readonly string[],
  dataset: Dataset,
  report: ReportFault,
): readonly string[] {
  const fieldOf = new Map<string, string>();
  for (const [index, name] of requested.entries()) {
    const field = `dimensions[${index}]`;
    const earlier = fieldOf.get(name);
    if (findDimension(dataset, name) === undefined) report(field, unknownDimension(name, dataset));
    else if (earlier !== undefined) {
      report(field, `${quoted(name)} is already ${earlier}; expected each dimension once`);
    } else fieldOf.set(name, field);
  }
  return [...fieldOf.keys()];
}

function unknownDimension(name: string, dataset: Dataset): string {
  if (findMetric(dataset, name) !== undefined) {
    return `${quoted(name)} is a metric, not a dimension; expected it under metrics`;
  }
  const known = dataset.dimensions.map((candidate) => candidate.name);
  return `${quoted(name)} is not a dimension; expected one of the dimensions of "${dataset.name}"${didYouMean(name, known)}`;
}
