import type { OrderList } from '@hourglass/contract';
import { useSearchParams } from 'wouter';
import type { Place } from '../../api/environments.ts';
import { useRecords } from '../../api/records.ts';
import { Failure } from '../../parts/failure.tsx';
import { PageTitle } from '../../parts/frame.tsx';
import { Notice } from '../../parts/notice.tsx';
import { importCommand } from '../../records/import-command.ts';
import { orderParameters, orderSearchOf, pagePlace, withOrderSearch } from '../../records/orders.ts';
import { useTexts } from '../../text/texts.tsx';
import { OrderFilters } from './order-filters.tsx';
import { OrderTable } from './order-table.tsx';

/** The orders of an environment, newest first, by conditions and pages; the URL has both. */
export function OrdersPage({ place }: { readonly place: Place }) {
  const { t } = useTexts();
  const [search, setSearch] = useSearchParams();
  const asked = orderSearchOf(search);
  const { data, error } = useRecords<OrderList>(place, 'orders', orderParameters(asked));
  const toPage = (page: number) => setSearch((current) => withOrderSearch(current, 'page', String(page)));
  const isFiltered = asked.conditions.length > 0 || asked.isGrantable;
  return (
    <>
      <div className="page-head">
        <PageTitle>{t('orders.title')}</PageTitle>
      </div>
      <div className="stack">
        <OrderFilters asked={asked} />
        {error !== null && <Failure error={error} />}
        {error === null && data?.total === 0 && <NoOrders place={place} isFiltered={isFiltered} />}
        {error === null && data !== undefined && data.total > 0 && <OrderPages list={data} onPage={toPage} />}
      </div>
    </>
  );
}

function OrderPages({ list, onPage }: { readonly list: OrderList; readonly onPage: (page: number) => void }) {
  const { t, tag } = useTexts();
  const at = pagePlace(list);
  const count = (number: number) => new Intl.NumberFormat(tag).format(number);
  if (at === null)
    return (
      <Notice
        title={t('orders.pastEnd')}
        action={
          <button type="button" className="button primary" onClick={() => onPage(1)}>
            {t('orders.firstPage')}
          </button>
        }
      />
    );
  const { first, last, previous, next } = at;
  return (
    <>
      <p className="hint" role="status">
        {t('orders.shown', { first: count(first), last: count(last), total: count(list.total) })}
      </p>
      <OrderTable orders={list.items} />
      {(previous !== null || next !== null) && (
        <nav className="buttons" aria-label={t('orders.pages')}>
          <PageButton page={previous} label={t('orders.previous')} onPage={onPage} />
          <PageButton page={next} label={t('orders.next')} onPage={onPage} />
        </nav>
      )}
    </>
  );
}

interface PageButtonProps {
  /** Null: there is none. */
  readonly page: number | null;
  readonly label: string;
  readonly onPage: (page: number) => void;
}

function PageButton({ page, label, onPage }: PageButtonProps) {
  return (
    <button
      type="button"
      className="button"
      disabled={page === null}
      onClick={() => {
        if (page !== null) onPage(page);
      }}
    >
      {label}
    </button>
  );
}

function NoOrders({ place, isFiltered }: { readonly place: Place; readonly isFiltered: boolean }) {
  const { t } = useTexts();
  if (isFiltered) return <Notice title={t('orders.noMatch')}>{t('orders.noMatchNext')}</Notice>;
  return (
    <Notice title={t('orders.none')} command={importCommand(place, 'orders.orders', 'orders.ndjson')}>
      {t('orders.noneNext')}
    </Notice>
  );
}
