import { faultsOf } from '../../report/faults.ts';
import { withMember } from '../../report/report-body.ts';
import { dimensionsOf } from '../../report/shape.ts';
import { useTexts } from '../../text/texts.tsx';
import { NamesChoice } from './names-choice.tsx';
import type { Section } from './section.ts';

/** The dimensions in their order, which is that of the columns. */
export function DimensionsField({ body, change, fields, faults }: Section) {
  const { t } = useTexts();
  return (
    <div className="card">
      <NamesChoice
        label={t('report.dimensions')}
        hint={t('report.dimensionsHint')}
        errors={faultsOf(faults, 'dimensions')}
        options={fields.dimensions}
        chosen={dimensionsOf(body)}
        onChange={(names) => change(withMember(body, 'dimensions', names))}
        none={t('report.noDimension')}
        removeLabel={(name) => t('report.removeDimension', { name })}
      />
    </div>
  );
}
