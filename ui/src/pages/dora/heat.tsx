import { nothing } from '../../format.ts';
import { words } from '../../words.ts';
import type { Figure, Line } from './lines.ts';

const t = words.dora.services;

/** Rows that are set against each other: services, or teams. */
export interface Group {
  title: string;
  lines: readonly Line[];
}

interface HeatProps {
  caption: string;
  region: string;
  /** Heads the first column. */
  head: string;
  months: readonly string[];
  groups: readonly Group[];
  text: (value: number) => string;
}

/** Months side by side: a table whose cells are coloured by one figure, and say it. Each group has shades of its own. */
export function Heat({ caption, region, head, months, groups, text }: HeatProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
    <section className="table heat" aria-label={region} tabIndex={0}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{head}</th>
            {months.map((month) => (
              <th key={month} scope="col" className="number">
                {month}
              </th>
            ))}
          </tr>
        </thead>
        {groups.map(({ title, lines }) => (
          <tbody key={title}>
            {groups.length > 1 && (
              <tr>
                <th scope="rowgroup" colSpan={months.length + 1}>
                  {title}
                </th>
              </tr>
            )}
            {lines.map(({ name, cells }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {cells.map((cell, at) => (
                  <Cell key={months[at]} cell={cell} most={mostOf(lines)} text={text} />
                ))}
              </tr>
            ))}
          </tbody>
        ))}
      </table>
    </section>
  );
}

interface CellProps {
  cell: Figure | undefined;
  most: number;
  text: HeatProps['text'];
}

function Cell({ cell, most, text }: CellProps) {
  const value = cell?.value;
  if (value == null) {
    return (
      <td className="number none">
        <span aria-hidden="true">{nothing}</span>
        <span className="unseen">{cell ? words.card.missing : t.before}</span>
      </td>
    );
  }
  return (
    <td className={`number h${shade(value, most)}`}>
      {cell?.complete ? (
        text(value)
      ) : (
        <>
          <i>{text(value)}</i>
          <span className="unseen">, {words.card.partial}</span>
        </>
      )}
    </td>
  );
}

function mostOf(lines: readonly Line[]): number {
  return Math.max(...lines.flatMap(({ cells }) => cells.map((cell) => cell?.value ?? 0)), 0);
}

/** From 0 for nothing to 5 for the most. */
function shade(value: number, most: number): number {
  if (value <= 0 || most <= 0) return 0;
  return Math.max(1, Math.ceil((value / most) * 5));
}
