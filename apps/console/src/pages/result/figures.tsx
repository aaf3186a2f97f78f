import { changeText, hasIntlUnit, numberTexts, unitText } from '../../plot/number-text.ts';
import type { Figure, FigurePlot } from '../../plot/figures.ts';
import type { Row } from '../../rows/result.ts';
import { useTexts } from '../../text/texts.tsx';

/** The numbers of a result of one row, with their changes. */
export function Figures({ plot: { figures } }: { readonly plot: FigurePlot }) {
  return (
    <dl className="big-figures">
      {figures.map((figure) => (
        <FigureBox key={figure.name} figure={figure} />
      ))}
    </dl>
  );
}

function FigureBox({ figure }: { readonly figure: Figure }) {
  const { t, tag } = useTexts();
  const { name, unit, value, previous, change, isCompared } = figure;
  const texts = numberTexts(tag, unit);
  // Whole numbers have every digit; a fraction may have 15 more.
  const textOf = (number: Row[string]) =>
    typeof number === 'number' ? texts.plain(number) : texts.exact(number);
  const label = hasIntlUnit(unit) ? null : unitText({ t, tag }, unit);
  return (
    <div className="big-figure">
      <dt>
        {name}
        {label !== null && <span className="sub">{label}</span>}
      </dt>
      <dd className="big-value" title={texts.exact(value)}>
        {textOf(value)}
      </dd>
      {isCompared && (
        <dd className="sub" title={texts.exact(previous)}>
          {change !== null && (
            <strong className="change">
              <span aria-hidden="true">{change < 0 ? '▼ ' : change > 0 ? '▲ ' : ''}</span>
              {changeText(tag, change)}{' '}
            </strong>
          )}
          {t('plot.previous', { value: textOf(previous) })}
        </dd>
      )}
    </div>
  );
}
