import type { QueryStatus } from '@hourglass/contract';
import type { QueryRecord } from '@hourglass/reports';

/** The answer to a submission: `error` is the text "false" here, and there is no `updated` yet. */
export function submittedStatus(record: QueryRecord): QueryStatus {
  return { self: selfOf(record), created: isoSeconds(record.createdAt), state: record.state, error: 'false' };
}

/** A query as a poll shows it. */
export function queryStatusOf(record: QueryRecord): QueryStatus {
  const { state, result, failure } = record;
  const self = selfOf(record);
  return {
    self,
    state,
    created: isoSeconds(record.createdAt),
    updated: isoSeconds(record.updatedAt),
    progress: record.progressPercent,
    ...(failure === null ? {} : { error: failure }),
    ...(state === 'completed' && result !== null
      ? {
          result: { self: `${self}/result`, expires: isoSeconds(result.expiresAt) },
          resultRows: result.rows,
          resultFileSize: `${(result.gzipBytes / 1024).toFixed(2)} KB`,
          executionTime: `${Math.ceil(result.executionMs / 1000)} sec`,
        }
      : {}),
  };
}

function selfOf({ id, plan: { tenant } }: QueryRecord): string {
  return `/organizations/${tenant.organization}/environments/${tenant.environment}/queries/${id}`;
}

function isoSeconds(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
