import { Field } from '../../parts/field.tsx';
import { NumberInput } from '../../parts/number-input.tsx';
import { columnsOf } from '../../report/columns.ts';
import { faultsOf } from '../../report/faults.ts';
import { withItem, withMember, type Order } from '../../report/report-body.ts';
import { ordersOf } from '../../report/shape.ts';
import { useTexts } from '../../text/texts.tsx';
import { RowWords } from './row-words.tsx';
import type { Section } from './section.ts';

export interface OrderFieldsProps extends Section {
  readonly functionsOf: (metric: string) => readonly string[];
}

/** The order of the rows, and how many there are. */
export function OrderFields({ functionsOf, ...section }: OrderFieldsProps) {
  const { t } = useTexts();
  const { body, change, faults } = section;
  const columns = columnsOf(body, functionsOf);
  const orders = ordersOf(body);
  const free = columns.find((column) => orders.every((order) => order.column !== column));
  const set = (index: number, order: Order | null) =>
    change(withMember(body, 'orderBy', withItem(orders, index, order)));
  return (
    <fieldset className="card stack">
      <legend className="legend">{t('report.rows')}</legend>
      {orders.map((order, index) => (
        <OrderRow
          key={index}
          position={index + 1}
          order={order}
          columns={columns}
          errors={faultsOf(faults, `orderBy[${index}]`)}
          onChange={(changed) => set(index, changed)}
        />
      ))}
      {free !== undefined && (
        <button
          type="button"
          className="button small start"
          onClick={() => set(orders.length, { column: free, direction: 'desc' })}
        >
          {t('report.addOrder')}
        </button>
      )}
      <LimitField body={body} change={change} errors={faultsOf(faults, 'limit')} />
      <RowWords {...section} columns={columns} />
    </fieldset>
  );
}

interface OrderRowProps {
  readonly position: number;
  readonly order: Order;
  readonly columns: readonly string[];
  readonly errors: readonly string[];
  readonly onChange: (order: Order | null) => void;
}

function OrderRow({ position, order, columns, errors, onChange }: OrderRowProps) {
  const { t } = useTexts();
  const { column, direction = 'asc' } = order;
  return (
    <div className="item">
      <Field label={t('report.orderBy', { position })} errors={errors}>
        {(control) => (
          <select
            {...control}
            value={column}
            onChange={({ target }) => onChange({ ...order, column: target.value })}
          >
            {!columns.includes(column) && <option>{column}</option>}
            {columns.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        )}
      </Field>
      <Field label={t('report.direction', { position })}>
        {(control) => (
          <select
            {...control}
            value={direction}
            onChange={({ target }) => onChange({ ...order, direction: target.value })}
          >
            <option value="asc">{t('report.asc')}</option>
            <option value="desc">{t('report.desc')}</option>
          </select>
        )}
      </Field>
      <button
        type="button"
        className="button small"
        aria-label={t('report.removeOrder', { name: column })}
        onClick={() => onChange(null)}
      >
        {t('report.remove')}
      </button>
    </div>
  );
}

function LimitField({
  body,
  change,
  errors,
}: Pick<Section, 'body' | 'change'> & { readonly errors: readonly string[] }) {
  const { t } = useTexts();
  return (
    <Field label={t('report.limit')} hint={t('report.limitHint')} errors={errors}>
      {(control) => (
        <NumberInput
          {...control}
          isWhole
          value={body.limit ?? null}
          onChange={(limit) => change(withMember(body, 'limit', limit ?? undefined))}
        />
      )}
    </Field>
  );
}
