import type { ConsumptionDetails, CustomerList } from '@hourglass/contract';
import { useSearchParams } from 'wouter';
import type { Place } from '../../api/environments.ts';
import { useCustomers, useRecords } from '../../api/records.ts';
import { Failure } from '../../parts/failure.tsx';
import { PageTitle } from '../../parts/frame.tsx';
import { Notice } from '../../parts/notice.tsx';
import { prepareLevels } from '../../records/consumption.ts';
import { withValues } from '../../records/days.ts';
import { importCommand } from '../../records/import-command.ts';
import { useTexts } from '../../text/texts.tsx';
import { FieldChoice } from '../new-report/field-choice.tsx';
import '../result/result.css';
import { HistorySection } from './history-section.tsx';
import { LevelTable } from './level-table.tsx';

/** The storage that a customer committed and consumes; the URL has the customer. */
export function ConsumptionPage({ place }: { readonly place: Place }) {
  const { t } = useTexts();
  const { data, error } = useCustomers(place);
  return (
    <>
      <div className="page-head">
        <PageTitle>{t('consumption.title')}</PageTitle>
      </div>
      {error !== null && data === undefined && <Failure error={error} />}
      {data?.customers.length === 0 && (
        <Notice
          title={t('consumption.none')}
          command={importCommand(place, 'consumption.samples', 'samples.csv')}
        >
          {t('consumption.noneNext')}
        </Notice>
      )}
      {data !== undefined && <Customers place={place} customers={data.customers} />}
    </>
  );
}

type Customer = CustomerList['customers'][number];

function Customers({ place, customers }: { readonly place: Place; readonly customers: readonly Customer[] }) {
  const { t } = useTexts();
  const [search, setSearch] = useSearchParams();
  const chosen = search.get('customer') ?? customers[0]?.id;
  if (chosen === undefined) return null;
  const choose = (id: string) =>
    setSearch((current) => withValues(current, { customer: id, level: '', first: '', last: '' }), {
      replace: true,
    });
  return (
    <div className="stack">
      <div className="card">
        <FieldChoice
          label={t('consumption.customer')}
          hint={customers.find(({ id }) => id === chosen)?.name ?? t('choice.none')}
          fields={customers.map(({ id, name }) => ({
            ...{ name: id, description: name, unit: null, type: 'string', functions: [] },
          }))}
          value={chosen}
          onChange={choose}
        />
      </div>
      <CustomerConsumption key={chosen} place={place} customer={chosen} />
    </div>
  );
}

function CustomerConsumption({ place, customer }: { readonly place: Place; readonly customer: string }) {
  const { t } = useTexts();
  const parameters = new URLSearchParams({ type: 'customer', id: customer });
  const { data, error } = useRecords<ConsumptionDetails>(place, 'consumption-details', parameters);
  if (error !== null) return <Failure error={error} />;
  if (data === undefined) return <p className="hint">{t('result.loading')}</p>;
  const levels = prepareLevels(data);
  if (levels.length === 0)
    return (
      <Notice
        title={t('consumption.noLevels')}
        command={importCommand(place, 'consumption.subscriptions', 'subscriptions.csv')}
      >
        {t('consumption.noLevelsNext')}
      </Notice>
    );
  return (
    <>
      <LevelTable levels={levels} />
      <HistorySection place={place} customer={customer} levels={levels} />
    </>
  );
}
