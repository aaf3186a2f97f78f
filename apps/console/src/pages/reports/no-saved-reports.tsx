import type { Place } from '../../api/environments.ts';
import { Notice } from '../../parts/notice.tsx';
import { useTexts } from '../../text/texts.tsx';

/** Says how to save the first report. */
export function NoSavedReports({ place }: { readonly place: Place }) {
  const { t } = useTexts();
  return (
    <Notice
      title={t('saved.none')}
      command={`hourglass reports save --org ${place.organization} report.json`}
    >
      {t('saved.noneNext')}
    </Notice>
  );
}
