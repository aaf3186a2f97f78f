import type { OrderView } from '@hourglass/contract';
import { ListTable } from '../../parts/list-table.tsx';
import { useDates } from '../../parts/use-dates.ts';
import { isUnlimited, orderState, orderTime, periodText, priceText } from '../../records/orders.ts';
import { useTexts } from '../../text/texts.tsx';

/** Orders with their products, and how much of each can still be granted. */
export function OrderTable({ orders }: { readonly orders: readonly OrderView[] }) {
  const { t, tag } = useTexts();
  const date = useDates();
  const count = new Intl.NumberFormat(tag);
  return (
    <ListTable
      label={t('orders.title')}
      items={orders}
      keyOf={({ no }) => no}
      columns={[
        {
          label: t('orders.field.no'),
          renderCell: ({ no, create_time: created, remark }) => (
            <>
              {no}
              <span className="sub">{date(orderTime(created))}</span>
              {remark !== '' && <span className="sub">{remark}</span>}
            </>
          ),
        },
        { label: t('orders.product'), renderCell: (order) => <Product order={order} /> },
        { label: t('orders.state'), renderCell: (order) => <State order={order} /> },
        {
          label: t('orders.counts'),
          renderCell: (order) => (
            <>
              {t('orders.grantedOf', {
                granted: count.format(order.grant_count),
                count: count.format(order.count),
              })}
              {order.return_count > 0 && (
                <span className="sub">
                  {t('orders.returned', { count: count.format(order.return_count) })}
                </span>
              )}
            </>
          ),
        },
        { label: t('orders.price'), renderCell: (order) => priceText(order.total_price, tag) },
        { label: t('orders.buyer'), renderCell: (order) => <Buyer order={order} /> },
      ]}
    />
  );
}

interface OfOrder {
  readonly order: OrderView;
}

function Product({ order }: OfOrder) {
  const { t, tag } = useTexts();
  const period = periodText(order, tag);
  return (
    <>
      {order.product_name === ''
        ? t('orders.productId', { id: String(order.product_id) })
        : order.product_name}
      {order.product_series_name !== '' && <span className="sub">{order.product_series_name}</span>}
      {period !== null && <span className="sub">{period}</span>}
      {isUnlimited(order) && <span className="sub">{t('orders.unlimited')}</span>}
    </>
  );
}

/** Text and shape tell the state, too. */
const marks = { open: 'running', granted: 'completed', exceeded: 'failed' } as const;

function State({ order }: OfOrder) {
  const { t, tag } = useTexts();
  const state = orderState(order);
  const shown = new Intl.NumberFormat(tag).format(Math.abs(order.remain_count));
  return (
    <div className="state" data-state={marks[state]}>
      <span className="state-name">
        <span className="state-dot" aria-hidden="true" />
        {t(`orders.state.${state}`)}
      </span>
      {state !== 'granted' && <span className="sub">{t(`orders.remaining.${state}`, { shown })}</span>}
    </div>
  );
}

function Buyer({ order }: OfOrder) {
  const { t } = useTexts();
  return (
    <>
      {t('orders.user', { id: String(order.buy_user_id) })}
      {order.buy_accesskey_id !== '' && <span className="sub">{order.buy_accesskey_id}</span>}
    </>
  );
}
