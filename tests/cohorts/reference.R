# What R says of the extracts: every number of the study files (new-study's, with the lines of edits.yaml) that R knows.
#
#   Rscript tests/cohorts/reference.R        (from the root of the repository; R with survival and cmprsk)
#
# reads tests/cohorts/*.csv and resources/example-cohort/patients.csv, and writes tests/cohorts/reference.csv. Nothing
# of peritrace is read: the codes, endpoints, groups and covariates are stated once more below. Ratios of numbers are
# per unit; a study file may state them per several (`per`).

library(survival)
library(cmprsk)

invisible(Sys.setlocale("LC_CTYPE", "C.UTF-8"))  # levels hold signs such as the one for at least

MONTH <- 30.4375
z <- qnorm(0.975)
precise <- coxph.control(eps = 1e-13, toler.chol = 1e-14, iter.max = 50)

# ---- one row for each number ---------------------------------------------------------------------------------------

rows <- list()
study <- ""

add <- function(what, statistic, value, endpoint = "", group = "", level = "", model = "", cause = "", time = "") {
  row <- list(study, what, statistic, endpoint, group, level, model, cause, time, as.numeric(value))
  rows[[length(rows) + 1]] <<- row
}

# ---- survival ------------------------------------------------------------------------------------------------------

curve <- function(y) survfit(y ~ 1, data = data.frame(t = seq_len(nrow(y))), conf.type = "log-log")

# min{t: S(t) <= 1/2}, the rule of SPSS; R prints the middle of a plateau at 1/2
first_half <- function(fit) {
  below <- fit$time[fit$surv <= 0.5 + 1e-12]
  if (length(below)) min(below) else NA
}

of_curve <- function(what, y, times, ...) {
  fit <- curve(y)
  is_delayed <- ncol(y) == 3
  table <- summary(fit)$table
  add(what, "n", fit$n, ...)
  add(what, "n_event", sum(fit$n.event), ...)
  add(what, "median", first_half(fit), ...)
  if (!is_delayed) add(what, "median_of_r", table["median"], ...)
  add(what, "median_conf_low", table["0.95LCL"], ...)
  add(what, "median_conf_high", table["0.95UCL"], ...)
  at <- summary(fit, times = times, extend = TRUE)
  # nothing is known beyond the last patient's time, unless nobody is left
  gone <- times > max(fit$time) & at$surv > 0
  for (i in seq_along(times)) {
    rate <- function(statistic, value) add(paste(what, "rate"), statistic, value, ..., time = times[i])
    # with delayed entry R counts those as well who enter up to the next event
    rate("n_risk", if (is_delayed) sum(y[, "start"] < times[i] & y[, "stop"] >= times[i]) else at$n.risk[i])
    rate("estimate", if (gone[i]) NA else at$surv[i])
    rate("conf_low", if (gone[i]) NA else at$lower[i])
    rate("conf_high", if (gone[i]) NA else at$upper[i])
  }
}

restricted <- function(y, horizon) {
  fit <- curve(y)
  # a mean up to a time to which nobody was followed is not stated, unless all had the event before
  if (horizon > max(fit$time) && min(fit$surv) > 0) return(c(NA, NA))
  unname(summary(fit, rmean = horizon)$table[c("rmean", "se(rmean)")])
}

of_mean <- function(y, horizon, ...) {
  found <- restricted(y, horizon)
  add("restricted-mean", "estimate", found[1], ..., time = horizon)
  add("restricted-mean", "std_err", found[2], ..., time = horizon)
  add("restricted-mean", "conf_low", found[1] - z * found[2], ..., time = horizon)
  add("restricted-mean", "conf_high", found[1] + z * found[2], ..., time = horizon)
  found
}

of_groups <- function(d, y, code, by, times, horizon) {
  means <- list()
  for (level in levels(d[[by]])) {
    members <- !is.na(d[[by]]) & d[[by]] == level
    if (!any(members)) next
    of_curve("survival", y[members], times, endpoint = code, group = by, level = level)
    means[[level]] <- of_mean(y[members], horizon, endpoint = code, group = by, level = level)
  }
  if (length(means) == 2) {
    estimate <- means[[1]][1] - means[[2]][1]
    se <- sqrt(means[[1]][2]^2 + means[[2]][2]^2)
    found <- c(estimate = estimate, std_err = se, conf_low = estimate - z * se, conf_high = estimate + z * se,
               p_value = 2 * pnorm(-abs(estimate / se)))
    pair <- paste(names(means), collapse = " \u2212 ")
    for (name in names(found))
      add("restricted-mean-difference", name, found[name], code, by, pair, time = horizon)
  }
  test <- survdiff(y ~ g, data = data.frame(g = d[[by]]))
  df <- length(test$n) - 1
  add("comparison", "statistic", test$chisq, code, by)
  add("comparison", "df", df, code, by)
  add("comparison", "p_value", pchisq(test$chisq, df, lower.tail = FALSE), code, by)
  found <- sub("g=", "", names(test$n))
  for (i in seq_along(found)) {
    add("comparison", "observed", test$obs[i], code, by, found[i])
    add("comparison", "expected", test$exp[i], code, by, found[i])
  }
}

of_follow_up <- function(y, code) {
  reverse <- curve(Surv(y[, "time"], 1 - y[, "status"]))
  table <- summary(reverse)$table
  add("follow-up", "median", median(y[, "time"]), code, model = "observed-follow-up")
  add("follow-up", "min", min(y[, "time"]), code, model = "observed-follow-up")
  add("follow-up", "max", max(y[, "time"]), code, model = "observed-follow-up")
  add("follow-up", "median", first_half(reverse), code, model = "reverse-kaplan-meier")
  add("follow-up", "conf_low", table["0.95LCL"], code, model = "reverse-kaplan-meier")
  add("follow-up", "conf_high", table["0.95UCL"], code, model = "reverse-kaplan-meier")
}

# ---- factors -------------------------------------------------------------------------------------------------------

of_model <- function(d, y, code, covariates, model) {
  d <- d[covariates]
  known <- complete.cases(d)
  d <- droplevels(d[known, , drop = FALSE])
  d$y <- y[known]
  formula <- as.formula(paste("y ~", paste(covariates, collapse = "+")))
  fit <- coxph(formula, d, ties = "efron", control = precise, x = TRUE)
  count <- function(name, level, members) {
    add("factor", "n", sum(members), code, name, level, model)
    add("factor", "n_event", sum(d$y[members, "status"]), code, name, level, model)
  }
  for (name in covariates) {
    if (is.numeric(d[[name]])) {
      count(name, "", rep(TRUE, nrow(d)))
      terms <- name
      compared <- ""
    } else {
      for (level in levels(d[[name]])) count(name, level, d[[name]] == level)
      compared <- levels(d[[name]])[-1]
      terms <- paste0(name, compared)
    }
    for (i in seq_along(terms)) {
      beta <- coef(fit)[[terms[i]]]
      se <- sqrt(vcov(fit)[terms[i], terms[i]])
      add("factor", "estimate", exp(beta), code, name, compared[i], model)
      add("factor", "conf_low", exp(beta - z * se), code, name, compared[i], model)
      add("factor", "conf_high", exp(beta + z * se), code, name, compared[i], model)
      add("factor", "p_value", 2 * pnorm(-abs(beta / se)), code, name, compared[i], model)
    }
  }
  whole <- paste(covariates, collapse = " + ")
  add("factor-model", "n", fit$n, code, whole, model = model)
  add("factor-model", "n_event", fit$nevent, code, whole, model = model)
  p_value <- pchisq(2 * diff(fit$loglik), length(coef(fit)), lower.tail = FALSE)
  add("factor-model", "likelihood_ratio_p", p_value, code, whole, model = model)
  test <- cox.zph(fit, transform = "km", terms = TRUE)$table
  if (length(covariates) > 1) rownames(test)[nrow(test)] <- "all covariates"
  for (name in c(covariates, if (length(covariates) > 1) "all covariates")) {
    add("proportional-hazards", "statistic", test[name, "chisq"], code, name, model = model)
    add("proportional-hazards", "df", test[name, "df"], code, name, model = model)
    add("proportional-hazards", "p_value", test[name, "p"], code, name, model = model)
  }
}

# ---- competing risks -----------------------------------------------------------------------------------------------

# limits on the log(-log) scale of the incidence, from the variance that cmprsk gives; none where it is 0
of_incidence <- function(time, cause, causes, code, times, group = "", level = "") {
  fit <- cuminc(time, factor(cause, c("none", causes)), cencode = "none")
  # cmprsk says nothing beyond the last patient's time; where everybody had an event by then, the curves stay
  stays <- all(cause[time == max(time)] != "none")
  for (name in causes) {
    add("cumulative-incidence", "n", length(time), code, group, level, cause = name)
    add("cumulative-incidence", "n_event", sum(cause == name), code, group, level, cause = name)
    for (i in seq_along(times)) {
      at <- timepoints(fit, if (stays) min(times[i], max(time)) else times[i])
      place <- match(paste("1", name), rownames(at$est))
      f <- if (is.na(place)) 0 else at$est[place, 1]
      se <- if (is.na(place)) 0 else sqrt(at$var[place, 1])
      say <- function(statistic, value)
        add("cumulative-incidence", statistic, value, code, group, level, cause = name, time = times[i])
      say("estimate", f)
      say("n_risk", sum(time >= times[i]))
      say("conf_low", if (f %in% 0) NA else f^exp(-z * se / (f * log(f))))
      say("conf_high", if (f %in% 0) NA else f^exp(z * se / (f * log(f))))
    }
  }
}

of_causes <- function(d, time, cause, causes, code, by, times) {
  of_incidence(time, cause, causes, code, times)
  for (level in levels(d[[by]])) {
    members <- !is.na(d[[by]]) & d[[by]] == level
    of_incidence(time[members], cause[members], causes, code, times, by, level)
  }
  known <- !is.na(d[[by]])
  tests <- cuminc(time[known], factor(cause[known], c("none", causes)), d[[by]][known], cencode = "none")$Tests
  for (name in causes) {
    add("comparison-of-incidence", "statistic", tests[name, "stat"], code, by, cause = name)
    add("comparison-of-incidence", "df", tests[name, "df"], code, by, cause = name)
    add("comparison-of-incidence", "p_value", tests[name, "pv"], code, by, cause = name)
  }
}

# ---- characteristics -----------------------------------------------------------------------------------------------

of_variable <- function(x, name, group = "", level = "") {
  if (is.numeric(x)) {
    add("summary", "missing", sum(is.na(x)), name, group, level)
    x <- x[!is.na(x)]
    found <- c(N = length(x), mean = mean(x), sd = sd(x), min = min(x), median = median(x), max = max(x),
               p25 = quantile(x, 0.25, type = 6), p75 = quantile(x, 0.75, type = 6),
               p25_of_r = quantile(x, 0.25), p75_of_r = quantile(x, 0.75))
    names(found) <- sub("\\..*", "", names(found))
    for (stat in names(found)) add("summary", stat, found[[stat]], name, group, level)
  } else {
    if (anyNA(x)) add("counts", "missing", sum(is.na(x)), name, group, level)
    counted <- table(x)
    for (value in names(counted)) {
      add("counts", "n", counted[[value]], name, group, level, time = value)
      add("counts", "N", sum(counted), name, group, level, time = value)
      add("counts", "p", counted[[value]] / sum(counted), name, group, level, time = value)
    }
  }
}

# The rule of the study: ranks for numbers, exact up to 50 patients; Fisher's test where a count below 5 is expected.
of_test <- function(x, g, name, by) {
  known <- !is.na(x) & !is.na(g)
  x <- x[known]
  g <- droplevels(g[known])
  if (is.numeric(x) && nlevels(g) > 2) {
    test <- kruskal.test(x, g)
    found <- c(statistic = test$statistic, df = test$parameter, p_value = test$p.value)
    method <- "kruskal-wallis"
  } else if (is.numeric(x)) {
    exact <- length(x) <= 50
    test <- wilcox.test(x[g == levels(g)[1]], x[g == levels(g)[2]], exact = exact, correct = FALSE)
    found <- c(statistic = test$statistic, p_value = test$p.value)
    method <- if (exact) "mann-whitney" else "mann-whitney-asymptotic"
  } else {
    counted <- table(droplevels(x), g)
    test <- suppressWarnings(chisq.test(counted, correct = FALSE))
    if (any(test$expected < 5)) {
      found <- c(p_value = fisher.test(counted, workspace = 2e7)$p.value)
      method <- "fisher"
    } else {
      found <- c(statistic = test$statistic, df = test$parameter, p_value = test$p.value)
      method <- "chi-square"
    }
  }
  names(found) <- sub("\\..*", "", names(found))
  for (stat in names(found)) add("group-test", stat, found[[stat]], name, by, model = method)
}

characteristics <- function(d, names, by, untested) {
  for (name in names) {
    of_variable(d[[name]], name)
    for (level in levels(d[[by]])) of_variable(d[[name]][which(d[[by]] == level)], name, by, level)
    if (!name %in% untested) of_test(d[[name]], d[[by]], name, by)
  }
}

# ---- the studies ---------------------------------------------------------------------------------------------------

code <- function(x, ...) {
  levels <- c(...)
  factor(levels[as.character(x)], unique(levels))
}
as_it_stands <- function(x) factor(as.character(x))

whole_study <- function(d, endpoints, compare, times, horizon, chief, main, describe, untested = main) {
  add("cohort", "N", nrow(d))
  for (name in names(endpoints)) {
    of_curve("survival", endpoints[[name]], times, endpoint = name)
    of_mean(endpoints[[name]], horizon, endpoint = name)
    for (by in compare[[name]]) of_groups(d, endpoints[[name]], name, by, times, horizon)
  }
  of_follow_up(endpoints[[chief]], chief)
  characteristics(d, describe, main, untested)
}

factors <- function(d, y, code, univariable, multivariable = NULL) {
  id <- paste0("factors-", tolower(code))
  for (name in univariable) of_model(d, y, code, name, paste0(id, ":univariable"))
  if (length(multivariable)) of_model(d, y, code, multivariable, paste0(id, ":multivariable"))
}

extract <- function(name) {
  study <<- name
  read.csv(file.path("tests/cohorts", paste0(name, ".csv")))
}

# lung: times in months, by the factor of its study file
raw <- extract("lung")
d <- with(raw, data.frame(
  status = code(status, `1` = "alive", `2` = "dead"), age, sex = code(sex, `1` = "male", `2` = "female"),
  ecog = as_it_stands(ph.ecog), kps = ph.karno, pat_karno = pat.karno, meal_cal = meal.cal, wt_loss = wt.loss
))
y <- Surv(raw$time * 0.0328542094, raw$status == 2)
whole_study(d, list(OS = y), list(OS = c("sex", "ecog")), c(12, 24), 24, "OS", "sex", names(d))
factors(d, y, "OS", c("age", "sex", "ecog", "pat_karno", "meal_cal", "wt_loss"), c("ecog", "age", "sex"))

# colon: death, recurrence, and whichever comes first, with recurrence and death without it as causes
raw <- extract("colon")
d <- with(raw, data.frame(
  treatment = code(rx, Obs = "observation", `Lev+5FU` = "levamisole + fluorouracil", Lev = "levamisole"),
  sex = code(sex, `1` = "male", `0` = "female"), age, obstruct = as_it_stands(obstruct), perfor = as_it_stands(perfor),
  adhere = as_it_stands(adhere), positive_node_count = nodes, grade = as_it_stands(differ),
  extent = as_it_stands(extent), surg = as_it_stands(surg), node4 = as_it_stands(node4),
  status = code(status_death, `0` = "alive", `1` = "dead")
))
y <- with(raw, list(
  OS = Surv(time_death, status_death), TTP = Surv(time_recurrence, status_recurrence),
  PFS = Surv(time_recurrence, status_recurrence | status_death)
))
times <- c(365, 1095, 1825)
by <- list(OS = c("treatment", "grade"), TTP = "treatment", PFS = "treatment")
whole_study(d, y, by, times, 1825, "OS", "treatment", names(d))
alone <- setdiff(names(d), "status")
together <- c("treatment", "grade", "positive_node_count", "age", "sex")
factors(d, y$OS, "OS", alone, together)
factors(d, y$PFS, "PFS", alone, together)
causes <- c("Progression", "Death without progression")
cause <- with(raw, ifelse(status_recurrence == 1, causes[1], ifelse(status_death == 1, causes[2], "none")))
of_causes(d, raw$time_recurrence, cause, causes, "PFS", "treatment", times)

# veteran
raw <- extract("veteran")
d <- with(raw, data.frame(
  treatment = code(trt, `1` = "standard", `2` = "test"),
  histology = factor(celltype, c("squamous", "large", "smallcell", "adeno")),
  status = code(status, `0` = "alive", `1` = "dead"), karno, diagtime, age,
  prior_treatment = code(prior, `0` = "no", `10` = "yes")
))
y <- Surv(raw$time, raw$status)
whole_study(d, list(OS = y), list(OS = c("treatment", "histology")), 365, 365, "OS", "treatment", names(d))
alone <- setdiff(names(d), "status")
factors(d, y, "OS", alone, setdiff(alone, "diagtime"))

# pbc: death and transplantation as causes
raw <- extract("pbc")
d <- with(raw, data.frame(
  status = code(status, `0` = "no event", `1` = "transplanted", `2` = "dead"),
  treatment = code(trt, `2` = "placebo", `1` = "D-penicillamine"), age, sex = code(sex, m = "male", f = "female"),
  ascites = code(ascites, `0` = "no", `1` = "yes"), hepato = as_it_stands(hepato), spiders = as_it_stands(spiders),
  edema = as_it_stands(edema), bilirubin = bili, cholesterol = chol, albumin, copper, alp = alk.phos, ast, trig,
  platelets = platelet, prothrombin_time = protime, stage = as_it_stands(stage)
))
y <- Surv(raw$time, raw$status > 0)
whole_study(d, list(EFS = y), list(EFS = c("treatment", "stage")), times, 1825, "EFS", "treatment", names(d))
together <- c("stage", "age", "sex", "bilirubin", "albumin", "platelets", "prothrombin_time")
factors(d, y, "EFS", setdiff(names(d), "status"), together)
causes <- c("Transplantation", "Death")
of_causes(d, raw$time, c("none", causes)[raw$status + 1], causes, "EFS", "treatment", times)

# ovarian
raw <- extract("ovarian")
d <- with(raw, data.frame(
  status = code(fustat, `0` = "alive", `1` = "dead"), age, resid_ds = code(resid.ds, `1` = "no", `2` = "yes"),
  treatment = as_it_stands(rx), ecog = as_it_stands(ecog.ps)
))
y <- Surv(raw$futime, raw$fustat)
whole_study(d, list(OS = y), list(OS = c("treatment", "ecog")), c(365, 1095), 1095, "OS", "treatment", names(d))
factors(d, y, "OS", setdiff(names(d), "status"))

# the example cohort: months between dates
study <- "example-proposed"
raw <- read.csv("resources/example-cohort/patients.csv", na.strings = "")
months <- function(from, to) as.numeric(as.Date(raw[[to]]) - as.Date(raw[[from]])) / MONTH
from_surgery <- months("date_surgery", "date_last_contact")
progressed <- !is.na(raw$date_progression)
died <- raw$status == "dead"
minor <- c("none", "I", "II")
grades <- c(minor, "IIIa", "IIIb", "IVa", "IVb", "V")
d <- with(raw, data.frame(
  sex = code(sex, M = "male", F = "female"), age, bmi, ecog = as_it_stands(ecog),
  status = factor(status, c("alive", "dead")),
  tumour = factor(tumour, c("colorectal liver + peritoneal", "HCC", "intrahepatic cholangiocarcinoma")), afp,
  child_pugh = factor(child_pugh, c("A", "B")), cirrhosis = factor(cirrhosis, c("no", "yes")),
  onset = factor(synchronous, c("synchronous", "metachronous")),
  prior_treatment = factor(ifelse(prior_treatment == "none", "no", "yes"), c("no", "yes")), pci,
  pci_group = factor(ifelse(pci < 20, "PCI < 20", "PCI \u2265 20"), c("PCI < 20", "PCI \u2265 20")), cc_score,
  cc_group = factor(ifelse(cc_score < 2, "CC0/1", "CC2/3"), c("CC0/1", "CC2/3")), residual_mm,
  hipec = factor(hipec, c("no", "yes")), hipec_drug = as_it_stands(hipec_drug), hipec_dose_mg, hipec_temperature,
  hipec_minutes, operation_minutes, blood_loss_ml, transfusion_units, anastomoses,
  clavien_dindo = factor(clavien_dindo, grades),
  major_complications = factor(ifelse(clavien_dindo %in% minor, "none to II", "III to V"), c("none to II", "III to V")),
  hospital_days
))
pfs_time <- ifelse(progressed, months("date_surgery", "date_progression"), from_surgery)
y <- list(
  OS1 = Surv(months("date_diagnosis", "date_last_contact"), died), OS2 = Surv(from_surgery, died),
  PFS = Surv(pfs_time, progressed | died)
)
times <- c(12, 36, 60)
by <- list(OS1 = "cc_group", OS2 = c("cc_group", "pci_group", "tumour", "ecog"), PFS = "cc_group")
whole_study(d, y, by, times, 60, "OS2", "cc_group", names(d), untested = c("cc_group", "cc_score"))
alone <- c("sex", "age", "bmi", "ecog", "tumour", "afp", "child_pugh", "cirrhosis", "onset", "prior_treatment", "pci",
           "cc_group", "hipec", "operation_minutes", "blood_loss_ml", "transfusion_units", "anastomoses")
together <- c("cc_group", "pci", "tumour", "ecog", "age", "sex")
factors(d, y$OS2, "OS2", alone, together)
factors(d, y$PFS, "PFS", alone, c(together, "child_pugh", "cirrhosis"))
causes <- c("Progression", "Death without progression")
cause <- ifelse(progressed, causes[1], ifelse(died, causes[2], "none"))
of_causes(d, pfs_time, cause, causes, "PFS", "cc_group", times)

# from diagnosis on, patients are under observation from their operation on only
entry <- months("date_diagnosis", "date_surgery")
of_curve("survival with delayed entry", Surv(entry, y$OS1[, "time"], died), times, endpoint = "OS1")

# adjuvant therapy begun by a landmark or not, among those still observed then
adjuvant <- months("date_surgery", "date_adjuvant")
for (at in c(3, 6)) {
  left <- from_surgery > at
  begun <- !is.na(adjuvant) & adjuvant <= at
  later <- data.frame(time = from_surgery - at, died, begun)[left, ]
  say <- function(statistic, value, level = "")
    add("landmark", statistic, value, "OS2", "adjuvant_start", level, "landmark-adjuvant", time = at)
  say("n_left_out", sum(!left))
  for (level in c("begun by then", "not begun by then")) {
    some <- later[later$begun == (level == "begun by then"), ]
    table <- summary(curve(Surv(some$time, some$died)))$table
    say("n", nrow(some), level)
    say("n_event", sum(some$died), level)
    say("median", first_half(curve(Surv(some$time, some$died))), level)
    say("median_conf_low", table["0.95LCL"], level)
    say("median_conf_high", table["0.95UCL"], level)
  }
  fit <- summary(coxph(Surv(time, died) ~ begun, later, control = precise))
  say("p_value", pchisq(survdiff(Surv(time, died) ~ begun, later)$chisq, 1, lower.tail = FALSE))
  say("estimate", fit$conf.int[1, "exp(coef)"])
  say("conf_low", fit$conf.int[1, "lower .95"])
  say("conf_high", fit$conf.int[1, "upper .95"])
}

# ---- written -------------------------------------------------------------------------------------------------------

names <- c("study", "what", "statistic", "endpoint", "group", "level", "model", "cause", "time")
as_text <- function(row) paste(c(row[1:9], if (is.na(row[[10]])) "" else sprintf("%.13g", row[[10]])), collapse = ",")
texts <- vapply(rows, as_text, "")
stopifnot(lengths(regmatches(texts, gregexpr(",", texts))) == 9)
connection <- file("tests/cohorts/reference.csv", "w", encoding = "UTF-8")
writeLines(c(paste(c(names, "value"), collapse = ","), texts), connection, useBytes = TRUE)
close(connection)
cat(length(rows), "numbers by", R.version.string, "survival", as.character(packageVersion("survival")), "cmprsk",
    as.character(packageVersion("cmprsk")), "\n")
