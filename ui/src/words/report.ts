/** Words of the page Monthly report: what it says itself comes from the server. */
export const report = {
  nothing: 'No month can be reported yet: none is over that the data cover. cto-import brings more of them.',
  missing: 'Month without a report',
  show: (month: string) => `Show ${month}`,
  evidence: 'evidence',
  evidenceOf: (sentence: string) => `evidence of: ${sentence}`,
  none: (title: string) => `${title}: none.`,
  value: 'Value',
  inMonth: 'In the month',
  weeks: (month: string) => `Weeks of ${month}`,
  billed: 'billed',
  appendix: 'Appendix',
  letters: {
    red: ['R', 'worse, and the target missed'],
    amber: ['A', 'worse, or the target missed'],
    green: ['G', 'neither'],
    grey: ['–', 'nothing can be said'],
  },
  /** Files of the report by their names in the API. */
  download: 'Download',
  files: {
    'report.html': 'HTML',
    'report.md': 'Markdown',
    'executive_summary.txt': 'Summary',
    'dora_monthly.csv': 'DORA by month, CSV',
    'ci_cost_monthly.csv': 'CI cost by month, CSV',
    'cost_vs_dora.csv': 'Cost against DORA, CSV',
    'team_scores.csv': 'Scores, CSV',
    'findings.csv': 'Findings, CSV',
  },
  fileFailed: 'The file could not be loaded.',
};
