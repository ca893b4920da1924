import './styles/index.css';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { aboutOptions, worthRetrying } from './api/client.ts';
import { onReturn } from './api/presence.ts';
import { startPaper } from './charts/width.ts';
import { startTheme } from './layout/theme.ts';
import { router } from './router.tsx';

startTheme();
startPaper();
const client = new QueryClient({
  defaultOptions: { queries: { retry: worthRetrying, retryDelay: 500, staleTime: 30_000 } },
});
// What failed meanwhile comes by itself, and what did not may be another by now.
onReturn(() => void client.invalidateQueries());
// On its way while the page is being built.
void client.prefetchQuery(aboutOptions());
const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
}
