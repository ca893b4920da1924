/** Both pages in one program: they share most of it. */
export { CiCostPage } from './cost-page.tsx';
export { CiPage } from './page.tsx';
