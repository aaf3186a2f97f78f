import { archivePath } from '../../api/archive.ts';
import { apiUrl } from '../../api/http.ts';
import { CopyText } from '../../parts/copy-text.tsx';
import { Failure } from '../../parts/failure.tsx';
import { useTexts } from '../../text/texts.tsx';
import { maxSheetRows } from '../../rows/sheet.ts';
import { useDownload, type DownloadedResult, type DownloadFormat, type QueryFiles } from './use-download.ts';

interface DownloadsProps extends DownloadedResult {
  readonly total: number;
  readonly maySubmit: boolean;
}

/** The rows as a file of any format that the reader may have, and the archive. */
export function Downloads(props: DownloadsProps) {
  const { query, total, maySubmit } = props;
  const { t } = useTexts();
  const { state, start, cancel } = useDownload(props);
  const isBusy = state.kind === 'reading' || state.kind === 'running';
  // Another query makes Parquet, which not every role may submit.
  const hasParquet = query?.outputFormat === 'parquet';
  const formats: readonly DownloadFormat[] = [
    ...(['csv', 'ndjson'] as const),
    ...(total <= maxSheetRows ? (['xlsx'] as const) : []),
    ...(query !== undefined && (hasParquet || maySubmit) ? (['parquet'] as const) : []),
  ];
  const needsQuery = formats.includes('parquet') && !hasParquet;
  return (
    <section className="card stack" aria-labelledby="downloads">
      <h2 id="downloads">{t('result.download')}</h2>
      <p className="buttons">
        {formats.map((format) => (
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
        {query !== undefined && (
          <a className="button" href={apiUrl(archivePath(query.place, query.id))} download>
            {t('result.archive')}
          </a>
        )}
      </p>
      <DownloadState state={state} total={total} onCancel={cancel} />
      <p className="hint">{t('download.csvHint')}</p>
      {needsQuery && <p className="hint">{t('download.queryHint')}</p>}
      {query !== undefined && <CopyText text={commandOf(query)} />}
    </section>
  );
}

function commandOf({ place: { organization, environment }, id }: QueryFiles): string {
  return `hourglass download --org ${organization} --env ${environment} ${id}`;
}

interface DownloadStateProps {
  readonly state: ReturnType<typeof useDownload>['state'];
  readonly total: number;
  readonly onCancel: () => void;
}

function DownloadState({ state, total, onCancel }: DownloadStateProps) {
  const { t, tApi, tag } = useTexts();
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
          {state.reason === null ? t('download.noBody') : tApi(state.reason)}
        </p>
      );
    case 'tooLong':
      return (
        <p className="failure" role="alert">
          {t('download.tooLong', { column: state.column })}
        </p>
      );
    case 'failed':
      return <Failure error={state.error} />;
    default:
      return state satisfies never;
  }
}
