import type { DayRange } from '../records/days.ts';
import { useTexts } from '../text/texts.tsx';
import { InputField } from './controls.tsx';

interface DayRangeFieldsProps {
  readonly range: DayRange;
  readonly onDay: (end: keyof DayRange, day: string) => void;
}

/** The first and the last day of a range. */
export function DayRangeFields({ range, onDay }: DayRangeFieldsProps) {
  const { t } = useTexts();
  return (['first', 'last'] as const).map((end) => (
    <InputField
      key={end}
      label={t(`records.${end}`)}
      type="date"
      value={range[end]}
      onValue={(day) => onDay(end, day)}
    />
  ));
}
