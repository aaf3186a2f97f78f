import { useDates } from '../../parts/use-dates.ts';
import { useTexts } from '../../text/texts.tsx';

/** Says since when a range was counted, if not from its beginning. */
export function CountedHint({
  counted: { from, countedFrom },
}: {
  readonly counted: { readonly from: string; readonly countedFrom: string };
}) {
  const { t } = useTexts();
  const date = useDates();
  if (countedFrom <= from) return null;
  return <p className="hint">{t('usage.countedFrom', { time: date(countedFrom) })}</p>;
}
