import { wholeNumber } from './setting-schemas.ts';
import { setting } from './setting.ts';

/** Settings of what an environment may use of the instance. */
export const tenantLimitSettings = {
  /** Apply to environments without limits of their own. */
  limits: {
    queriesPerHour: setting('HOURGLASS_QUERIES_PER_HOUR', wholeNumber(1, 1_000_000), '7', {
      readBy: ['api'],
      value: 'submissions per rolling hour and environment',
      description:
        'Maximum number of accepted submissions; further ones get status 429. An environment can override it.',
    }),
    activeQueries: setting('HOURGLASS_ACTIVE_QUERIES', wholeNumber(1, 100_000), '10', {
      readBy: ['api'],
      value: 'queries per environment',
      description:
        'Maximum number of enqueued and running queries; further submissions get status 429. An environment can override it.',
    }),
  },
  /** Apply to environments without limits of their own. */
  scheduleLimits: {
    schedules: setting('HOURGLASS_SCHEDULES', wholeNumber(1, 10_000), '100', {
      readBy: ['api'],
      value: 'schedules per environment',
      description:
        'Maximum number of schedules; creating further ones gets status 409. An environment can override it.',
    }),
    scheduledQueries: setting('HOURGLASS_SCHEDULED_QUERIES', wholeNumber(1, 100_000), '10', {
      readBy: ['api', 'worker'],
      value: 'queries per environment',
      description:
        'Maximum number of enqueued and running queries of schedules, which count against no other limit; further runs wait. An environment can override it.',
    }),
  },
  turnWeightCeiling: setting('HOURGLASS_TURN_WEIGHT_CEILING', wholeNumber(1, 100), '1', {
    readBy: ['api'],
    value: 'weight',
    description:
      'Largest weight in fair queueing that administrators may give an environment. Operators can override it for an organization.',
  }),
};
