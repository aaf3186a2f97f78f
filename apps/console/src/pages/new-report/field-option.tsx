import { Combobox } from '@base-ui/react/combobox';
import type { ReportField } from '../../report/fields.ts';

/** A field in the list of a combobox. */
export function FieldOption({ field }: { readonly field: ReportField }) {
  return (
    <Combobox.Item value={field} className="option">
      <Combobox.ItemIndicator className="option-mark">✓</Combobox.ItemIndicator>
      <span className="option-text">
        {field.name}
        <span className="sub">{field.description}</span>
      </span>
    </Combobox.Item>
  );
}
