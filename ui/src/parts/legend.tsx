import { words } from '../words.ts';

/** A shape with its meaning. `shape` and `tone` are classes of the chart style sheet. */
export interface LegendItem {
  shape: 'line' | 'dashed' | 'square' | 'diamond' | 'ring' | 'hatched' | 'partial' | 'band';
  tone: string;
  text: string;
}

/** What a control chart has besides its line. */
export const limitKeys: readonly LegendItem[] = [
  { shape: 'line', tone: 'ink', text: words.control.average },
  { shape: 'dashed', tone: 'ink', text: words.control.limitsLegend },
  { shape: 'diamond', tone: 'worse', text: words.control.outside },
  { shape: 'ring', tone: 'worse', text: words.control.run },
];

export function Legend({ items }: { items: readonly LegendItem[] }) {
  return (
    <ul className="legend" aria-label={words.card.legend}>
      {items.map((item) => (
        <li key={item.text}>
          <svg width="16" height="12" viewBox="0 0 16 12" aria-hidden="true">
            <Shape item={item} />
          </svg>
          {item.text}
        </li>
      ))}
    </ul>
  );
}

function Shape({ item: { shape, tone } }: { item: LegendItem }) {
  switch (shape) {
    case 'line':
      return <path className={`stroke ${tone}`} d="M0 6h16" />;
    case 'dashed':
      return <path className={`stroke dashed ${tone}`} d="M0 6h16" />;
    case 'diamond':
      return <path className={`fill ${tone}`} d="M8 1l5 5-5 5-5-5z" />;
    case 'ring':
      return <circle className={`stroke ${tone}`} cx="8" cy="6" r="4" />;
    case 'hatched':
      return <path className={`stroke ${tone}`} d="M2 11L12 1M0 7l6-6M8 11l6-6" />;
    case 'partial':
      return (
        <>
          <rect className={`fill partial ${tone}`} x="2" y="1" width="10" height="10" rx="1" />
          <path className="stroke surface" d="M1 8L8 1M4 11l8-8" />
        </>
      );
    case 'band':
      return <rect className="band" width="16" height="12" />;
    default:
      return <rect className={`fill ${tone}`} x="2" y="1" width="10" height="10" rx="1" />;
  }
}
