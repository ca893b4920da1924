import { signalInWords, signalsOf } from '../../charts/control.tsx';
import type { Plot } from '../../charts/frame.tsx';
import { exactMoney } from '../../format.ts';
import type { LegendItem } from '../../parts/legend.tsx';
import { words } from '../../words.ts';
import type { MonthlyRow, ServiceRow } from './bills.ts';
import { providerName } from './provider.ts';

/** A row of a bill that has a control chart; absent = no bill. */
type Charted = MonthlyRow | ServiceRow | undefined;

/** Shapes as in a control chart: outside of the limits, or a run within them. */
type Signal = 'diamond' | 'ring';

/** What the control charts of some rows of one month say. */
export function signalOf(rows: readonly Charted[]): Signal | undefined {
  const signals = rows.flatMap((row) => signalsOf({ signals: row?.signals ?? '' }));
  if (signals.length === 0) return undefined;
  return signals.includes('beyond_limits') ? 'diamond' : 'ring';
}

/** The shapes that are drawn, with what they mean. */
export function signalKeys(drawn: readonly (Signal | undefined)[]): LegendItem[] {
  const keys: LegendItem[] = [
    { shape: 'diamond', tone: 'worse', text: words.control.outside },
    { shape: 'ring', tone: 'worse', text: words.control.run },
  ];
  return keys.filter(({ shape }) => drawn.some((signal) => signal === shape));
}

/** The same in words; several rows are told apart by their provider. */
export function signalNote(rows: readonly Charted[], currency: string): string | undefined {
  const format = (value: number | null) => exactMoney(value?.toFixed(2), currency);
  const told = rows.flatMap((row) => {
    if (!row?.signals) return [];
    const point = {
      label: row.month,
      value: row.cost === null ? null : Number(row.cost),
      center: row.center ?? null,
      ucl: row.ucl ?? null,
      lcl: row.lcl ?? null,
      signals: row.signals,
      segment: null,
      complete: row.complete ?? null,
    };
    const said = signalsOf(point).map((signal) => signalInWords(point, signal, format));
    return [
      `${rows.length > 1 ? `${providerName(row.provider ?? words.card.missing)}: ` : ''}${said.join('; ')}`,
    ];
  });
  return told.length > 0 ? told.join('; ') : undefined;
}

interface MarksProps {
  plot: Plot;
  labels: readonly string[];
  /** For each label. */
  signals: readonly (Signal | undefined)[];
  /** Tops of the bars. */
  heights: readonly (number | null)[];
  /** Pixels above the bar. */
  above: number;
}

/** Shapes over months that their control chart names. */
export function Marks({ plot, labels, signals, heights, above }: MarksProps) {
  return labels.map((label, index) => {
    const [signal, height] = [signals[index], heights[index]];
    if (!signal || height == null) return null;
    const [x, y] = [plot.x(index), plot.y(Math.max(height, 0)) - above];
    return signal === 'diamond' ? (
      <path key={label} className="fill worse signal" d={`M${x} ${y - 5}l5 5-5 5-5-5z`} />
    ) : (
      <circle key={label} className="signal-ring worse" cx={x} cy={y} r={3.5} />
    );
  });
}
