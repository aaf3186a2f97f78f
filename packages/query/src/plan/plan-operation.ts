import { quoted } from '@hourglass/contract/messages';
import { operators, type Operation, type Operator, type ReportFault } from './plan.ts';
import type { MetricRequest } from './request.ts';

const number = /^-?(?<whole>[0-9]{1,15})(?:\.[0-9]{1,6})?$/;

/**
 * A product of integers stays an integer: a sum over ten billion facts times this factor fits into
 * 128 bits.
 */
const maxFactorDigits = 9;

/** Returns null if no operation is requested, and undefined if it was faulty and reported. */
export function planOperation(
  { operator: requested, value }: Pick<MetricRequest, 'operator' | 'value'>,
  field: string,
  report: ReportFault,
): Operation | null | undefined {
  if (requested === undefined) {
    if (value === undefined) return null;
    report(`${field}.value`, 'a value without an operator; expected both or neither');
    return undefined;
  }
  const operator = operators.find((candidate) => candidate === requested);
  const expected = operators.join(' ');
  if (operator === undefined) {
    report(`${field}.operator`, `${quoted(requested)} is not an operator; expected one of ${expected}`);
  }
  const valueFault = faultOfValue(operator, value);
  if (valueFault !== null) report(`${field}.value`, valueFault);
  return operator === undefined || value === undefined || valueFault !== null
    ? undefined
    : { operator, value };
}

function faultOfValue(operator: Operator | undefined, value: string | undefined): string | null {
  const expected = 'expected a number as text, such as "1000" or "-0.5"';
  if (value === undefined) return `an operator without a value; ${expected}`;
  const { whole } = number.exec(value)?.groups ?? {};
  if (whole === undefined) {
    return `${quoted(value)} is not a value; ${expected}, at most 15 digits before the decimal point and 6 after it`;
  }
  if ((operator === '/' || operator === '%') && Number(value) === 0) {
    return `${quoted(value)} is zero, a division by which is undefined; expected another number`;
  }
  if (operator === '*' && whole.replace(/^0+/, '').length > maxFactorDigits) {
    return `${quoted(value)} is too large for "*"; expected at most ${maxFactorDigits} digits before the decimal point`;
  }
  return null;
}
