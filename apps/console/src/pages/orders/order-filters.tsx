import { useSearchParams } from 'wouter';
import {
  orderFields,
  orderOperators,
  withOrderSearch,
  type OrderField,
  type OrderSearch,
} from '../../records/orders.ts';
import { writeChips } from '../../report/filter-chips.ts';
import type { ReportField } from '../../report/fields.ts';
import { useTexts, type Texts } from '../../text/texts.tsx';
import { FilterChips } from '../new-report/filter/filter-chips.tsx';
import '../new-report/filter/filter.css';

/** The conditions, all of which hold. The search of the URL has them in the filter language of reports. */
export function OrderFilters({ asked }: { readonly asked: OrderSearch }) {
  const { t } = useTexts();
  const [, setSearch] = useSearchParams();
  const fields = fieldsOf(t);
  return (
    <div className="card stack" role="group" aria-label={t('queries.filters')}>
      <label className="check start">
        <input
          type="checkbox"
          checked={asked.isGrantable}
          onChange={({ target }) =>
            setSearch((current) => withOrderSearch(current, 'grantable', target.checked ? 'true' : ''))
          }
        />
        <span>{t('orders.grantable')}</span>
      </label>
      <FilterChips
        chips={asked.conditions}
        fields={fields}
        operators={orderOperators}
        onChange={(chips) =>
          setSearch((current) => withOrderSearch(current, 'filter', writeChips(chips, fields)))
        }
      />
    </div>
  );
}

function fieldsOf(t: Texts['t']): readonly ReportField[] {
  return (Object.keys(orderFields) as OrderField[]).map((name) => ({
    ...{ name, type: orderFields[name], description: t(`orders.field.${name}`) },
    ...{ unit: null, functions: [] },
  }));
}
