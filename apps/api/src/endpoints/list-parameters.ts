import { moment, oneOf, wholeNumber } from '@hourglass/contract';
import type { Catalogue } from '@hourglass/query';
import { invalidRequest, queryStates, type ListCriteria } from '@hourglass/reports';
import { z } from 'zod';

const defaultPageSize = 100;
const maxPageSize = 1000;

/** The query parameters of a list of queries. */
export function listParameters(catalogue: Catalogue) {
  const [first, ...others] = catalogue.keys();
  if (first === undefined) throw new Error('the catalogue has no dataset');
  return {
    submittedBy: z.string().optional().describe('E-mail of the submitter, of any letter case.'),
    status: oneOf(queryStates).optional().describe('State of the queries.'),
    dataset: oneOf([first, ...others])
      .optional()
      .describe('Dataset of the queries; all by default.'),
    from: moment.optional().describe('Created then or later.'),
    to: moment.optional().describe('Created before.'),
    inclQueriesWithoutReport: oneOf(['true', 'false'])
      .default('true')
      .describe('"false" leaves out queries without a reportDefinitionId.'),
    pageSize: wholeNumber({ min: 1, max: maxPageSize })
      .default(defaultPageSize)
      .describe(`Queries in one answer, at most ${maxPageSize}; ${defaultPageSize} by default.`),
    pageToken: z.string().optional().describe('nextPageToken of the answer before this one.'),
  };
}

type ListParameters = {
  readonly [Name in keyof ReturnType<typeof listParameters>]: z.output<
    ReturnType<typeof listParameters>[Name]
  >;
};

/** @throws ReportError `request.invalid` unless the moments are in order. */
export function listCriteria(parameters: ListParameters): ListCriteria {
  const { submittedBy, status, dataset, from, to, inclQueriesWithoutReport } = parameters;
  if (from !== undefined && to !== undefined && from >= to) {
    throw invalidRequest([{ field: 'to', message: 'it is not after from; expected a later time' }]);
  }
  return {
    // E-mails are stored in lower case.
    ...(submittedBy === undefined ? {} : { submittedBy: submittedBy.toLowerCase() }),
    ...(status === undefined ? {} : { state: status }),
    ...(dataset === undefined ? {} : { dataset }),
    ...(from === undefined ? {} : { createdFrom: from }),
    ...(to === undefined ? {} : { createdBefore: to }),
    ...(inclQueriesWithoutReport === 'true' ? {} : { hasReport: true }),
  };
}
