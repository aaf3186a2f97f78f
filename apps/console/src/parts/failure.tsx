import { ApiError } from '../api/http.ts';
import { useTexts, type Texts } from '../text/texts.tsx';

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
      <p>{textOf(error, t)}</p>
      {error.requestId !== null && <p className="hint">{t('failure.request', { id: error.requestId })}</p>}
    </div>
  );
}

/** Refusals are in English, as the API words them; those of any request are in the language of the page. */
function textOf({ status, message }: ApiError, t: Texts['t']): string {
  if (status === 0) return t('failure.network');
  return status === 401 ? t('failure.session') : message;
}
