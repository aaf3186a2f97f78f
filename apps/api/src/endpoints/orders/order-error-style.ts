import { orderError, type OrderError } from '@hourglass/contract';
import type { ReportError } from '@hourglass/reports';
import { setErrorHead } from '../../http/error-response.ts';
import type { ErrorStyle } from '../../http/route.ts';

/** A message stays readable; who corrects these meets the others. */
const maxShownFaults = 5;

/** The contract's own body, of code and message. */
export const orderErrorStyle: ErrorStyle = {
  schema: orderError,
  write(response, error) {
    setErrorHead(response, error);
    if (error.kind === 'unauthenticated') response.set('WWW-Authenticate', 'Signature realm="hourglass"');
    const body: OrderError = { code: error.code, message: messageOf(error) };
    response.json(body);
  },
};

/** There is no other place for the faults. */
function messageOf({ message, faults }: ReportError): string {
  if (faults.length < 2) return message;
  const shown = faults.slice(0, maxShownFaults).map((fault) => `${fault.field}: ${fault.message}`);
  return `The request has ${faults.length} faults: ${shown.join('; ')}${faults.length > maxShownFaults ? '; …' : ''}`;
}
