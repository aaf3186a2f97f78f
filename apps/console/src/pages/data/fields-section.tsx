import { useState } from 'react';
import { useSearchParams } from 'wouter';
import type { Place } from '../../api/environments.ts';
import { useFields } from '../../api/schema.ts';
import { InputField, SelectField } from '../../parts/controls.tsx';
import { ListTable } from '../../parts/list-table.tsx';
import { unitText } from '../../plot/number-text.ts';
import { datasets } from '../../report/datasets.ts';
import { matchesSearch, type ReportField } from '../../report/fields.ts';
import { useTexts } from '../../text/texts.tsx';

/** The fields of a dataset with their reference texts, custom fields included. */
export function FieldsSection({ place }: { readonly place: Place }) {
  const { t } = useTexts();
  const [search, setSearch] = useSearchParams();
  const [words, setWords] = useState('');
  const dataset = datasets.find((name) => name === search.get('dataset')) ?? 'api';
  const fields = useFields(place, dataset);
  const found = (all: readonly ReportField[] = []) => all.filter((field) => matchesSearch(field, words));
  return (
    <>
      <div className="pair">
        <SelectField
          label={t('report.dataset')}
          value={dataset}
          options={datasets.map((name) => [name, t(`dataset.${name}`)])}
          onValue={(name) => setSearch(new URLSearchParams({ dataset: name }), { replace: true })}
        />
        <InputField label={t('fields.search')} type="search" value={words} onValue={setWords} />
      </div>
      <FieldTable label={t('report.metrics')} fields={found(fields?.metrics)} hasFunctions />
      <FieldTable label={t('report.dimensions')} fields={found(fields?.dimensions)} hasFunctions={false} />
    </>
  );
}

interface FieldTableProps {
  readonly label: string;
  readonly fields: readonly ReportField[];
  readonly hasFunctions: boolean;
}

function FieldTable({ label, fields, hasFunctions }: FieldTableProps) {
  const { t, tag } = useTexts();
  return (
    <section className="stack" aria-label={label}>
      <h2>{label}</h2>
      {fields.length === 0 ? (
        <p className="hint">{t('fields.none')}</p>
      ) : (
        <ListTable
          label={label}
          items={fields}
          keyOf={({ name }) => name}
          columns={[
            { label: t('fields.name'), renderCell: ({ name }) => <code>{name}</code> },
            { label: t('fields.description'), renderCell: ({ description }) => description },
            ...(hasFunctions
              ? [
                  {
                    label: t('fields.unit'),
                    renderCell: ({ unit }: ReportField) => unitText({ t, tag }, unit) ?? '–',
                  },
                  {
                    label: t('fields.functions'),
                    renderCell: ({ functions }: ReportField) => functions.join(', '),
                  },
                ]
              : []),
          ]}
        />
      )}
    </section>
  );
}
