import { z } from 'zod';
import { accountTime } from './account-fields.ts';
import { displayText } from './display-text.ts';
import { queryStatus } from './queries.ts';

/** Maximum size of a shared view, which has a filter at most. */
export const maxSharedViewBytes = 16_384;

const yearSeconds = 366 * 86_400;
const title = displayText.describe('Shown above the view.');
const frameOrigin = z
  .string()
  .regex(
    /^(https:\/\/[a-z0-9.-]+|http:\/\/(localhost|127\.0\.0\.1))(:\d{1,5})?$/,
    'expected an origin in lower case without a path, such as https://portal.example.com',
  );

/** Body of `POST …/sharedViews`. */
export const createSharedViewBody = z
  .strictObject({
    query: z.string().optional().describe('Id of the query whose result is shown. Either this or report.'),
    report: z
      .string()
      .optional()
      .describe('Name of the saved report that is run when the view is opened. Either this or query.'),
    filter: z
      .string()
      .min(1, 'expected a filter, or no such member')
      .optional()
      .describe('Holds beside the filter of the report, whatever that becomes.'),
    title: title.optional(),
    expiresInSeconds: z
      .int()
      .min(60, 'expected at least 60')
      .max(yearSeconds, `expected at most ${yearSeconds}`)
      .default(7 * 86_400)
      .describe("Lifetime by the database's clock."),
    frameOrigins: z
      .array(frameOrigin)
      .max(10, 'expected at most 10 origins')
      .default([])
      .describe('Origins whose pages may show the view in a frame.'),
  })
  .meta({ id: 'CreateSharedView' });
export type CreateSharedViewBody = z.infer<typeof createSharedViewBody>;

const view = {
  id: z.string(),
  query: z.string().optional(),
  report: z.string().optional(),
  filter: z.string().optional(),
  title: title.optional(),
  frameOrigins: z.array(z.string()),
  madeBy: z.string().describe('E-mail address of the user with whose rights it is opened.'),
  created: accountTime,
  expires: accountTime,
};

export const sharedView = z.strictObject(view).meta({ id: 'SharedView' });
export type SharedViewView = z.infer<typeof sharedView>;

/** Response to `POST …/sharedViews`. */
export const createdSharedView = z
  .strictObject({ ...view, url: z.string().describe('The page of the view, with its secret. Shown once.') })
  .meta({ id: 'CreatedSharedView' });
export type CreatedSharedView = z.infer<typeof createdSharedView>;

/** Response to `GET …/sharedViews`, newest first. */
export const sharedViewList = z
  .strictObject({ sharedViews: z.array(sharedView) })
  .meta({ id: 'SharedViewList' });

/** Response to `GET /v1/shared/{view}`: what its bearer may know. */
export const openedSharedView = z
  .strictObject({
    title: title.optional(),
    expires: accountTime,
    isReport: z.boolean().describe('true: POST …:run runs it again.'),
    query: queryStatus
      .pick({ state: true, created: true, progress: true, phase: true, resultRows: true, error: true })
      .optional()
      .describe('The query whose rows are shown. Absent: the report has not run yet.'),
  })
  .meta({ id: 'OpenedSharedView' });
export type OpenedSharedView = z.infer<typeof openedSharedView>;
