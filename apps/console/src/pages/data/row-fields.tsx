import { InputField, SelectField } from '../../parts/controls.tsx';
import { useTexts } from '../../text/texts.tsx';
import type { ImportFormState } from './import-choices.ts';

interface RowFieldsProps {
  readonly form: ImportFormState;
  readonly onChange: (changed: Partial<ImportFormState>) => void;
}

/** The choices that depend on the format. */
export function RowFields({ form, onChange }: RowFieldsProps) {
  if (form.format === 'ndjson') return null;
  if (form.format === 'csv') return <SeparatorField form={form} onChange={onChange} />;
  return <ProxyFields form={form} onChange={onChange} />;
}

function SeparatorField({ form, onChange }: RowFieldsProps) {
  const { t } = useTexts();
  return (
    <SelectField
      label={t('import.separator')}
      value={form.separator}
      options={[
        [',', t('import.comma')],
        [';', t('import.semicolon')],
        ['\t', t('import.tab')],
        ['|', t('import.bar')],
      ]}
      onValue={(separator) => onChange({ separator })}
    />
  );
}

function ProxyFields({ form: { proxy, proxyName, segment }, onChange }: RowFieldsProps) {
  const { t } = useTexts();
  return (
    <>
      <SelectField
        label={t('import.proxy')}
        hint={t('import.proxyHint')}
        value={proxy}
        options={[
          ['none', t('import.proxyNone')],
          ['fixed', t('import.proxyFixed')],
          ['path', t('import.proxyPath')],
        ]}
        onValue={(chosen) => onChange({ proxy: chosen })}
      />
      {proxy === 'fixed' && (
        <InputField
          label={t('import.proxyName')}
          required
          value={proxyName}
          onValue={(name) => onChange({ proxyName: name })}
        />
      )}
      {proxy === 'path' && (
        <InputField
          label={t('import.segment')}
          hint={t('import.segmentHint')}
          type="number"
          required
          min={1}
          max={50}
          value={segment}
          onValue={(number) => onChange({ segment: number })}
        />
      )}
    </>
  );
}
