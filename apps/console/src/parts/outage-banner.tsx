import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useSyncExternalStore } from 'react';
import { ApiError } from '../api/http.ts';
import { useTexts } from '../text/texts.tsx';

/** Says that the API is away, until a repeated request succeeds. */
export function OutageBanner() {
  const { t } = useTexts();
  const cache = useQueryClient().getQueryCache();
  const isAway = useSyncExternalStore(
    useCallback((changed) => cache.subscribe(changed), [cache]),
    () =>
      cache.getAll().some(({ state: { fetchFailureReason, fetchStatus } }) => {
        const isRepeated = fetchStatus === 'fetching' && fetchFailureReason instanceof ApiError;
        return isRepeated && fetchFailureReason.isOutage;
      }),
  );
  return (
    <div role="status" className={isAway ? 'banner' : 'visually-hidden'}>
      {isAway && t('outage')}
    </div>
  );
}
