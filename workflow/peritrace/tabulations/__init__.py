"""From the statistics of a study to its tables: each module builds one family of them."""
