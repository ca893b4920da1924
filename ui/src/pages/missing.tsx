import { Link } from '@tanstack/react-router';
import { PageTitle } from '../layout/title.tsx';
import { words } from '../words.ts';

export function MissingPage() {
  return (
    <>
      <PageTitle page="missing" />
      <p>
        <Link to="/flow">{words.pages.flow.name}</Link>
      </p>
    </>
  );
}
