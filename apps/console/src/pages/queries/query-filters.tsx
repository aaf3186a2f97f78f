import { useSearchParams } from 'wouter';
import type { ListFilter } from '../../api/queries.ts';
import { datasets } from '../../report/datasets.ts';
import { useTexts } from '../../text/texts.tsx';
import { filterOf, states, withValue } from './list-filter.ts';

/** The filters of the list, which are the search of the URL. */
export function QueryFilters({ email }: { readonly email: string }) {
  const { t } = useTexts();
  const [search, setSearch] = useSearchParams();
  const filter = filterOf(search);
  const set = (name: keyof ListFilter, value: string) =>
    setSearch((current) => withValue(current, name, value));
  return (
    <div className="filters" role="group" aria-label={t('queries.filters')}>
      <label>
        <span>{t('queries.state')}</span>
        <select value={filter.status ?? ''} onChange={({ target }) => set('status', target.value)}>
          <option value="">{t('queries.any')}</option>
          {states.map((state) => (
            <option key={state} value={state}>
              {t(`state.${state}`)}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{t('report.dataset')}</span>
        <select value={filter.dataset ?? ''} onChange={({ target }) => set('dataset', target.value)}>
          <option value="">{t('queries.any')}</option>
          {datasets.map((name) => (
            <option key={name} value={name}>
              {t(`dataset.${name}`)}
            </option>
          ))}
        </select>
      </label>
      <label className="check">
        <input
          type="checkbox"
          checked={filter.submittedBy === email}
          onChange={({ target }) => set('submittedBy', target.checked ? email : '')}
        />
        <span>{t('queries.mine')}</span>
      </label>
    </div>
  );
}
