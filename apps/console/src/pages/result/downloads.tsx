import { archivePath } from '../../api/archive.ts';
import type { Place } from '../../api/environments.ts';
import { apiUrl } from '../../api/http.ts';
import { CopyText } from '../../parts/copy-text.tsx';
import { Failure } from '../../parts/failure.tsx';
import { useTexts } from '../../text/texts.tsx';
import { useDownload, type DownloadFormat } from './use-download.ts';

interface DownloadsProps {
  readonly place: Place;
  readonly id: string;
  readonly total: number;
  readonly name: string;
  /** That of the query. */
  readonly outputFormat: string;
  readonly maySubmit: boolean;
}

/** The rows as a file of any format, and the archive. */
export function Downloads(props: DownloadsProps) {
  const { place, id, outputFormat, maySubmit } = props;
  const { t } = useTexts();
  const { organization, environment } = place;
  const { state, start, cancel } = useDownload(props);
  const isBusy = state.kind === 'reading' || state.kind === 'running';
  // Another query makes these, which not every role may submit.
  const made: readonly DownloadFormat[] = (['xlsx', 'parquet'] as const).filter(
    (format) => format === outputFormat || maySubmit,
  );
  const needsQuery = made.some((format) => format !== outputFormat);
  return (
    <section className="card stack" aria-labelledby="downloads">
      <h2 id="downloads">{t('result.download')}</h2>
      <p className="buttons">
        {(['csv', 'ndjson', ...made] as const).map((format) => (
          <button
            key={format}
            type="button"
            className="button"
            disabled={isBusy}
            onClick={() => start(format)}
          >
            {t(`download.${format}`)}
          </button>
        ))}
        <a className="button" href={apiUrl(archivePath(place, id))} download>
          {t('result.archive')}
        </a>
      </p>
      <DownloadState state={state} total={props.total} onCancel={cancel} />
      <p className="hint">
        {t('download.csvHint')} {needsQuery && t('download.queryHint')}
      </p>
      <CopyText text={`hourglass download --org ${organization} --env ${environment} ${id}`} />
    </section>
  );
}

interface DownloadStateProps {
  readonly state: ReturnType<typeof useDownload>['state'];
  readonly total: number;
  readonly onCancel: () => void;
}

function DownloadState({ state, total, onCancel }: DownloadStateProps) {
  const { t, tag } = useTexts();
  const count = new Intl.NumberFormat(tag);
  switch (state.kind) {
    case 'idle':
      return null;
    case 'reading':
    case 'running': {
      const [value, max] = state.kind === 'reading' ? [state.rows, total] : [state.percent, 100];
      const text =
        state.kind === 'reading'
          ? t('download.reading', { rows: count.format(state.rows), total: count.format(total) })
          : t('download.running');
      return (
        <div className="progress-line">
          <span role="status">{text}</span>
          <progress max={Math.max(1, max)} value={value} aria-label={text} />
          <button type="button" className="button small" onClick={onCancel}>
            {t('download.cancel')}
          </button>
        </div>
      );
    }
    case 'saved':
      return (
        <p className="hint" role="status">
          {t(state.isArchive ? 'download.savedArchive' : 'download.saved')}
        </p>
      );
    case 'refused':
      return (
        <p className="failure" role="alert">
          {state.reason ?? t('download.noBody')}
        </p>
      );
    case 'failed':
      return <Failure error={state.error} />;
    default:
      return state satisfies never;
  }
}
