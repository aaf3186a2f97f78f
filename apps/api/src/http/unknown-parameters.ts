import { didYouMean, listFaults, visible } from '@hourglass/contract/messages';
import { ReportError, type FieldFault } from '@hourglass/reports';

const maxNameLength = 100;
const maxNamed = 10;
const maxFaults = 100;

/** The error of a request with parameters that its path does not take, and perhaps `faults` of others. */
export function unknownParameters(
  names: readonly string[],
  known: readonly string[],
  faults: readonly FieldFault[] = [],
): ReportError {
  const expected = known.length === 0 ? 'none' : known.join(', ');
  const unknown = names.slice(0, maxFaults).map((name) => ({
    field: shorten(name),
    message: `unknown query parameter; expected ${expected}${didYouMean(name, known)}`,
  }));
  const shown = names.slice(0, maxNamed).map((name) => `"${shorten(name)}"`);
  const suggestions = names.slice(0, maxNamed).map((name) => didYouMean(name, known));
  const suggestion = suggestions.find((text) => text !== '') ?? '';
  const details = {
    parameters: `parameter${names.length === 1 ? '' : 's'} ${shown.join(', ')}${names.length > maxNamed ? ', …' : ''}`,
    expected: `${expected}${suggestion}`,
    others: faults.length === 0 ? '' : `${suggestion === '' ? '.' : ''} Also ${listFaults(faults)}`,
  };
  return new ReportError('request.unknown_parameter', details, [...unknown, ...faults].slice(0, maxFaults));
}

function shorten(name: string): string {
  return visible(name.length > maxNameLength ? `${name.slice(0, maxNameLength)}…` : name);
}
