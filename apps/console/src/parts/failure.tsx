import { ApiError } from '../api/http.ts';
import { useTexts } from '../text/texts.tsx';

/** An error as a sentence, with the id by which operators find it in their log. */
export function Failure({ error }: { readonly error: unknown }) {
  const { t } = useTexts();
  if (!(error instanceof ApiError))
    return (
      <p className="failure" role="alert">
        {t('failure.unexpected')}
      </p>
    );
  return (
    <div className="failure" role="alert">
      <p>{error.status === 0 ? t('failure.network') : error.message}</p>
      {error.requestId !== null && <p className="hint">{t('failure.request', { id: error.requestId })}</p>}
    </div>
  );
}
