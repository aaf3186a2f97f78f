import { consumptionError, type ConsumptionError } from '@hourglass/contract';
import { setErrorHead } from '../../http/error-response.ts';
import type { ErrorStyle } from '../../http/route.ts';

/** The id of the request is in the header only: an unknown customer and another's are the same to the byte. */
export const consumptionErrorStyle: ErrorStyle = {
  schema: consumptionError,
  write(response, error) {
    setErrorHead(response, error);
    const { code, message, faults } = error;
    const body: ConsumptionError = {
      error: { code, message, ...(faults.length === 0 ? {} : { faults: [...faults] }) },
    };
    response.json(body);
  },
};
