# The values that the tests of peritrace.stats hold their estimates against, and the data sets they are made from.
#
#   Rscript tests/reference/survival.R        (from the root of the repository; R with survival and jsonlite)
#
# writes tests/data/*.csv, then reads those files again and writes tests/reference/survival.json, so that both
# programs start from the same text. Where R has no function for a statistic (weighted rank tests, the
# actuarial life table, SPSS's limits of the median) the published formula is written out here in plain loops.

library(survival)
library(jsonlite)

data_folder <- "tests/data"
transforms <- c("log-log", "log", "plain")

# ---- data sets -------------------------------------------------------------------------------------------------

save_data <- function(name, columns) {
  names(columns) <- gsub(".", "_", names(columns), fixed = TRUE)
  write.csv(columns, file.path(data_folder, paste0(name, ".csv")), row.names = FALSE, na = "", quote = FALSE)
}

save_data("lung", data.frame(
  time = lung$time, status = lung$status - 1,
  lung[c("age", "sex", "ph.ecog", "ph.karno", "pat.karno", "meal.cal", "wt.loss")]
))
save_data("veteran", veteran[c("time", "status", "trt", "celltype", "karno", "diagtime", "age", "prior")])
save_data("ovarian", data.frame(
  time = ovarian$futime, status = ovarian$fustat, ovarian[c("age", "resid.ds", "rx", "ecog.ps")]
))
save_data("aml", data.frame(time = aml$time, status = aml$status, x = aml$x))
# weeks of remission of 42 children with leukaemia (Freireich et al. 1963, Blood 21:699-716)
save_data("gehan", data.frame(
  time = c(1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23,
           6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35),
  status = rep(c(1, 0), c(30, 12)), treat = rep(c("placebo", "6-MP"), each = 21)
))
deaths <- colon[colon$etype == 2, ]
save_data("colon", deaths[c(
  "time", "status", "rx", "sex", "age", "obstruct", "perfor", "adhere", "nodes", "differ", "extent", "surg", "node4"
)])
save_data("pbc", data.frame(
  time = pbc$time, status = as.integer(pbc$status == 2),
  pbc[c("trt", "sex", "edema", "bili", "albumin", "protime", "stage")], age = round(pbc$age, 3)
))
save_data("heart", data.frame(
  entry = heart$start, time = heart$stop, status = heart$event, age = round(heart$age, 3),
  year = round(heart$year, 3), heart[c("surgery", "transplant", "id")]
))
# age is the time scale here: a person is at risk from the age at the blood sample on
aged <- flchain[flchain$futime > 0, ]
aged <- aged[seq(1, nrow(aged), by = 16), ]
save_data("flchain", data.frame(
  entry = aged$age, time = round(aged$age + aged$futime / 365.25, 4), status = aged$death,
  aged[c("sex", "sample.yr", "kappa", "lambda", "flc.grp", "creatinine", "mgus")]
))

read_data <- function(name) read.csv(file.path(data_folder, paste0(name, ".csv")), na.strings = "")

response <- function(d) {
  if (is.null(d$entry)) Surv(d$time, d$status) else Surv(d$entry, d$time, d$status)
}

# ---- Kaplan-Meier ----------------------------------------------------------------------------------------------

finite <- function(x) {
  x <- as.numeric(x)
  x[!is.finite(x)] <- NA
  signif(x, 13)
}

at_risk <- function(d, t) {
  entry <- if (is.null(d$entry)) rep(-Inf, nrow(d)) else d$entry
  sapply(t, function(u) sum(d$time >= u & (entry < u | (u == 0 & entry <= 0))))
}

fits <- function(d, level = 0.95) {
  y <- response(d)
  lapply(setNames(transforms, transforms), function(transform) {
    survfit(y ~ 1, conf.type = transform, conf.int = level)
  })
}

# normal limits with the standard error of Collett (Modelling Survival Data in Medical Research, section 2.4)
spss_limits <- function(fit) {
  happened <- fit$n.event > 0
  t <- fit$time[happened]
  s <- fit$surv[happened]
  se <- summary(fit)$std.err
  half <- which(s <= 0.5 + 1e-9)
  below <- which(s <= 0.45 + 1e-9)
  if (length(half) == 0 || length(below) == 0) return(c(NA, NA))
  above <- which(s >= 0.55 - 1e-9)
  u <- if (length(above)) t[max(above)] else 0
  s_u <- if (length(above)) s[max(above)] else 1
  density <- (s_u - s[min(below)]) / (t[min(below)] - u)
  t[min(half)] + c(-1, 1) * qnorm(0.975) * se[min(half)] / density
}

medians <- function(fit) {
  list(
    print = unname(summary(fit[[1]])$table["median"]),
    quantile = finite(quantile(fit[[1]], c(0.25, 0.5, 0.75), conf.int = FALSE)),
    limits = lapply(fit, function(f) finite(summary(f)$table[c("0.95LCL", "0.95UCL")])),
    spss_limits = finite(spss_limits(fit[[1]]))
  )
}

curve <- function(name, d, column = NULL, value = NULL, most = 25) {
  if (!is.null(column)) d <- d[!is.na(d[[column]]) & d[[column]] == value, ]
  fit <- fits(d)
  f <- fit[[1]]
  rows <- unique(round(seq(1, length(f$time), length.out = min(most, length(f$time)))))
  last <- max(d$time)
  ticks <- sort(unique(c(0, min(d$time) / 2, f$time[round(length(f$time) / 3)], signif(last * c(.2, .45, .7), 2), last)))
  looked_up <- lapply(fit, function(f) summary(f, times = ticks))
  list(
    data = name, column = column, value = if (is.null(value)) NULL else as.character(value),
    n = nrow(d), n_times = length(f$time), rows = rows - 1,
    time = finite(f$time[rows]), n_risk = f$n.risk[rows], n_event = f$n.event[rows], n_censor = f$n.censor[rows],
    survival = finite(f$surv[rows]), std_err = finite(f$std.err[rows] * f$surv[rows]),
    low = lapply(fit, function(f) finite(f$lower[rows])), high = lapply(fit, function(f) finite(f$upper[rows])),
    at = list(
      time = ticks, survival = finite(looked_up[[1]]$surv), std_err = finite(looked_up[[1]]$std.err),
      n_risk = at_risk(d, ticks),
      n_risk_r = if (is.null(d$entry)) looked_up[[1]]$n.risk else NULL,
      low = lapply(looked_up, function(s) finite(s$lower)), high = lapply(looked_up, function(s) finite(s$upper))
    ),
    median = medians(fit)
  )
}

groupings <- list(
  lung = c("sex", "ph_ecog"), veteran = c("trt", "celltype"), ovarian = "rx", aml = "x", gehan = "treat",
  colon = c("rx", "node4"), pbc = c("trt", "stage"), heart = "transplant", flchain = "sex"
)
curves <- list()
for (name in names(groupings)) {
  d <- read_data(name)
  curves <- c(curves, list(curve(name, d)))
  for (column in groupings[[name]]) {
    for (value in sort(unique(d[[column]]))) curves <- c(curves, list(curve(name, d, column, value)))
  }
}

lung_90 <- local({
  d <- read_data("lung")
  lapply(fits(d, 0.9), function(f) {
    table <- summary(f)$table
    list(low = finite(f$lower[c(20, 100)]), high = finite(f$upper[c(20, 100)]),
         median = finite(table[c("0.9LCL", "0.9UCL")]))
  })
})

# ---- cohorts small enough to count by hand -----------------------------------------------------------------------

small <- function(name, time, event, entry = NULL) {
  d <- data.frame(time = time, status = event)
  d$entry <- entry
  fit <- fits(d)
  f <- fit[[1]]
  c(
    list(name = name, time = time, event = event, entry = entry, n_risk = f$n.risk, survival = finite(f$surv),
         low = lapply(fit, function(f) finite(f$lower)), high = lapply(fit, function(f) finite(f$upper))),
    medians(fit)
  )
}

cohorts <- list(
  small("camis", c(54, 75, 77, 84, 87, 92, 103, 105, 112, 118), rep(1:0, each = 5)),
  small("fibonacci", c(3, 5, 8, 13, 21, 34), rep(1, 6)),
  small("one-to-four", 1:4, rep(1, 4)),
  small("one-patient-dead", 7, 1),
  small("one-patient-alive", 7, 0),
  small("nobody-dead", c(2, 4, 9), c(0, 0, 0)),
  small("all-at-once", c(5, 5, 5, 5), rep(1, 4)),
  small("half-by-ties", c(4, 4, 4, 9, 9, 12), c(1, 1, 1, 0, 1, 0)),
  small("half-after-censoring", c(1, 2, 3, 4, 5, 6, 7), c(0, 1, 0, 1, 1, 0, 1)),
  small("death-at-origin", c(0, 0, 3, 5, 8, 9, 11, 12), c(1, 0, 1, 1, 0, 1, 0, 1)),
  small("plateau-to-the-end", c(2, 3, 6, 7, 8, 10), c(1, 1, 1, 0, 0, 0)),
  small("quarter-and-half", 1:8, c(1, 1, 1, 1, 0, 0, 1, 1))
)
set.seed(20240917)
for (i in 1:30) {
  n <- sample(5:12, 1)
  cohorts <- c(cohorts, list(small(paste0("random-", i), sample(1:9, n, TRUE), rbinom(n, 1, 0.7))))
}
# as many again in which the curve stands at exactly one half for a while
found <- 0
while (found < 30) {
  n <- sample(5:12, 1)
  time <- sample(1:15, n, TRUE)
  event <- rbinom(n, 1, 0.7)
  if (any(abs(survfit(Surv(time, event) ~ 1)$surv - 0.5) < 1e-9)) {
    found <- found + 1
    cohorts <- c(cohorts, list(small(paste0("half-", found), time, event)))
  }
}

# delayed entry, with ties between entries, deaths and censorings; a curve may come to 0 before others enter
cohorts <- c(cohorts, list(small("all-dead-before-others-enter", c(2, 5, 6, 8), c(1, 1, 0, 1), c(0, 3, 3, 4))))
for (i in 1:20) {
  n <- sample(5:12, 1)
  entry <- sample(0:5, n, TRUE)
  cohorts <- c(cohorts, list(small(paste0("late-", i), entry + sample(1:7, n, TRUE), rbinom(n, 1, 0.7), entry)))
}

# ---- rank tests --------------------------------------------------------------------------------------------------

# Klein and Moeschberger, Survival Analysis, section 7.3: one event time after the other
weighted_test <- function(d, group, weight) {
  group <- factor(group)
  entry <- if (is.null(d$entry)) rep(-Inf, nrow(d)) else d$entry
  k <- nlevels(group)
  observed <- expected <- numeric(k)
  variance <- matrix(0, k, k)
  for (t in sort(unique(d$time[d$status == 1]))) {
    here <- entry < t & d$time >= t
    died <- d$time == t & d$status == 1
    n_group <- as.vector(table(group[here]))
    d_group <- as.vector(table(group[died]))
    n <- sum(n_group)
    dead <- sum(d_group)
    w <- weight(n)
    observed <- observed + w * d_group
    expected <- expected + w * dead * n_group / n
    if (n > 1) {
      spread <- dead * (n - dead) / (n - 1)
      variance <- variance + w^2 * spread * (diag(n_group / n) - outer(n_group, n_group) / n^2)
    }
  }
  gap <- (observed - expected)[-1]
  statistic <- sum(gap * solve(variance[-1, -1, drop = FALSE], gap))
  list(statistic = finite(statistic), df = k - 1, p_value = finite(pchisq(statistic, k - 1, lower.tail = FALSE)),
       observed = finite(observed), expected = finite(expected))
}

rank_tests <- list()
for (name in names(groupings)) {
  for (column in groupings[[name]]) {
    d <- read_data(name)
    d <- d[!is.na(d[[column]]), ]
    group <- d[[column]]
    log_rank <- if (is.null(d$entry)) {
      test <- survdiff(Surv(d$time, d$status) ~ group)
      list(statistic = finite(test$chisq), df = length(test$n) - 1, p_value = finite(test$pvalue),
           observed = finite(test$obs), expected = finite(test$exp))
    } else {
      # survdiff takes no delayed entry; the score test with exact ties is the same statistic
      list(statistic = finite(coxph(response(d) ~ factor(group), ties = "exact")$score))
    }
    rank_tests <- c(rank_tests, list(list(
      data = name, column = column, survival = log_rank,
      `log-rank` = weighted_test(d, group, function(n) 1),
      breslow = weighted_test(d, group, function(n) n),
      `tarone-ware` = weighted_test(d, group, sqrt)
    )))
  }
}

# ---- life tables -------------------------------------------------------------------------------------------------

# Cutler and Ederer 1958; standard errors of Gehan 1969, as KMsurv::lifetab computes them (which gives survival at
# the start of the interval instead); the last row may be open (no width)
life_table <- function(deaths, withdrawn, width) {
  k <- length(deaths)
  n <- numeric(k)
  n[1] <- sum(deaths) + sum(withdrawn)
  for (i in seq_len(k)[-1]) n[i] <- n[i - 1] - deaths[i - 1] - withdrawn[i - 1]
  r <- n - withdrawn / 2
  q <- deaths / r
  p <- 1 - q
  P <- se_P <- f <- se_f <- h <- se_h <- numeric(k)
  before <- 1
  total <- 0
  for (i in seq_len(k)) {
    P[i] <- before * p[i]
    f[i] <- before * q[i] / width[i]
    se_f[i] <- if (q[i] > 0) f[i] * sqrt(total + p[i] / (r[i] * q[i])) else 0
    h[i] <- 2 * q[i] / (width[i] * (1 + p[i]))
    se_h[i] <- if (q[i] > 0) sqrt(h[i]^2 / (r[i] * q[i]) * (1 - (h[i] * width[i] / 2)^2)) else 0
    total <- total + q[i] / (r[i] * p[i])
    se_P[i] <- if (p[i] > 0) P[i] * sqrt(total) else 0
    before <- P[i]
  }
  open <- !is.finite(width)
  f[open] <- se_f[open] <- h[open] <- se_h[open] <- NA
  list(n_entering = n, n_withdrawing = withdrawn, n_exposed = r, n_terminal = deaths,
       proportion_terminating = finite(q), proportion_surviving = finite(p), cumulative_survival = finite(P),
       se_cumulative = finite(se_P), density = finite(f), se_density = finite(se_f), hazard = finite(h),
       se_hazard = finite(se_h))
}

life_table_of <- function(name, interval, through = NULL) {
  d <- read_data(name)
  end <- if (is.null(through)) (floor(max(d$time) / interval) + 1) * interval else ceiling(through / interval) * interval
  breaks <- seq(0, end, by = interval)
  if (!is.null(through)) breaks <- c(breaks, Inf)
  row <- cut(d$time, breaks, right = FALSE)
  counts <- table(row, factor(d$status, 0:1))
  c(list(data = name, interval = interval, through = through),
    life_table(as.vector(counts[, "1"]), as.vector(counts[, "0"]), diff(breaks)))
}

life_tables <- list(
  life_table_of("lung", 100), life_table_of("lung", 60, 365), life_table_of("veteran", 30, 360),
  life_table_of("colon", 365.25), life_table_of("colon", 365.25, 1826.25), life_table_of("pbc", 500, 3000)
)

# Males with angina pectoris, Lee (1992), as in example "Life-Table Estimates" of SAS PROC LIFETEST: yearly counts
angina <- list(
  deaths = c(456, 226, 152, 171, 135, 125, 83, 74, 51, 42, 43, 34, 18, 9, 6, 0),
  withdrawn = c(0, 39, 22, 23, 24, 107, 133, 102, 68, 64, 45, 53, 33, 27, 23, 30)
)
angina <- c(angina, list(table = life_table(angina$deaths, angina$withdrawn, c(rep(1, 15), Inf))))

# ---- follow-up ---------------------------------------------------------------------------------------------------

follow_up <- lapply(setdiff(names(groupings), c("heart", "flchain")), function(name) {
  d <- read_data(name)
  fit <- survfit(Surv(time, 1 - status) ~ 1, data = d, conf.type = "log-log")
  list(data = name, observed = median(d$time), reverse = finite(summary(fit)$table[c("median", "0.95LCL", "0.95UCL")]))
})

write_json(
  list(
    made_with = list(R = R.version.string, survival = as.character(packageVersion("survival"))),
    curves = curves, lung_90 = lung_90, cohorts = cohorts, rank_tests = rank_tests, life_tables = life_tables,
    angina = angina, follow_up = follow_up
  ),
  "tests/reference/survival.json", auto_unbox = TRUE, null = "null", na = "null", digits = I(14)
)
