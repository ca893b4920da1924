import { Link, Outlet } from '@tanstack/react-router';
import { useState, useSyncExternalStore } from 'react';
import { token } from '../api/client.ts';
import { type Presence, usePresence } from '../api/presence.ts';
import { words } from '../words.ts';
import { Freshness } from './freshness.tsx';
import { SetUp } from './set-up.tsx';
import { chooseTheme, type Theme, theme, themes } from './theme.ts';
import { TokenForm } from './token.tsx';

const pages = [
  ['/flow', 'flow'],
  ['/pull-requests', 'pullRequests'],
  ['/dora', 'dora'],
  ['/ci', 'ci'],
  ['/ci-cost', 'ciCost'],
  ['/cloud', 'cloud'],
  ['/report', 'report'],
] as const;

/** What every page has around it. */
export function Shell() {
  const wanted = useSyncExternalStore(token.subscribe, token.wanted);
  const presence = usePresence();
  return (
    <>
      <a className="skip" href="#content">
        {words.skip}
      </a>
      <header className="top">
        <span className="name">{words.name}</span>
        <nav aria-label={words.pagesLabel}>
          <ul>
            {pages.map(([to, page]) => (
              <li key={to}>
                <Link to={to} search={true}>
                  {words.pages[page].name}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <Freshness />
        <ThemeChoice />
      </header>
      <main id="content" tabIndex={-1}>
        {presence.is === 'starting' && presence.isEmpty ? (
          <SetUp />
        ) : (
          <>
            <Away presence={presence} />
            {wanted === 'no' ? <Outlet /> : <TokenForm wrong={wanted === 'wrong'} />}
          </>
        )}
      </main>
    </>
  );
}

/** One notice for what concerns every card. */
function Away({ presence }: { presence: Presence }) {
  if (presence.is === 'here') return null;
  return (
    <p role="alert" className="away">
      {presence.is === 'away' ? words.away.gone : words.away.starting(presence.why)}
    </p>
  );
}

function ThemeChoice() {
  const [chosen, choose] = useState(theme);
  return (
    <label className="theme">
      <span className="unseen">{words.theme}</span>
      <select
        value={chosen}
        onChange={(event) => {
          const theme = event.target.value as Theme;
          chooseTheme(theme);
          choose(theme);
        }}
      >
        {themes.map((theme) => (
          <option key={theme} value={theme}>
            {words.themes[theme]}
          </option>
        ))}
      </select>
    </label>
  );
}
