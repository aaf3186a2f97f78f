import type { Request } from 'express';
import { repeatedMessage } from '@hourglass/contract';
import { ReportError, invalidRequest, type FieldFault } from '@hourglass/reports';
import { systemParameters } from './system-parameters.ts';
import type { Route } from './route.ts';

/**
 * Reads and validates the query parameters.
 * @throws ReportError `request.unknown_parameter`, `request.invalid` with every fault
 */
export function readParameters(request: Request, { parameters }: Route): Readonly<Record<string, unknown>> {
  const { query } = request;
  for (const name of Object.keys(query)) {
    if (Object.hasOwn(parameters, name) || systemParameters.has(name)) continue;
    const names = Object.keys(parameters);
    throw new ReportError('request.unknown_parameter', {
      name,
      expected: names.length === 0 ? 'none' : names.join(', '),
    });
  }
  const values: Record<string, unknown> = {};
  const faults: FieldFault[] = [];
  for (const [name, schema] of Object.entries(parameters)) {
    const text = query[name];
    if (text !== undefined && typeof text !== 'string') {
      faults.push({ field: name, message: repeatedMessage });
    } else if (text?.includes('\0') === true) {
      // PostgreSQL strings cannot contain a NUL.
      faults.push({ field: name, message: 'contains a NUL character; expected none' });
    } else {
      const read = schema.safeParse(text);
      if (read.success) values[name] = read.data;
      else faults.push({ field: name, message: describe(read.error.issues[0]?.message ?? '', text) });
    }
  }
  if (faults.length > 0) throw invalidRequest(faults);
  return values;
}

function describe(message: string, text: string | undefined): string {
  return text === undefined ? message : `${message}, found ${JSON.stringify(text.slice(0, 60))}`;
}
