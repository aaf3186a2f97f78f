import { invalidRequest, type FieldFault } from '@hourglass/reports';
import type { Request } from 'express';
import type { z } from 'zod';
import { readGivenValues, type GivenBody, type GivenValues } from './given-values.ts';

type Issue = z.core.$ZodIssue;

/** `time` and the other lists have their names in the singular: clients repeat them. */
const lists = ['equipment', 'resource', 'time'];
const longestShown = 60;

/**
 * What a request asks, in whichever forms it does.
 * @throws ReportError `request.unknown_parameter`, `request.invalid` with every fault
 */
export function readAsked<Asked>(
  request: Request,
  body: GivenBody,
  schema: z.ZodObject & z.ZodType<Asked>,
): Asked {
  const singles = Object.keys(schema.shape).filter((name) => !lists.includes(name));
  const queryStart = request.url.indexOf('?');
  const queryString = queryStart === -1 ? '' : request.url.slice(queryStart);
  const given = readGivenValues(queryString, body, { lists, singles });
  const read = schema.safeParse(asObject(given));
  if (read.success && given.faults.length === 0) return read.data;
  throw invalidRequest([
    ...given.faults,
    ...(read.error?.issues ?? []).flatMap((issue) => faultOf(issue, given)),
  ]);
}

function asObject({ values }: GivenValues): Record<string, unknown> {
  const given = [...values].map(([field, texts]) => [field, lists.includes(field) ? texts : texts[0]]);
  // A list that is not there is one without items.
  return { ...Object.fromEntries(lists.map((field) => [field, []])), ...Object.fromEntries(given) };
}

/** Nothing more of a field that is at fault already. */
function faultOf({ path, message }: Issue, { values, faults }: GivenValues): FieldFault[] {
  const [field, index = 0] = path;
  if (typeof field !== 'string' || faults.some((fault) => fault.field === field)) return [];
  const found = values.get(field)?.[Number(index)];
  const isAboutOne = found !== undefined && (path.length > 1 || !lists.includes(field));
  return [
    {
      field,
      message: isAboutOne ? `${message}, found ${JSON.stringify(found.slice(0, longestShown))}` : message,
    },
  ];
}
