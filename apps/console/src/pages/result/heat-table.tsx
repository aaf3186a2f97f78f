import { useId } from 'react';
import { heatOf, type HeatPlot } from '../../plot/heat.ts';
import { absent, numberTexts } from '../../plot/number-text.ts';
import { maxHeatOpacity } from '../../plot/picture.ts';
import { weekNames } from '../../plot/week-names.ts';
import { useTexts } from '../../text/texts.tsx';

/** Averages by weekday and hour: a table, whose cells are coloured by their values. */
export function HeatTable({ plot, title }: { readonly plot: HeatPlot; readonly title: string }) {
  const { t, tag } = useTexts();
  const { short, exact } = numberTexts(tag, plot.unit);
  const { days, hours } = weekNames(tag);
  const titleId = useId();
  return (
    <>
      {/* Not a caption, which would be as wide as the table and cut in a narrow window. */}
      <p id={titleId} className="hint">
        {t('plot.heatTitle', { title })}
      </p>
      <div className="heat-scroller" tabIndex={0} role="region" aria-labelledby={titleId}>
        <table className="heat" aria-labelledby={titleId}>
          <thead>
            <tr>
              <th scope="col">
                <span className="visually-hidden">{t('plot.weekday')}</span>
              </th>
              {hours.map((hour) => (
                <th key={hour} scope="col">
                  {hour}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {plot.days.map((values, day) => (
              <tr key={day}>
                <th scope="row">{days[day]}</th>
                {values.map((value, hour) => (
                  <td
                    key={hour}
                    title={`${days[day]} ${hours[hour]}: ${exact(value)}`}
                    style={{
                      background: `color-mix(in srgb, var(--series-1) ${heatOf(plot, value) * maxHeatOpacity * 100}%, transparent)`,
                    }}
                  >
                    {value === null ? absent : short(value)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
