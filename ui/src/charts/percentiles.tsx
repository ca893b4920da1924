import type { ReactNode } from 'react';
import { spoken } from '../period.ts';
import { words } from '../words.ts';
import { type EndLabel, Frame, type Reading } from './frame.tsx';
import { Line } from './line.tsx';
import { most } from './lines.ts';

/** One percentile over time, or another figure of its kind. */
export interface Percentile {
  /** `p50` */
  name: string;
  /** Told apart by the line as well as by its label. */
  weight: 'bold' | 'thin' | 'dashed';
  /** One for each label; null = too few observations. */
  values: readonly (number | null)[];
}

interface PercentilesProps {
  name: string;
  labels: readonly string[];
  /** Labels are steps rather than periods of the calendar; says them to the reader, with what they rest on. */
  say?: (index: number) => string;
  lines: readonly Percentile[];
  /** Top of the scale, where several charts share one. */
  top?: number;
  /** Where the scale begins; 0 where nothing is said. */
  bottom?: number;
  height?: number;
  /** How the axis writes a figure, where not plainly. */
  axis?: (value: number) => string;
  format: (value: number | null) => string;
  unit: string;
  /** What the figures of a period rest on. */
  basis?: (index: number) => readonly [string, string];
  partial?: (index: number) => boolean;
  behind?: (index: number) => ReactNode;
}

/** Lines of percentiles with their names at the right. */
export function Percentiles(props: PercentilesProps) {
  const { name, labels, lines, format, partial } = props;
  const ends = lines.flatMap((line) => end(line, format));
  return (
    <Frame
      name={name}
      labels={labels}
      categories={props.say !== undefined}
      top={props.top ?? most(lines.flatMap((line) => line.values)) * 1.05}
      height={props.height ?? 260}
      bottom={props.bottom ?? 0}
      format={props.axis ?? String}
      ends={ends}
      endsWidth={20 + most(ends.map(({ strong, text }) => strong.length + 1 + text.length)) * 7}
      reading={(index) => readingOf(props, index)}
      {...(props.behind && { behind: props.behind })}
    >
      {(plot) =>
        lines.map(({ name, weight, values }) => (
          <g key={name}>
            <Line plot={plot} values={values} tone={`g0 ${weight}`} />
            {values.map((value, index) =>
              value !== null && partial?.(index) ? (
                <circle
                  key={labels[index]}
                  className="signal-ring g0"
                  cx={plot.x(index)}
                  cy={plot.y(value)}
                  r={3}
                />
              ) : null,
            )}
          </g>
        ))
      }
    </Frame>
  );
}

/** Only where the line reaches the right edge, or nearly: elsewhere a label would point at nothing. */
function end({ name, values }: Percentile, format: PercentilesProps['format']): EndLabel[] {
  const value = values.at(-1) ?? values.at(-2) ?? null;
  return value === null ? [] : [{ key: name, value, strong: format(value), text: name }];
}

function readingOf(props: PercentilesProps, index: number): Reading {
  const { labels, lines, format, unit, basis, partial, say } = props;
  const label = labels[index] ?? '';
  const told = lines.map(({ name, values }) => {
    const value = values[index] ?? null;
    return [name, value === null ? words.card.missing : format(value)] as const;
  });
  const rest = basis?.(index);
  const note = partial?.(index) ? words.card.partial : undefined;
  const parts = [
    `${say ? say(index) : spoken(label)}: ${told.map(([name, value]) => `${name} ${value}`).join(', ')} ${unit}`,
    ...(rest && !say ? [rest.join(' ')] : []),
    ...(note ? [note] : []),
  ];
  return {
    spoken: parts.join('; '),
    lines: rest ? [...told, rest] : told,
    note,
    value: lines[0]?.values[index] ?? null,
  };
}
