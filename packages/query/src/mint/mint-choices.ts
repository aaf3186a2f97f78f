import { didYouMean, quoted } from '@hourglass/contract/messages';
import type { ReportFault } from '../plan/plan.ts';

export const ratePlanLevels = ['DEVELOPER', 'STANDARD'] as const;
export const pricingTypes = ['REVSHARE', 'REVSHARE_RATECARD', 'RATECARD'] as const;
export const transactionStatuses = ['SUCCESS', 'FAILED', 'FINAL', 'REVIEW'] as const;
export const transactionTypes = [
  ...(['PURCHASE', 'CHARGE', 'REFUND', 'CREDIT', 'BALANCE', 'SETUPFEES', 'TERMINATIONFEES'] as const),
  ...(['RECURRINGFEES', 'TRUEUP', 'PROVIDER_AUDIT'] as const),
] as const;
export const groupings = [
  'APPLICATION',
  'BALANCE',
  'DEVELOPER',
  'ORG',
  'PACKAGE',
  'PRODUCT',
  'RATEPLAN',
] as const;
/** The contract's page misspells `GBP` as `GPB`; both are accepted. */
export const currencyOptions = ['LOCAL', 'EUR', 'GBP', 'GPB', 'USD'] as const;

/** Returns undefined if the text was faulty and reported. */
export function readChoice<Value extends string>(
  field: string,
  text: string,
  choices: readonly Value[],
  report: ReportFault,
): Value | undefined {
  const chosen = choices.find((candidate) => candidate === text);
  if (chosen === undefined) {
    const expected = `expected one of ${choices.join(', ')}`;
    report(field, `${quoted(text)} is unknown; ${expected}${didYouMean(text, choices)}`);
  }
  return chosen;
}

/** Returns the distinct valid choices and reports the faults of the others. */
export function readChoices<Value extends string>(
  field: string,
  texts: readonly string[] = [],
  choices: readonly Value[],
  report: ReportFault,
): readonly Value[] {
  const chosen = texts.flatMap(
    (text, index) => readChoice(`${field}[${index}]`, text, choices, report) ?? [],
  );
  return [...new Set(chosen)];
}
