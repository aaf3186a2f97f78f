import { didYouMean, quoted } from '@hourglass/contract/messages';
import type { Request } from 'express';
import { repeatedMessage } from '@hourglass/contract';
import { invalidRequest, type FieldFault } from '@hourglass/reports';
import type { z } from 'zod';
import { systemParameters } from './system-parameters.ts';
import { unknownParameters } from './unknown-parameters.ts';
import type { Route } from './route.ts';

/**
 * Reads and validates the query parameters.
 * @throws ReportError `request.unknown_parameter` or `request.invalid`, with every fault
 */
export function readParameters(request: Request, { parameters }: Route): Readonly<Record<string, unknown>> {
  const { query } = request;
  const unknown = Object.keys(query).filter(
    (name) => !Object.hasOwn(parameters, name) && !systemParameters.has(name),
  );
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
      else faults.push({ field: name, message: describeIssue(read.error.issues[0], text) });
    }
  }
  if (unknown.length > 0) throw unknownParameters(unknown, Object.keys(parameters), faults);
  if (faults.length > 0) throw invalidRequest(faults);
  return values;
}

/** The message of a parameter's issue, with the text found and the nearest choice. */
export function describeIssue(issue: z.core.$ZodIssue | undefined, text: string | undefined): string {
  const message = issue?.message ?? '';
  return text === undefined ? message : `${message}, found ${quoted(text)}${nearestChoice(issue, text)}`;
}

/** The suggestion for a value that is none of the choices of an enumeration. */
export function nearestChoice(issue: z.core.$ZodIssue | undefined, found: string): string {
  if (issue?.code !== 'invalid_value') return '';
  return didYouMean(found, issue.values.map(String));
}
