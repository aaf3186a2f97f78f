import type { Request } from 'express';
import type { Catalogue } from '@hourglass/query';
import { queryStates, type ListCriteria } from '@hourglass/reports';
import { z } from 'zod';
import { queryParameter, wrongParameter } from '../http/query-parameter.ts';

const defaultPageSize = 100;
const maxPageSize = 1000;
const isoDateTime = z.iso.datetime({ offset: true, local: true });

/** @throws ReportError `request.invalid` that names the parameter. */
export function listCriteria(request: Request, catalogue: Catalogue): ListCriteria {
  // Every query is listed, with a saved report or without: there are no saved reports.
  oneOf(request, 'inclQueriesWithoutReport', ['true', 'false']);
  // E-mails are stored in lower case.
  const submittedBy = queryParameter(request, 'submittedBy')?.toLowerCase();
  const state = oneOf(request, 'status', queryStates);
  const dataset = oneOf(request, 'dataset', [...catalogue.keys()]);
  const createdFrom = moment(request, 'from');
  const createdBefore = moment(request, 'to');
  if (createdFrom !== undefined && createdBefore !== undefined && createdFrom >= createdBefore) {
    throw wrongParameter('to', 'it is not after from; expected a later time');
  }
  return {
    ...(submittedBy === undefined ? {} : { submittedBy }),
    ...(state === undefined ? {} : { state }),
    ...(dataset === undefined ? {} : { dataset }),
    ...(createdFrom === undefined ? {} : { createdFrom }),
    ...(createdBefore === undefined ? {} : { createdBefore }),
  };
}

/** @throws ReportError `request.invalid` unless it is missing or within its bounds. */
export function pageSize(request: Request): number {
  const text = queryParameter(request, 'pageSize') ?? String(defaultPageSize);
  const size = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (size >= 1 && size <= maxPageSize) return size;
  throw wrongParameter('pageSize', `expected a whole number from 1 to ${maxPageSize}, found ${quoted(text)}`);
}

function oneOf<Value extends string>(
  request: Request,
  name: string,
  values: readonly Value[],
): Value | undefined {
  const text = queryParameter(request, name);
  const value = values.find((candidate) => candidate === text);
  if (text === undefined || value !== undefined) return value;
  throw wrongParameter(name, `expected ${values.join(', ')}, found ${quoted(text)}`);
}

function moment(request: Request, name: string): Date | undefined {
  const text = queryParameter(request, name);
  if (text === undefined) return undefined;
  if (isoDateTime.safeParse(text).success) {
    return new Date(/(?:Z|[+-]\d{2}:\d{2})$/.test(text) ? text : `${text}Z`);
  }
  throw wrongParameter(
    name,
    `expected ISO 8601 such as 2026-01-31T13:45:00Z, where a missing zone means UTC, found ${quoted(text)}`,
  );
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 60));
}
