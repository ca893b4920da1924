import type { Schemas } from '../../api/client.ts';
import { ApiLink } from '../../parts/api-link.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Sparkline } from '../../parts/sparkline.tsx';
import { words } from '../../words.ts';
import type { Written } from './tables.ts';

type Cell = Schemas['Cell'];
type Grid = Schemas['Grid'];
type Sentence = Schemas['Sentence'];

const t = words.report;

/** Sentences and tables in their order. `ranked`: the order of a list says something. */
export function Blocks({ blocks, ranked }: { blocks: readonly Written[]; ranked: boolean }) {
  return blocks.map((block, at) => {
    // biome-ignore lint/suspicious/noArrayIndexKey: blocks have no names, and never move
    if (block.kind === 'table') return <Figures key={at} grid={block} />;
    // biome-ignore lint/suspicious/noArrayIndexKey: as above
    return <Sentences key={at} {...block} ranked={ranked} />;
  });
}

interface SentencesProps {
  list: boolean;
  sentences: readonly Sentence[];
  ranked: boolean;
}

function Sentences({ list, sentences, ranked }: SentencesProps) {
  const List = ranked ? 'ol' : 'ul';
  const Item = list ? 'li' : 'p';
  const items = sentences.map((sentence) => (
    <Item key={sentence.text}>
      <span>{sentence.text}</span>
      {sentence.evidence && (
        <span className="evidence-of">
          {' ('}
          <ApiLink path={sentence.evidence.path} label={t.evidenceOf(sentence.text)}>
            {t.evidence}
          </ApiLink>
          )
        </span>
      )}
    </Item>
  ));
  return list ? <List className="sentences">{items}</List> : <div className="sentences">{items}</div>;
}

function Figures({ grid }: { grid: Grid }) {
  const hasLetters = grid.rows.some((row) => row.some((cell) => cell.colour));
  if (grid.rows.length === 0) return <p className="quiet">{t.none(grid.title)}</p>;
  return (
    <>
      <DataTable
        name={words.card.tableOf(grid.title)}
        caption={grid.title}
        rows={grid.rows}
        columns={columnsOf(grid)}
      />
      {hasLetters && (
        <p className="quiet">
          {Object.values(t.letters)
            .map(([letter, meaning]) => `${letter} ${meaning}`)
            .join(' · ')}
        </p>
      )}
    </>
  );
}

export function columnsOf({ columns }: Grid): Column<Cell[]>[] {
  return columns.map(({ title, align }, at) => ({
    title,
    head: at === 0,
    number: align === 'right',
    value: (row) => row[at]?.text,
    text: (row) => <Inside {...row[at]} />,
  }));
}

function Inside({ text, evidence, spark = [], verdict, colour }: Partial<Cell>) {
  if (spark.length > 0)
    return (
      <>
        <Sparkline values={spark} />
        <span className="unseen">{text}</span>
      </>
    );
  if (verdict === 'better' || verdict === 'worse')
    return <span className={`verdict ${verdict}`}>{text}</span>;
  const said = evidence && text ? <ApiLink path={evidence.path}>{text}</ApiLink> : text;
  if (!colour) return said;
  const [letter, meaning] = t.letters[colour];
  return (
    <>
      <span className={`letter ${colour}`} title={meaning}>
        {letter}
      </span>{' '}
      {said}
    </>
  );
}
