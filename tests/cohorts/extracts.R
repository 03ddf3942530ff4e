# Five data sets of the R package survival as extracts, as somebody would export them who knows nothing of peritrace.
#
#   Rscript tests/cohorts/extracts.R        (from the root of the repository; R with survival)
#
# writes tests/cohorts/{lung,colon,veteran,pbc,ovarian}.csv: R's names and codes, NA for what is missing, numbers with
# R's 15 digits. Changed are only these: patients are numbered where R has no number, and colon, which has two rows for
# a patient (1 recurrence, 2 death), has one, with the time and status of both.

library(survival)

numbered <- function(d) cbind(id = seq_len(nrow(d)), d)

recurrence <- colon[colon$etype == 1, ]
death <- colon[colon$etype == 2, ]
stopifnot(identical(recurrence$id, death$id))
wide <- cbind(
  recurrence[setdiff(names(colon), c("status", "time", "etype"))],
  time_recurrence = recurrence$time, status_recurrence = recurrence$status,
  time_death = death$time, status_death = death$status
)

extracts <- list(
  lung = numbered(lung), colon = wide, veteran = numbered(veteran), pbc = pbc, ovarian = numbered(ovarian)
)
for (name in names(extracts)) {
  write.csv(extracts[[name]], file.path("tests/cohorts", paste0(name, ".csv")), row.names = FALSE, quote = FALSE)
}
