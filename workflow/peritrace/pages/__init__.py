"""From statistics, figures, tables and verdicts to pages: prose, exhibits, findings, the page itself."""
