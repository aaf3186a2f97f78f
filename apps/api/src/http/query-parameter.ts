import type { Request } from 'express';
import { invalidRequest, type ReportError } from '@hourglass/reports';

/** @throws ReportError `request.invalid` when the parameter is there more than once, or no text for PostgreSQL. */
export function queryParameter(request: Request, name: string): string | undefined {
  const value = request.query[name];
  if (value !== undefined && typeof value !== 'string') {
    throw wrongParameter(name, 'it is there more than once; expected once');
  }
  if (value?.includes('\0') === true) throw wrongParameter(name, 'it holds a NUL character');
  return value;
}

export function wrongParameter(name: string, message: string): ReportError {
  return invalidRequest([{ field: name, message }]);
}
