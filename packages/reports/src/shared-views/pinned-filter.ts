import type { QueryRequest } from '@hourglass/query';

/** Adds a filter that holds beside the one of a request. Both must be filters on their own. */
export function withPinnedFilter(request: QueryRequest, pinned: string | null): QueryRequest {
  if (pinned === null) return request;
  const { filter = '' } = request;
  return { ...request, filter: filter.trim() === '' ? pinned : `(${filter}) and (${pinned})` };
}
