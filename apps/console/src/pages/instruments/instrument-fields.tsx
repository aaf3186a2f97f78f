import type { InstrumentList } from '@hourglass/contract';
import { useSearchParams } from 'wouter';
import { SelectField } from '../../parts/controls.tsx';
import { DayRangeFields } from '../../parts/day-range-fields.tsx';
import { withValues } from '../../records/days.ts';
import type { InstrumentSearch } from '../../records/instruments.ts';
import { useTexts } from '../../text/texts.tsx';
import { NamesChoice } from '../new-report/names-choice.tsx';

interface InstrumentFieldsProps {
  readonly asked: InstrumentSearch;
  readonly list: InstrumentList;
}

/** Chooses instruments, the range, and days or months. The URL has them. */
export function InstrumentFields({ asked, list: { instruments, nextPageToken } }: InstrumentFieldsProps) {
  const { t } = useTexts();
  const [, setSearch] = useSearchParams();
  const set = (name: string, value: string | readonly string[]) =>
    setSearch((current) => withValues(current, { [name]: value }), { replace: true });
  return (
    <div className="card stack" role="group" aria-label={t('queries.filters')}>
      <NamesChoice
        label={t('instruments.choose')}
        hint={nextPageToken === undefined ? t('instruments.chooseHint') : t('instruments.more')}
        options={instruments.map(({ id, name, location }) => ({
          ...{ name: id, description: [name, location].filter((text) => text !== null).join(' · ') },
          ...{ unit: null, type: 'string', functions: [] },
        }))}
        chosen={asked.chosen}
        onChange={(ids) => set('equipment', ids)}
        none={t('choice.none')}
        removeLabel={(name) => t('instruments.remove', { name })}
      />
      <div className="item">
        <DayRangeFields range={asked} onDay={set} />
        <SelectField
          label={t('instruments.unit')}
          value={asked.unit}
          options={[
            ['day', t('instruments.day')],
            ['month', t('instruments.month')],
          ]}
          onValue={(unit) => set('unit', unit)}
        />
      </div>
    </div>
  );
}
