import type { DeliveryList, DeliveryView } from '@hourglass/contract';
import { usePages, useWrite } from '../../api/resource.ts';
import { ActButton } from '../../parts/act-button.tsx';
import { Failure } from '../../parts/failure.tsx';
import { ListTable } from '../../parts/list-table.tsx';
import { MoreButton } from '../../parts/more-button.tsx';
import { useDates } from '../../parts/use-dates.ts';
import { useTexts } from '../../text/texts.tsx';

/** The deliveries of a webhook endpoint, each of which can be sent again once it has ended. */
export function DeliveriesSection({ path, name }: { readonly path: string; readonly name: string }) {
  const { t } = useTexts();
  const date = useDates();
  const listPath = `${path}/deliveries`;
  const pages = usePages<DeliveryList>(listPath, {});
  const { data, error, refetch } = pages;
  const write = useWrite(listPath);
  const deliveries = data?.pages.flatMap((page) => page.deliveries) ?? [];
  return (
    <section className="stack" aria-labelledby="deliveries">
      <div className="page-head">
        <h2 id="deliveries">{t('webhooks.deliveriesOf', { name })}</h2>
        <button type="button" className="button small" onClick={() => void refetch()}>
          {t('admin.refresh')}
        </button>
      </div>
      {error !== null && data === undefined && <Failure error={error} />}
      {data !== undefined && deliveries.length === 0 && <p className="hint">{t('deliveries.none')}</p>}
      {deliveries.length > 0 && (
        <ListTable
          label={t('webhooks.deliveries')}
          items={deliveries}
          keyOf={({ id }) => id}
          columns={[
            { label: t('deliveries.type'), renderCell: ({ type }) => type },
            { label: t('admin.state'), renderCell: (delivery) => <DeliveryState delivery={delivery} /> },
            { label: t('deliveries.attempts'), renderCell: ({ attempts }) => attempts.length },
            { label: t('admin.created'), renderCell: ({ created }) => date(created) },
          ]}
          renderActions={({ id, type, ended }) =>
            ended !== null && (
              <ActButton
                label={t('deliveries.replay')}
                labelOf={t('deliveries.replayOf', { name: `${type} ${id}` })}
                onAct={() => write(`${listPath}/${id}:replay`, { method: 'POST' })}
              />
            )
          }
        />
      )}
      <MoreButton pages={pages} label={t('deliveries.more')} />
    </section>
  );
}

function DeliveryState({ delivery: { state, failure } }: { readonly delivery: DeliveryView }) {
  const { t } = useTexts();
  return (
    <>
      {t(`deliveries.state.${state}`)}
      {failure !== null && <span className="reason">{failure}</span>}
    </>
  );
}
