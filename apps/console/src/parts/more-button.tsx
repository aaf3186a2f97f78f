import { Failure } from './failure.tsx';

/** The part of a list by pages that loads the next one. */
export interface MorePages {
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  readonly isFetchNextPageError: boolean;
  readonly error: unknown;
  readonly fetchNextPage: () => Promise<unknown>;
}

/** Loads the next page of a list, while there is one. A page that could not be read can be requested again. */
export function MoreButton({ pages, label }: { readonly pages: MorePages; readonly label: string }) {
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, error, fetchNextPage } = pages;
  if (!hasNextPage) return null;
  return (
    <div className="more">
      {isFetchNextPageError && <Failure error={error} />}
      <button
        type="button"
        className="button"
        disabled={isFetchingNextPage}
        onClick={() => void fetchNextPage()}
      >
        {label}
      </button>
    </div>
  );
}
