# The values that the tests of proportional hazards, restricted means, competing risks and Kruskal-Wallis compare with.
#
#   Rscript tests/reference/extended.R        (from the root of the repository; R with survival, cmprsk and jsonlite)
#
# reads tests/data/*.csv and writes tests/reference/extended.json, so that both programs start from the same text.
# Those files know no competing events: patients with such events (mgus2 and pbc of the package survival, and small
# cohorts drawn at random) are written into the JSON beside the results.

library(survival)
library(cmprsk)
library(jsonlite)

read_data <- function(name) read.csv(file.path("tests/data", paste0(name, ".csv")), na.strings = "")

finite <- function(x) {
  x <- as.numeric(x)
  x[!is.finite(x)] <- NA
  x
}

# ---- proportional hazards: cox.zph -------------------------------------------------------------------------------

models <- list(
  list(data = "lung", terms = list("age", "sex", "factor(ph_ecog)")),
  list(data = "lung", terms = list("factor(ph_ecog)")),
  list(data = "lung", terms = list("age", "wt_loss", "meal_cal")),
  list(data = "veteran", terms = list("trt", "factor(celltype)", "karno", "age")),
  list(data = "ovarian", terms = list("age", "rx")),
  list(data = "aml", terms = list("factor(x)")),
  list(data = "colon", terms = list("factor(rx)", "sex", "nodes", "factor(differ)")),
  list(data = "pbc", terms = list("age", "bili", "albumin", "factor(stage)", "edema")),
  list(data = "heart", terms = list("age", "surgery", "transplant")),
  list(data = "flchain", terms = list("kappa", "factor(sex)")),
  # whole hundreds of days: nearly every death is tied
  list(data = "lung", unit = 100, terms = list("age", "factor(ph_ecog)")),
  list(data = "colon", unit = 365, terms = list("factor(rx)", "nodes")),
  list(data = "ovarian", rows = 1:8, terms = list("age"))
)

zph <- function(model, ties, transform) {
  d <- read_data(model$data)
  if (!is.null(model$rows)) d <- d[model$rows, ]
  if (!is.null(model$unit)) d$time <- ceiling(d$time / model$unit)
  used <- sub("factor\\((.*)\\)", "\\1", unlist(model$terms))
  d <- na.omit(d[c("time", "status", intersect("entry", names(d)), used)])
  left <- if (is.null(d$entry)) "Surv(time, status)" else "Surv(entry, time, status)"
  fit <- coxph(as.formula(paste(left, "~", paste(model$terms, collapse = "+"))), d, ties = ties, x = TRUE,
               control = coxph.control(eps = 1e-13, toler.chol = 1e-14, iter.max = 50, timefix = FALSE))
  table <- cox.zph(fit, transform = transform)$table
  list(data = model$data, unit = model$unit, rows = model$rows, terms = I(unlist(model$terms)), ties = ties,
       transform = transform, n = fit$n, n_event = fit$nevent, statistic = I(unname(table[, "chisq"])),
       df = I(unname(table[, "df"])), p_value = I(unname(table[, "p"])))
}

zph_cases <- list()
for (model in models) for (ties in c("efron", "breslow")) for (transform in c("km", "identity", "rank"))
  zph_cases <- c(zph_cases, list(zph(model, ties, transform)))

# ---- restricted means: survfit -----------------------------------------------------------------------------------

part <- function(name, column, value) {
  d <- read_data(name)
  d[!is.na(d[[column]]) & d[[column]] == value, ]
}

restricted <- function(d, tau) {
  y <- if (is.null(d$entry)) Surv(d$time, d$status) else Surv(d$entry, d$time, d$status)
  # timefix = FALSE, else survfit ties ages that differ by a hair
  summary(survfit(y ~ 1, timefix = FALSE), rmean = tau)$table[c("rmean", "se(rmean)")]
}

rmst <- function(name, column, values, taus) lapply(taus, function(tau) {
  both <- sapply(values, function(value) restricted(part(name, column, value), tau))
  estimate <- both[1, 1] - both[1, 2]
  se <- sqrt(sum(both[2, ]^2))
  list(data = name, column = column, values = I(as.character(values)), tau = tau, estimate = unname(both[1, ]),
       std_err = unname(both[2, ]), difference = estimate,
       limits = estimate + c(-1, 1) * qnorm(0.975) * se, limits_90 = estimate + c(-1, 1) * qnorm(0.95) * se,
       p_value = 2 * pnorm(-abs(estimate / se)))
})

rmst_cases <- c(
  rmst("lung", "sex", 1:2, c(100, 365, 400.5, 800)), rmst("lung", "ph_ecog", c(0, 2), c(180, 500)),
  rmst("veteran", "trt", 1:2, c(30, 99, 550)), rmst("veteran", "celltype", c("adeno", "large"), c(100, 187)),
  rmst("ovarian", "rx", 1:2, c(365, 1000)), rmst("aml", "x", c("Maintained", "Nonmaintained"), c(13, 40)),
  rmst("colon", "rx", c("Obs", "Lev+5FU"), c(1826.25, 2500)), rmst("pbc", "stage", c(2, 4), 2000),
  rmst("gehan", "treat", c("6-MP", "placebo"), c(20, 30)), rmst("heart", "transplant", 1:0, c(300))
)

# ---- competing risks: cuminc -------------------------------------------------------------------------------------

coded <- function(name, cause, group) {
  d <- read_data(name)
  d <- data.frame(time = d$time, cause = cause(d), group = as.character(d[[group]]))
  d[complete.cases(d), ]
}

mgus <- with(mgus2, data.frame(
  time = ifelse(pstat == 1, ptime, futime), cause = ifelse(pstat == 1, 1, 2 * death),
  sex = as.character(sex), age = as.character(cut(age, c(0, 60, 70, 80, 200), labels = letters[1:4]))
))
cohorts <- list(
  `mgus2 by sex` = setNames(mgus[c("time", "cause", "sex")], c("time", "cause", "group")),
  `mgus2 by age, in years` = data.frame(time = ceiling(mgus$time / 12), cause = mgus$cause, group = mgus$age),
  `pbc by treatment` = na.omit(with(pbc, data.frame(time, cause = status, group = as.character(trt)))),
  `pbc by stage, in years` = na.omit(with(pbc, data.frame(
    time = ceiling(time / 365), cause = 2 * (status == 2) + (status == 1), group = as.character(stage)
  ))),
  # causes that a file with a single event can be made to tell apart
  `colon by arm, cause by nodes` = coded("colon", function(d) d$status * (1 + d$node4), "rx"),
  `lung by ECOG, three causes by age` =
    coded("lung", function(d) d$status * (1 + (d$age > 60) + (d$age > 70)), "ph_ecog"),
  `veteran by cell type, cause by treatment` = coded("veteran", function(d) d$status * d$trt, "celltype"),
  `aml, one cause` = coded("aml", function(d) d$status, "x")
)
set.seed(20250711)
for (i in 1:60) {
  n <- if (i <= 30) 8 else sample(9:30, 1)
  cohorts[[paste("drawn", i)]] <- data.frame(
    time = sample(1:(if (i %% 2) 6 else 40), n, TRUE), cause = sample(0:2, n, TRUE, c(.4, .4, .2)),
    group = sample(letters[1:(2 + i %% 2)], n, TRUE)
  )
}

curve <- function(d, times) {
  fit <- cuminc(d$time, d$cause)
  at <- timepoints(fit, times)
  causes <- sort(unique(d$cause[d$cause > 0]))
  lapply(seq_along(causes), function(i) {
    f <- at$est[i, ]
    se <- sqrt(at$var[i, ])
    z <- qnorm(0.975)
    log_log <- function(p, sign) p^exp(sign * z * se / (p * log(p)))
    list(cause = causes[i], estimate = I(unname(f)), std_err = I(unname(se)),
         `log-log` = list(low = I(finite(log_log(f, -1))), high = I(finite(log_log(f, 1)))),
         `complementary-log-log` =
           list(low = I(finite(1 - log_log(1 - f, 1))), high = I(finite(1 - log_log(1 - f, -1)))),
         plain = list(low = I(pmax(0, f - z * se)), high = I(pmin(1, f + z * se))))
  })
}

competing <- lapply(names(cohorts), function(name) {
  d <- cohorts[[name]]
  times <- sort(unique(d$time))
  times <- times[unique(round(seq(1, length(times), length.out = min(12, length(times)))))]
  tests <- if (length(unique(d$group)) > 1) cuminc(d$time, d$cause, d$group)$Tests
  state <- survfit(Surv(d$time, factor(d$cause)) ~ 1)
  list(name = name, time = I(d$time), cause = I(d$cause), group = I(as.character(d$group)), times = I(times),
       curves = curve(d, times),
       survfit = if (inherits(state, "survfitms"))
         unname(apply(summary(state, times = times)$pstate[, -1, drop = FALSE], 2, identity, simplify = FALSE)),
       tests = if (is.null(tests)) NULL else lapply(rownames(tests), function(cause)
         list(cause = as.integer(cause), statistic = tests[cause, "stat"], p_value = tests[cause, "pv"],
              df = tests[cause, "df"])))
})

# ---- Kruskal-Wallis ----------------------------------------------------------------------------------------------

kruskal <- function(name, value, by) {
  d <- na.omit(read_data(name)[c(value, by)])
  test <- kruskal.test(split(d[[value]], d[[by]]))
  list(data = name, value = value, by = by, statistic = unname(test$statistic), df = unname(test$parameter),
       p_value = test$p.value)
}
kruskal_cases <- list(
  kruskal("lung", "age", "ph_ecog"), kruskal("lung", "wt_loss", "ph_ecog"), kruskal("veteran", "karno", "celltype"),
  kruskal("colon", "nodes", "rx"), kruskal("colon", "nodes", "differ"), kruskal("pbc", "bili", "stage"),
  kruskal("pbc", "edema", "stage"), kruskal("ovarian", "age", "rx"), kruskal("aml", "time", "x")
)

write_json(
  list(
    made_with = list(R = R.version.string, survival = as.character(packageVersion("survival")),
                     cmprsk = as.character(packageVersion("cmprsk"))),
    proportional_hazards = zph_cases, restricted_mean = rmst_cases, competing_risks = competing,
    kruskal_wallis = kruskal_cases
  ),
  "tests/reference/extended.json", auto_unbox = TRUE, null = "null", na = "null", digits = I(14)
)
