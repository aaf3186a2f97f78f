import { instrumentsError, type InstrumentsError } from '@hourglass/contract';
import type { ReportError } from '@hourglass/reports';
import { setErrorHead } from '../../http/error-response.ts';
import type { ErrorStyle } from '../../http/route.ts';

/** The contract says nothing of errors; this is the least that tells what to change, with every fault in the message. */
export const instrumentsErrorStyle: ErrorStyle = {
  schema: instrumentsError,
  write(response, error) {
    const body: InstrumentsError = { error: { code: error.code, message: messageOf(error) } };
    setErrorHead(response, error);
    response.json(body);
  },
};

function messageOf({ message, faults }: ReportError): string {
  return faults.length < 2 ? message : faults.map((fault) => `${fault.field}: ${fault.message}`).join('; ');
}
