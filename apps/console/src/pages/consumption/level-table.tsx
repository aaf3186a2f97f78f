import { ListTable } from '../../parts/list-table.tsx';
import { useDates } from '../../parts/use-dates.ts';
import { sizeText, type CurrentLevel } from '../../records/consumption.ts';
import { useTexts } from '../../text/texts.tsx';

/** The newest sample of each service level. */
export function LevelTable({ levels }: { readonly levels: readonly CurrentLevel[] }) {
  const { t, tag } = useTexts();
  const date = useDates();
  return (
    <ListTable
      label={t('consumption.levels')}
      items={levels}
      keyOf={({ key }) => key}
      columns={[
        {
          label: t('consumption.level'),
          renderCell: ({ level, subscription, account }) => (
            <>
              {level}
              <span className="sub">{subscription}</span>
              <span className="sub">{account}</span>
            </>
          ),
        },
        { label: t('consumption.state'), renderCell: (level) => <State level={level} /> },
        {
          label: t('consumption.size.committed_tib'),
          renderCell: ({ sizes }) => sizeText(sizes.committed_tib, tag),
        },
        {
          label: t('consumption.size.consumed_tib'),
          renderCell: (level) => <Consumed level={level} />,
        },
        { label: t('consumption.size.burst_tib'), renderCell: ({ sizes }) => sizeText(sizes.burst_tib, tag) },
        {
          label: t('consumption.size.accrued_burst_tib'),
          renderCell: ({ sizes }) => sizeText(sizes.accrued_burst_tib, tag),
        },
        {
          label: t('consumption.asOf'),
          renderCell: ({ time }) => (time === null ? t('consumption.noSample') : date(time)),
        },
      ]}
    />
  );
}

interface OfLevel {
  readonly level: CurrentLevel;
}

/** Text and shape tell the state, too. */
const marks = { unused: 'enqueued', within: 'completed', burst: 'failed' } as const;

function State({ level: { state } }: OfLevel) {
  const { t } = useTexts();
  return (
    <div className="state" data-state={marks[state]}>
      <span className="state-name">
        <span className="state-dot" aria-hidden="true" />
        {t(`consumption.state.${state}`)}
      </span>
    </div>
  );
}

function Consumed({ level: { share, sizes } }: OfLevel) {
  const { t, tag } = useTexts();
  const percent = new Intl.NumberFormat(tag, { style: 'percent', maximumFractionDigits: 0 });
  return (
    <>
      {sizeText(sizes.consumed_tib, tag)}
      {share !== null && (
        <span className="sub">{t('consumption.share', { share: percent.format(share) })}</span>
      )}
    </>
  );
}
